/*
 * Reads TensorBoard's event files piece by piece. The framing and the messages are those of tensorboard.ts, and the
 * following ones of other writers:
 *
 *   Value            1 tag · 2 simple_value float · 5 histo HistogramProto · 8 tensor TensorProto
 *   HistogramProto   1 min · 2 max · 3 num · 4 sum · 5 sum_squares, doubles
 *   TensorProto      1 dtype (1 float, 2 double) · 2 shape · 4 content · 5 float_val · 6 double_val
 *
 * Source: tensorflow/core/framework/summary.proto, tensor.proto, histogram.proto.
 */
import { EvanesceError } from "../base/errors.ts";
import { Crc } from "./crc.ts";

/** One value under a tag: a scalar, or a histogram's moments. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly histogram: HistogramMoments };

/** Moments of the values that a histogram counts. */
export interface HistogramMoments {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/** One event that holds values. */
export interface SummaryEvent {
  readonly step: number;
  readonly values: readonly SummaryValue[];
}

/** Bytes of the longest record: a summary of ten thousand histograms takes some ten million. */
const LONGEST = 2 ** 28;
const FRAME = 12; // length and its check

/** Whether bytes begin like an event file: with the length of a first record, and its check. */
export function isEventFile(bytes: Uint8Array): boolean {
  if (bytes.length < FRAME) return false;
  return masked(bytes.subarray(0, 8)) === view(bytes).getUint32(8, true);
}

/**
 * Events with values, in the order of the file. An incomplete last record is left out: another program is still writing
 * it.
 *
 * @param pieces the file's bytes
 * @param name the file, for messages
 * @throws EvanesceError where a record's check does not fit its bytes
 */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<SummaryEvent> {
  let waiting = new Uint8Array(0);
  let offset = 0; // of `waiting` in the file
  for await (const piece of pieces) {
    waiting = joined(waiting, piece);
    let at = 0;
    while (waiting.length - at >= FRAME) {
      const length = Number(view(waiting).getBigUint64(at, true));
      const whole = masked(waiting.subarray(at, at + 8)) === view(waiting).getUint32(at + 8, true);
      if (!whole || length > LONGEST) throw damaged(name, offset + at);
      if (waiting.length - at < FRAME + length + 4) break;
      const data = waiting.subarray(at + FRAME, at + FRAME + length);
      if (masked(data) !== view(waiting).getUint32(at + FRAME + length, true)) throw damaged(name, offset + at);
      const event = eventOf(data);
      if (event.values.length > 0) yield event;
      at += FRAME + length + 4;
    }
    offset += at;
    waiting = waiting.slice(at);
  }
}

const damaged = (name: string, at: number) =>
  new EvanesceError(name, "records whose checks fit", `other bytes at ${at}`, "copy the event file again");

/** The check of a record: rotated and shifted, because a CRC over bytes that contain a CRC would be weak. */
function masked(bytes: Uint8Array): number {
  const crc = new Crc("crc32c").add(bytes).value;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** A field of a message: its number, and its value as a number or as bytes. */
interface Field {
  readonly field: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array(0);

/** The fields of a message; ends silently at the end of the bytes. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const data = view(bytes);
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    while (at < bytes.length) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    if (wire === 0) yield { field, number: varint(), bytes: NONE };
    else if (wire === 1 && at + 8 <= bytes.length) {
      yield { field, number: data.getFloat64(at, true), bytes: NONE };
      at += 8;
    } else if (wire === 5 && at + 4 <= bytes.length) {
      yield { field, number: data.getFloat32(at, true), bytes: NONE };
      at += 4;
    } else if (wire === 2) {
      const length = varint();
      yield { field, number: Number.NaN, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else return;
  }
}

const text = (bytes: Uint8Array) => new TextDecoder("utf-8").decode(bytes);

function eventOf(bytes: Uint8Array): SummaryEvent {
  let step = 0;
  const values: SummaryValue[] = [];
  for (const { field, number, bytes: inner } of fieldsOf(bytes)) {
    if (field === 2) step = number;
    else if (field === 5) {
      for (const one of fieldsOf(inner)) {
        const value = one.field === 1 ? summaryValue(one.bytes) : undefined;
        if (value !== undefined) values.push(value);
      }
    }
  }
  return { step, values };
}

function summaryValue(bytes: Uint8Array): SummaryValue | undefined {
  let tag = "";
  let found: SummaryValue | undefined;
  for (const { field, number, bytes: inner } of fieldsOf(bytes)) {
    if (field === 1) tag = text(inner);
    else if (field === 2) found = { tag: "", scalar: number };
    else if (field === 5) found = { tag: "", histogram: momentsOf(inner) };
    else if (field === 8) found = tensorOf(inner);
  }
  return found === undefined ? undefined : { ...found, tag };
}

function momentsOf(bytes: Uint8Array): HistogramMoments {
  const [, min, max, count, sum, squares] = [...fieldsOf(bytes)].reduce<number[]>((all, { field, number }) => {
    if (field <= 5) all[field] = number;
    return all;
  }, new Array(6).fill(0));
  return { min, max, count, sum, squares };
}

/** A scalar written as a tensor, or TensorFlow 2's histogram: rows of left edge, right edge and count. */
function tensorOf(bytes: Uint8Array): SummaryValue | undefined {
  let type = 0;
  let numbers: number[] = [];
  for (const { field, number, bytes: inner } of fieldsOf(bytes)) {
    if (field === 1) type = number;
    else if (field === 4) numbers = contentOf(inner, type);
    else if (field === 5 || field === 6) {
      const packed = inner.length > 0 ? contentOf(inner, field === 5 ? 1 : 2) : [number];
      numbers.push(...packed);
    }
  }
  if (numbers.length === 1) return { tag: "", scalar: numbers[0] };
  if (numbers.length === 0 || numbers.length % 3 !== 0) return undefined;
  let [count, sum, squares, min, max] = [0, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < numbers.length; i += 3) {
    const [left, right, many] = numbers.slice(i, i + 3);
    if (!(many > 0)) continue;
    // the mean square of a uniform spread over the bin
    squares += (many * (left * left + left * right + right * right)) / 3;
    sum += (many * (left + right)) / 2;
    count += many;
    [min, max] = [Math.min(min, left), Math.max(max, right)];
  }
  return { tag: "", histogram: { min, max, count, sum, squares } };
}

function contentOf(bytes: Uint8Array, type: number): number[] {
  const data = view(bytes);
  const size = type === 2 ? 8 : 4;
  if (type !== 1 && type !== 2) return [];
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 8 ? data.getFloat64(8 * i, true) : data.getFloat32(4 * i, true),
  );
}
