import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { random } from "../../src/base/random.ts";
import { Crc } from "../../src/formats/crc.ts";
import { gunzipPieces } from "../../src/formats/gzip.ts";
import { gunzip } from "../../src/formats/index.ts";
import { concat, latin1, refusal, surviveMutations } from "./helpers.ts";

const noise = (count: number, values: number) => {
  const stream = random(1, `test/gzip/${values}`);
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

test("what compresses a thousandfold comes in small pieces", () => {
  const plain = new Uint8Array(5_000_000).fill(49);
  const pieces = [...gunzipPieces([gzipSync(plain)], "x")];
  expect(same(concat(...pieces), plain)).toBe(true);
  for (const { length } of pieces) expect(length).toBeLessThanOrEqual(2 ** 18);
});

test("CRC-32 of known values", () => {
  const of = (text: string) => new Crc("crc32").add(latin1(text)).value;
  expect(of("123456789")).toBe(0xcbf43926);
  expect(of("")).toBe(0);
  expect(new Crc("crc32").add(latin1("1234")).add(latin1("56789")).value).toBe(0xcbf43926);
});

describe("gzip", () => {
  test("plain bytes pass through untouched", () => {
    const plain = Uint8Array.of(1, 2, 3);
    expect(gunzip(plain, "x")).toBe(plain);
  });

  test.each(DATA)("what zlib compresses comes back: %s", (_, data) => {
    for (const level of [0, 1, 9]) expect(same(gunzip(gzipSync(data, { level }), "x"), data)).toBe(true);
    expect(same(gunzip(gzipSync(data, { strategy: 4 }), "x"), data)).toBe(true);
  });

  test.each([1, 3, 17, 1000])("pieces of %i bytes, and several members one after the other", (length) => {
    const members = DATA.map(([, data]) => data.subarray(0, 3000));
    const file = concat(...members.map((data) => new Uint8Array(gzipSync(data))));
    const pieces = Array.from({ length: Math.ceil(file.length / length) }, (_, i) =>
      file.subarray(i * length, (i + 1) * length),
    );
    expect(same(concat(...gunzipPieces(pieces, "x")), concat(...members))).toBe(true);
    expect(same(gunzip(file, "x"), concat(...members))).toBe(true);
  });

  test.each<[string, (file: Uint8Array) => Uint8Array]>([
    ["cut short", (file) => file.subarray(0, 100)],
    ["its trailer cut off", (file) => file.subarray(0, -8)],
    ["its trailer cut", (file) => file.subarray(0, -3)],
    ["another checksum", (file) => file.with(file.length - 6, file[file.length - 6] ^ 1)],
    ["another size", (file) => file.with(file.length - 1, 1)],
    ["bytes behind its end", (file) => concat(file, Uint8Array.of(1, 2, 3))],
    ["a block of no kind", (file) => file.with(10, 7)],
  ])("damage is refused: %s", (_, damage) => {
    const file = damage(new Uint8Array(gzipSync(noise(1000, 9))));
    expect(refusal(() => gunzip(file, "x")).message).toMatch(
      /^x: valid gzip \(.*\), got "\d+ bytes"; the file is damaged/,
    );
  });

  test("random damage gives the same bytes or a refusal", () => {
    const data = noise(1000, 9);
    surviveMutations(
      new Uint8Array(gzipSync(data)),
      (bytes) => gunzip(bytes, "x"),
      (result) => expect(result[0] === 0x1f || same(result, data) || result.length < 1100).toBe(true),
    );
  });
});
