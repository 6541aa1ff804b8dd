/*
 * TensorBoard's event files: records of TFRecord framing, each an `Event` of protocol buffers.
 *
 *   record   length u64 · masked CRC of it u32 · data · masked CRC of the data u32, little endian
 *   Event    1 wall_time double · 2 step int64 · 3 file_version string | 5 summary Summary
 *   Summary  1 value (repeated) Value      Value   1 tag string · 2 simple_value float
 *
 * Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto,
 * tensorflow/core/framework/summary.proto.
 */
import { concatenated } from "../base/concatenated.ts";
import { Crc } from "./crc.ts";

/** One step's scalars. */
export interface ScalarEvent {
  /** Seconds since 1970: TensorBoard's relative time axis. */
  readonly wallTime: number;
  /** A whole number ≥ 0: TensorBoard's horizontal axis. */
  readonly step: number;
  /** Values by tag; slashes in a tag make groups. NaN and infinities are drawn as such. */
  readonly scalars: Readonly<Record<string, number>>;
}

/** The first bytes of an event file. @param wallTime seconds since 1970 */
export function eventFileHeader(wallTime: number): Uint8Array {
  return record(concatenated([double(1, wallTime), text(3, "brain.Event:2")]));
}

/** One event as the bytes to append to the file. */
export function scalarRecord({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) => message(1, [text(1, tag), float(2, value)]));
  return record(concatenated([double(1, wallTime), int64(2, step), message(5, values)]));
}

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return concatenated([length, masked(length), data, masked(data)]);
}

/** Rotated and shifted, because a CRC over bytes that contain a CRC would be weak. */
function masked(bytes: Uint8Array): Uint8Array {
  const crc = new Crc("crc32c").add(bytes).value;
  return fixed32((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
}

// protocol buffers: a field is its number and wire type as one varint, then its value
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const key = (field: number, wire: number) => varint(field * 8 + wire);
const double = (field: number, value: number) => concatenated([key(field, WIRE.fixed64), fixed64(value)]);
const float = (field: number, value: number) => concatenated([key(field, WIRE.fixed32), real32(value)]);
const int64 = (field: number, value: number) => concatenated([key(field, WIRE.varint), varint(value)]);
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value));
const message = (field: number, parts: readonly Uint8Array[]) => bytes(field, concatenated(parts));
const bytes = (field: number, value: Uint8Array) => concatenated([key(field, WIRE.bytes), varint(value.length), value]);

/** Seven bits in each byte, the lowest first. @param value a whole number from 0 to 2⁵³ − 1 */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...out, rest]);
}

function fixed32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

function real32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setFloat32(0, value, true);
  return out;
}

function fixed64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, value, true);
  return out;
}
