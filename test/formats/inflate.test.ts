import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflate } from "../../src/formats/inflate.ts";
import { random } from "../../src/base/random.ts";
import { refusal } from "./helpers.ts";

const noise = (count: number, values: number) => {
  const stream = random(1, `test/inflate/${values}`);
  return Uint8Array.from({ length: count }, () => Math.floor(stream.uniform() * values));
};

// toEqual takes seconds over so many
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

const DATA: readonly (readonly [string, Uint8Array])[] = [
  ["nothing", new Uint8Array(0)],
  ["one byte", Uint8Array.of(7)],
  ["a run, which matches into itself", new Uint8Array(5000).fill(3)],
  ["bytes that do not compress, hence stored", noise(70_000, 256)],
  ["few symbols, hence codes of their own", noise(70_000, 5)],
  ["matches from 32 kB back", Uint8Array.from([...noise(32_000, 256), ...noise(32_000, 256)])],
];

describe("what zlib deflates comes back", () => {
  test.each(DATA)("%s", (_, data) => {
    for (const level of [0, 1, 9]) expect(same(inflate(deflateRawSync(data, { level }), data.length), data)).toBe(true);
    const fixed = deflateRawSync(data, { strategy: 4 });
    expect(same(inflate(fixed, data.length), data)).toBe(true);
  });
});

describe("damage is refused", () => {
  const data = noise(1000, 9);
  const deflated = deflateRawSync(data);
  test.each([
    ["cut short", deflated.subarray(0, 100), 1000],
    ["longer than said", deflated, 999],
    ["shorter than said", deflated, 1001],
    ["a block of no kind", Uint8Array.of(7), 1],
    ["empty", new Uint8Array(0), 1],
  ])("%s", (_, bytes, size) => {
    expect(refusal(() => inflate(bytes, size)).message).toMatch(/^inflate: DEFLATE of/);
  });

  test("no flipped bit brings anything but a refusal or the right number of bytes", () => {
    for (let bit = 0; bit < deflated.length * 8; bit += 7) {
      const damaged = Uint8Array.from(deflated);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      try {
        expect(inflate(damaged, 1000).length).toBe(1000);
      } catch (error) {
        expect(error).toHaveProperty("name", "EvanesceError");
      }
    }
  });
});
