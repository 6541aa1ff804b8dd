/** float16 and bfloat16 as PyTorch converts to them, and what counts of magnitudes say of them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeElements } from "../../../src/formats/elements.ts";
import { HALF_FORMATS, halfFormat, type HalfName, toHalf } from "../../../src/flow/half/formats.ts";
import { bestScales, COUNTS, countEntries, sharesOf } from "../../../src/flow/half/magnitudes.ts";
import { random } from "../../../src/base/random.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../golden/halves/conversions.golden.json", import.meta.url), "utf8"),
) as { float16: string; random: Record<"words" | HalfName, { i32: string }> };

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const wordsOf = (text: string) => new Int32Array(bytesOf(text).buffer);
const floatsOf = (words: Int32Array) => new Float32Array(words.buffer);
/** Values of half-precision bits, by the readers of model files. */
const valuesOf = (name: HalfName, bits: ArrayLike<number>) =>
  decodeElements("golden", name, new Uint8Array(Uint16Array.from(bits).buffer), 0, bits.length, true) as Float32Array;

describe("conversions are PyTorch's", () => {
  it("to float16 on both sides of every boundary between two numbers, and on it", () => {
    const format = halfFormat("float16");
    const rises = bytesOf(golden.float16);
    const halves = valuesOf(
      "float16",
      Uint16Array.from({ length: 0x7c01 }, (_, i) => i),
    );
    let wrong = 0;
    for (let h = 0; h < 0x7c00; h++) {
      const next = h === 0x7bff ? 65536 : halves[h + 1];
      const middle = Float32Array.of((halves[h] + next) / 2);
      for (let d = -1; d <= 1; d++) {
        const word = new Int32Array(middle.slice().buffer);
        word[0] += d;
        const value = floatsOf(word)[0];
        const i = 3 * h + d + 1;
        const want = (rises[i >> 3] >> (i & 7)) & 1 ? halves[h + 1] : halves[h];
        if (!Object.is(toHalf(format, value), want) || !Object.is(toHalf(format, -value), -want)) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  it.each(["float16", "bfloat16"] as const)(
    "to %s of random bits: NaN, both infinities and both zeros apart",
    (name) => {
      const values = floatsOf(wordsOf(golden.random.words.i32));
      const want = valuesOf(name, wordsOf(golden.random[name].i32));
      expect(values.length).toBeGreaterThan(2000);
      for (const [i, value] of values.entries()) expect(toHalf(halfFormat(name), value), `${value}`).toBe(want[i]);
    },
  );
});

/** Numbers where the formats have their edges, and others; each with a binary exponent. */
function edges(seed: number): Float32Array {
  const stream = random(seed, "halves");
  const values: number[] = [];
  for (let i = 0; i < 3000; i++) {
    const e = Math.floor(stream.uniform() * 60) - 36;
    const m = [
      1,
      1 + 2 ** -23,
      2 - 2 ** -23,
      2 - 2 ** -11,
      2 - 2 ** -11 - 2 ** -23,
      2 - 2 ** -8,
      2 - 2 ** -8 - 2 ** -23,
    ];
    const digits = i % 2 === 0 ? m[Math.floor(stream.uniform() * m.length)] : 1 + stream.uniform();
    values.push((i % 3 === 0 ? -1 : 1) * digits * 2 ** e);
  }
  return Float32Array.from([...values, 0, -0]);
}

describe("shares of counted magnitudes", () => {
  it.each(HALF_FORMATS)("are those of converting every entry: $name, every scale", (format) => {
    const values = edges(3);
    for (const exponent of [0, -97, 60]) {
      const counts = new Int32Array(COUNTS);
      countEntries(counts, values, exponent);
      for (let k = -24; k <= 127; k += 3) {
        const all = [...values].filter((value) => value !== 0).map((value) => value * 2 ** exponent * 2 ** k);
        const share = (holds: (value: number) => boolean) => all.filter(holds).length / all.length;
        const { lost, subnormal, overflow } = sharesOf(counts, 0, format, k);
        expect(lost, `2^${k}`).toBe(share((value) => toHalf(format, value) === 0));
        expect(overflow, `2^${k}`).toBe(share((value) => Math.abs(toHalf(format, value)) === Number.POSITIVE_INFINITY));
        const below = (value: number) => Math.abs(value) < 2 ** format.normal && toHalf(format, value) !== 0;
        expect(subnormal, `2^${k}`).toBe(share(below));
      }
    }
  });

  it("NaN and infinities overflow under every scale, and zeros are left out", () => {
    const counts = new Float64Array(COUNTS);
    countEntries(counts, [Number.NaN, Number.NEGATIVE_INFINITY, 0, -0, 1, 1], 0);
    for (const k of [-24, 0, 9]) expect(sharesOf(counts, 0, halfFormat("float16"), k).overflow).toBe(0.5);
    expect(sharesOf(new Int32Array(COUNTS), 0, halfFormat("float16"), 0)).toEqual({
      lost: 0,
      subnormal: 0,
      overflow: 0,
    });
  });

  it("a subnormal float64 counts by its exponent", () => {
    const counts = new Float64Array(COUNTS);
    countEntries(counts, [2 ** -1074, 1.5 * 2 ** -1060], 1070);
    expect(sharesOf(counts, 0, halfFormat("float16"), 0).lost).toBe(0); // 2^-4 and 1.5·2^10
    expect(sharesOf(counts, 0, halfFormat("float16"), 6).overflow).toBe(0.5);
  });
});

describe("the best loss scale", () => {
  const best = (values: readonly number[], name: HalfName = "float16") => {
    const counts = new Float64Array(COUNTS);
    countEntries(counts, values, 0);
    return bestScales(counts, halfFormat(name));
  };

  it.each([
    ["nothing is lost: 1", [1, 2 ** -14], { best: 0, least: 0, most: 15 }],
    ["the smallest must become normal", [2 ** -30], { best: 16, least: 16, most: 45 }],
    ["the largest must not overflow", [2 ** 20, 2 ** 18], { best: -5, least: -24, most: -5 }],
    ["65520 rounds up to infinity", [65520 * 2 ** -4], { best: 0, least: -24, most: 3 }],
    ["65519.99 does not", [65519.99 * 2 ** -4], { best: 0, least: -24, most: 4 }],
    ["an entry that no scale keeps asks for none", [1, 2 ** -60], { best: 0, least: -14, most: 15 }],
    ["no entry: 1", [], { best: 0, least: -24, most: 127 }],
    ["infinite under every scale: the least", [Number.POSITIVE_INFINITY], { best: -24, least: -24, most: -24 }],
  ])("%s", (_, values, want) => {
    const { best: k, most } = best(values);
    expect({ best: k, most }).toEqual({ best: want.best, most: want.most });
  });

  it("bfloat16 needs none for what float32 holds", () => {
    expect(best([2 ** -126, 2 ** 100], "bfloat16").best).toBe(0);
  });
});
