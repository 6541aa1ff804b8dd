import { describe, expect, it } from "vitest";
import { bytesOfRecord, writeRecord, zeroRecord } from "../../src/wasm/records.ts";

const LAYOUT = { size: 3, at: { a: 0, b: 1, c: 2 }, floats: ["b"] } as const;

describe("writeRecord", () => {
  it("writes every field of one record at its place and touches no other", () => {
    const view = new Int32Array(9).fill(-1);
    writeRecord(view, 1, LAYOUT, { c: 3, a: 1, b: 0 });
    expect([...view]).toEqual([-1, -1, -1, 1, 0, 3, -1, -1, -1]);
  });

  it("writes float32 fields as their bits", () => {
    const view = new Int32Array(3);
    writeRecord(view, 0, LAYOUT, { ...zeroRecord(LAYOUT), b: 1 / 3 });
    expect(new Float32Array(view.buffer)[1]).toBe(Math.fround(1 / 3));
  });

  it("refuses a field that the record does not have, and one left out, as errors of type", () => {
    const view = new Int32Array(3);
    // @ts-expect-error: no such field
    writeRecord(view, 0, LAYOUT, { a: 1, b: 2, c: 3, d: 4 });
    // @ts-expect-error: c is missing
    writeRecord(view, 0, LAYOUT, { a: 1, b: 2 });
    expect(bytesOfRecord(LAYOUT)).toBe(12);
  });
});
