import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readNpy, writeNpy } from "../../src/formats/index.ts";
import { concat, latin1, product, refusal, surviveMutations } from "./helpers.ts";

/** A file of version `version` with this header dictionary and data. */
function npy(dictionary: string, data: Uint8Array, version = 1): Uint8Array {
  const header = latin1(`${dictionary}\n`);
  const length = new Uint8Array(version === 1 ? 2 : 4);
  length.set([header.length & 255, header.length >> 8]);
  return concat(latin1("\x93NUMPY"), Uint8Array.of(version, 0), length, header, data);
}

const dictionary = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe("reading .npy", () => {
  test.each([1, 2, 3])("header version %i gives the same array", (version) => {
    const file = npy(dictionary("<f4", "(2, 3)"), bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)), version);
    expect(readNpy(file, "X.npy")).toEqual({
      shape: [2, 3],
      dtype: "float32",
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  test("Fortran order is turned into C order, in any rank", () => {
    // Element (i, j, k) of shape [2, 3, 4] is 100 i + 10 j + k; Fortran stores i fastest.
    const fortran: number[] = [];
    const c: number[] = [];
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) fortran.push(100 * i + 10 * j + k);
    for (let i = 0; i < 2; i++) for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) c.push(100 * i + 10 * j + k);
    const file = npy(dictionary("<i4", "(2, 3, 4)", "True"), bytesOf(Int32Array.from(fortran)));
    expect([...readNpy(file, "X.npy").data]).toEqual(c);
  });

  test.each([
    ["<f8", new Float64Array([-1.5, 3]), "float64", [-1.5, 3]],
    ["<i2", new Int16Array([-2, 7]), "int16", [-2, 7]],
    ["<i8", new BigInt64Array([-(2n ** 53n) + 1n, 9n]), "int64", [-(2 ** 53) + 1, 9]],
    ["<u8", new BigUint64Array([5n]), "uint64", [5]],
    ["|u1", new Uint8Array([255]), "uint8", [255]],
    ["|b1", new Uint8Array([0, 1]), "bool", [0, 1]],
    // 1, −2, the smallest subnormal, the largest number, −∞
    ["<f2", new Uint16Array([0x3c00, 0xc000, 1, 0x7bff, 0xfc00]), "float16", [1, -2, 2 ** -24, 65504, -Infinity]],
  ])("%s is read without loss", (descr, data, dtype, values) => {
    const array = readNpy(npy(dictionary(descr, `(${data.length},)`), bytesOf(data)), "X.npy");
    expect(array.dtype).toBe(dtype);
    expect([...array.data]).toEqual(values);
  });

  test("big-endian files are swapped", () => {
    const data = new Uint8Array(8);
    new DataView(data.buffer).setFloat32(0, 0.1);
    new DataView(data.buffer).setFloat32(4, -3);
    expect(readNpy(npy(dictionary(">f4", "(2,)"), data), "X.npy").data).toEqual(Float32Array.of(0.1, -3));
  });

  test("the result shares no memory with the file, a Node Buffer included", () => {
    const file = Buffer.from(writeNpy({ shape: [1], data: Float32Array.of(7) }));
    const { data } = readNpy(file, "X.npy");
    file.fill(0);
    expect(data[0]).toBe(7);
  });

  test("scalars have shape [], empty arrays no data", () => {
    expect(readNpy(npy(dictionary("<f4", "()"), bytesOf(Float32Array.of(2))), "X.npy").shape).toEqual([]);
    expect(readNpy(npy(dictionary("<f4", "(0, 5)"), new Uint8Array()), "X.npy").data.length).toBe(0);
  });

  const four = bytesOf(Float32Array.of(1));
  test.each([
    ["an empty file", new Uint8Array(), /begins \\x93NUMPY, got "0 bytes"/],
    ["another format", latin1("PK\x03\x04 a zip, really"), /begins \\x93NUMPY/],
    ["version 9", npy(dictionary("<f4", "(1,)"), four, 9), /version 1, 2 or 3, got "9\.0"/],
    [
      "truncated data",
      npy(dictionary("<f4", "(2,)"), four),
      /8 bytes of data for shape \[2\] .*got "4 bytes"; .*truncated/,
    ],
    ["data left over", npy(dictionary("<f4", "(1,)"), concat(four, four)), /4 bytes of data.*got "8 bytes"/],
    ["Python objects", npy(dictionary("|O", "(1,)"), four), /one of the dtypes .*got "\|O"/],
    ["text", npy(dictionary("<U3", "(1,)"), four), /one of the dtypes/],
    ["a record", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", four), /structured/],
    ["a negative axis", npy(dictionary("<f4", "(-1,)"), four), /whole numbers ≥ 0, got "-1"/],
    ["a fractional axis", npy(dictionary("<f4", "(1.5,)"), four), /whole numbers ≥ 0, got "1.5"/],
    ["an axis over 2^53", npy(dictionary("<f4", "(9999999999999999,)"), four), /whole numbers/],
    ["a product that overflows", npy(dictionary("<f4", "(4000000000, 4000000000)"), four), /product is below 2\^53/],
    ["an overflow beside a zero", npy(dictionary("<f4", "(0, 4000000000, 4000000000)"), four), /product is below/],
    ["a missing key", npy("{'descr': '<f4', 'shape': (1,)}", four), /keys descr, fortran_order and shape/],
    ["a duplicate key", npy("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", four), /once each, got "descr"/],
    ["a header beyond the file", npy(dictionary("<f4", "(1,)"), four).slice(0, 40), /header within the file's 40/],
    ["no dictionary", npy("[1, 2]", four), /Python dictionary/],
    [
      "an int64 float64 would round",
      npy(dictionary("<i8", "(1,)"), bytesOf(BigInt64Array.of(2n ** 53n))),
      /X.npy\[0\]/,
    ],
  ])("%s is refused", (_, file, message) => {
    expect(refusal(() => readNpy(file, "X.npy")).message).toMatch(message);
  });

  test("a header length of 4 GB is refused before anything is read", () => {
    const file = concat(latin1("\x93NUMPY"), Uint8Array.of(2, 0, 255, 255, 255, 255));
    expect(refusal(() => readNpy(file, "X.npy")).message).toMatch(/at most 65536 bytes, got 4294967295/);
  });

  test("version 3 headers must be UTF-8", () => {
    const file = npy("{'descr': '\xff'}", four, 3);
    expect(refusal(() => readNpy(file, "X.npy")).message).toMatch(/UTF-8/);
  });
});

test("writing and reading gives back shape and every bit, NaN and −0 included", () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.boolean(), fc.infiniteStream(fc.double()), (shape, wide, values) => {
      const length = product(shape);
      const picked = [...values.take(length)];
      const data = wide ? Float64Array.from(picked) : Float32Array.from(picked);
      const file = writeNpy({ shape, data });
      const back = readNpy(file, "X.npy");
      expect(back.shape).toEqual(shape);
      expect(bytesOf(back.data)).toEqual(bytesOf(data));
      expect(file.length - data.byteLength).toSatisfy((header: number) => header % 64 === 0);
    }),
  );
});

test("random damage to a file gives an EvanesceError or an array that fills its shape", () => {
  for (const version of [1, 2, 3]) {
    const valid = npy(dictionary("<f4", "(2, 3)", "True"), bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)), version);
    surviveMutations(
      valid,
      (bytes) => readNpy(bytes, "X.npy"),
      ({ shape, data }) => expect(data.length).toBe(product(shape)),
    );
  }
});
