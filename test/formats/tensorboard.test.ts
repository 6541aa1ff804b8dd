/** Event files are read back by a reader of the format's definition, and agree with bytes known from files that TensorFlow wrote. */
import { describe, expect, it } from "vitest";
import { Crc } from "../../src/formats/crc.ts";
import { eventFileHeader, scalarRecord } from "../../src/formats/tensorboard.ts";

const crc32c = (bytes: Uint8Array) => new Crc("crc32c").add(bytes).value;
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("CRC-32C", () => {
  // RFC 3720, B.4
  it.each([
    ["123456789", bytesOf("123456789"), 0xe3069283],
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 bytes of ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["0 … 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe("an event file", () => {
  it("begins as every file TensorFlow writes", () => {
    // 24 bytes follow: 0x18, whose masked CRC is 0x224b7fa3
    expect([...eventFileHeader(1.5).subarray(0, 12)]).toEqual([0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
  });

  it("gives back what was written", () => {
    const scalars = { loss: 0.25, "gradient/layers.0.weight": 1e-30, ünï: Number.NaN, big: Number.POSITIVE_INFINITY };
    const file = [eventFileHeader(3), scalarRecord({ wallTime: 1e9 + 0.5, step: 2 ** 40 + 3, scalars })];
    const [header, event] = readRecords(Uint8Array.from(file.flatMap((part) => [...part]))).map(readEvent);
    expect(header).toEqual({ wallTime: 3, step: 0, version: "brain.Event:2", scalars: {} });
    expect(event.wallTime).toBe(1e9 + 0.5);
    expect(event.step).toBe(2 ** 40 + 3);
    expect(event.scalars).toEqual({
      loss: 0.25,
      "gradient/layers.0.weight": Math.fround(1e-30),
      ünï: Number.NaN,
      big: Number.POSITIVE_INFINITY,
    });
  });

  it("is refused by the reader where a byte is wrong", () => {
    const file = scalarRecord({ wallTime: 1, step: 1, scalars: { loss: 1 } });
    for (const at of [0, 9, 13, file.length - 1]) {
      const broken = file.slice();
      broken[at] ^= 1;
      expect(() => readRecords(broken)).toThrow();
    }
  });
});

/** The data of every record, both CRCs checked. */
function readRecords(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const check = (from: number, length: number) => {
    const rotated = (view.getUint32(from + length, true) - 0xa282ead8) >>> 0;
    const crc = ((rotated >>> 17) | (rotated << 15)) >>> 0;
    if (crc !== crc32c(file.subarray(from, from + length))) throw new Error(`CRC at ${from}`);
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    check(at, 8);
    const length = Number(view.getBigUint64(at, true));
    check(at + 12, length);
    records.push(file.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return records;
}

type Field = { field: number; value: number | Uint8Array };

/** Every field of a message, by the wire format alone. */
function readFields(data: Uint8Array): Field[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = data[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const take = (count: number) => {
    at += count;
    return at - count;
  };
  const fields: Field[] = [];
  while (at < data.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === 0) fields.push({ field, value: varint() });
    else if (wire === 1) fields.push({ field, value: view.getFloat64(take(8), true) });
    else if (wire === 5) fields.push({ field, value: view.getFloat32(take(4), true) });
    else {
      const length = varint();
      const from = take(length);
      fields.push({ field, value: data.subarray(from, at) });
    }
  }
  return fields;
}

function readEvent(data: Uint8Array) {
  const fields = readFields(data);
  const of = (field: number) => fields.find((entry) => entry.field === field)?.value;
  const summary = of(5) as Uint8Array | undefined;
  const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);
  const scalars = (summary === undefined ? [] : readFields(summary)).map(({ value }) => {
    const inner = readFields(value as Uint8Array);
    return [text(inner.find((entry) => entry.field === 1)?.value), inner.find((entry) => entry.field === 2)?.value];
  });
  return {
    wallTime: of(1),
    step: of(2) ?? 0,
    ...(of(3) === undefined ? {} : { version: text(of(3)) }),
    scalars: Object.fromEntries(scalars),
  };
}
