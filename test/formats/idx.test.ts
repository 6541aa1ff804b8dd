import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readIdx } from "../../src/formats/index.ts";
import { concat, product, refusal, surviveMutations } from "./helpers.ts";

const MNIST = "../shared/data/mnist";
const present = existsSync(MNIST);

const header = (type: number, ...axes: number[]) =>
  Uint8Array.of(0, 0, type, axes.length, ...axes.flatMap((n) => [0, 0, 0, n]));

describe("reading IDX", () => {
  test.skipIf(!present)(
    `MNIST's test images and labels are read from gzip (${present ? "found" : "no"} ${MNIST})`,
    () => {
      const images = readIdx(readFileSync(`${MNIST}/t10k-images-idx3-ubyte.gz`), "images");
      const labels = readIdx(readFileSync(`${MNIST}/t10k-labels-idx1-ubyte.gz`), "labels");
      expect(images.shape).toEqual([10000, 28, 28]);
      expect(labels.shape).toEqual([10000]);
      expect([...labels.data.slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
      const mean = (images.data as Uint8Array).reduce((sum, value) => sum + value, 0) / images.data.length / 255;
      expect(mean).toBeCloseTo(0.1325, 4);
    },
  );

  test("numbers are big-endian, in every type", () => {
    expect([...readIdx(concat(header(11, 2), Uint8Array.of(1, 0, 255, 254)), "x").data]).toEqual([256, -2]);
    expect([...readIdx(concat(header(12, 1), Uint8Array.of(0, 0, 1, 0)), "x").data]).toEqual([256]);
    expect([...readIdx(concat(header(13, 1), Uint8Array.of(0x3f, 0x80, 0, 0)), "x").data]).toEqual([1]);
    expect([...readIdx(concat(header(14, 1), Uint8Array.of(0xbf, 0xf0, 0, 0, 0, 0, 0, 0)), "x").data]).toEqual([-1]);
  });

  test.each([
    ["an empty file", new Uint8Array(), /at least 4 bytes, got "0 bytes"/],
    ["a wrong magic number", Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 0), /begins 0 0/],
    ["an unknown type", concat(header(10, 1), Uint8Array.of(0)), /begins 0 0/],
    ["no axes", Uint8Array.of(0, 0, 8, 0), /axes ≥ 1/],
    ["a header cut off", header(8, 1, 2).slice(0, 9), /header of 12 bytes, for 2 axes, got "9 bytes"/],
    ["truncated data", concat(header(8, 2, 2), new Uint8Array(3)), /4 bytes of data for shape \[2, 2\].*"3 bytes"/],
    ["data left over", concat(header(8, 2), new Uint8Array(3)), /2 bytes of data/],
    ["a huge shape", Uint8Array.from([0, 0, 8, 2, ...new Array(8).fill(255)]), /product is below 2\^53/],
    ["100 axes", concat(Uint8Array.of(0, 0, 8, 100), new Uint8Array(400)), /at most 64 axes/],
    [
      "damaged gzip",
      gzipSync(header(8, 1)).subarray(0, 12),
      /x: valid gzip \(.*\), got "12 bytes"; the file is damaged/,
    ],
  ])("%s is refused", (_, file, message) => {
    expect(refusal(() => readIdx(file, "x")).message).toMatch(message);
  });

  test("a bomb is refused once it is longer than its header says, a wrong header before the rest is decompressed", () => {
    const bomb = gzipSync(concat(header(8, 2, 3), new Uint8Array(2 ** 26)));
    expect(refusal(() => readIdx(bomb, "x.gz")).message).toBe(
      'x.gz: at most 18 bytes decompressed, got "more"; its header says so: the file is damaged, copy it again',
    );
    const huge = Uint8Array.of(0, 0, 8, 1, 255, 255, 255, 255);
    const message = /at most 1073741824 bytes decompressed, got 4294967303/;
    expect(refusal(() => readIdx(gzipSync(concat(huge, new Uint8Array(2 ** 26))), "x.gz")).message).toMatch(message);
    const noIdx = gzipSync(new Uint8Array(2 ** 26));
    expect(refusal(() => readIdx(noIdx, "x.gz")).message).toMatch(/begins 0 0/);
  });

  test("random damage to a file, or to its gzip, gives an EvanesceError or an array that fills its shape", () => {
    const plain = concat(header(8, 2, 3), Uint8Array.of(1, 2, 3, 4, 5, 6));
    for (const valid of [plain, new Uint8Array(gzipSync(plain))]) {
      surviveMutations(
        valid,
        (bytes) => readIdx(bytes, "x"),
        ({ shape, data }) => expect(data.length).toBe(product(shape)),
      );
    }
  });
});
