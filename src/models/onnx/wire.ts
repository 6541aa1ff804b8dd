/*
 * Reads Protocol Buffers' wire format. A message is a sequence of fields; each has a number, a type and a value. There
 * are no schemas: the readers of ONNX look fields up by number.
 */
import { EvanesceError } from "../../base/errors.ts";

/** One field: its number, and its value as stored. */
export interface Field {
  readonly number: number;
  /** A varint or a fixed number as a bigint, a length-delimited value as bytes. */
  readonly value: bigint | Uint8Array;
  /** The type on the wire: 0 varint, 1 64-bit, 2 length-delimited, 5 32-bit. */
  readonly type: number;
}

const MOST_FIELDS = 5_000_000;

/**
 * The fields of a message, in order.
 * @throws EvanesceError for bytes that are not a message
 */
export function fieldsOf(bytes: Uint8Array, where: string): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const bad = (rule: string, got: unknown) =>
    new EvanesceError(`${where}: byte ${at}`, rule, got, "the file is damaged: copy it again");
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) break;
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw bad("a number of at most ten bytes", "the end of the message");
  };
  while (at < bytes.length) {
    if (fields.length > MOST_FIELDS) throw bad(`at most ${MOST_FIELDS} fields`, fields.length);
    const key = Number(varint());
    const [number, type] = [Math.floor(key / 8), key % 8];
    if (number < 1) throw bad("fields numbered from 1", number);
    const length = type === 1 ? 8 : type === 5 ? 4 : type === 2 ? Number(varint()) : 0;
    if (type !== 0 && type !== 1 && type !== 2 && type !== 5) throw bad("a field of ONNX", `wire type ${type}`);
    if (at + length > bytes.length) throw bad(`${length} bytes`, bytes.length - at);
    if (type === 0) fields.push({ number, type, value: varint() });
    else if (type === 2) fields.push({ number, type, value: bytes.subarray(at, at + length) });
    else
      fields.push({ number, type, value: type === 1 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true)) });
    at += length;
  }
  return fields;
}

const utf8 = new TextDecoder();

export const bytesOf = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.flatMap((field) => (field.number === number && field.value instanceof Uint8Array ? [field.value] : []));

export const textsOf = (fields: readonly Field[], number: number): string[] =>
  bytesOf(fields, number).map((bytes) => utf8.decode(bytes));

export const textOf = (fields: readonly Field[], number: number): string => textsOf(fields, number)[0] ?? "";

/** Signed integers, packed or not. */
export function integersOf(fields: readonly Field[], number: number, where: string): number[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    if (typeof field.value === "bigint") return [Number(BigInt.asIntN(64, field.value))];
    return varints(field.value, where);
  });
}

function varints(bytes: Uint8Array, where: string): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) {
      if (shift > 63n)
        throw new EvanesceError(where, "numbers of at most ten bytes", "more", "the file is damaged: copy it again");
      continue;
    }
    numbers.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return numbers;
}

/** 32-bit floats, packed or not. */
export function floatsOf(fields: readonly Field[], number: number): number[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return [];
    if (field.value instanceof Uint8Array) {
      const view = new DataView(field.value.buffer, field.value.byteOffset, field.value.byteLength);
      return Array.from({ length: Math.floor(view.byteLength / 4) }, (_, i) => view.getFloat32(4 * i, true));
    }
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, Number(field.value), true);
    return [view.getFloat32(0, true)];
  });
}
