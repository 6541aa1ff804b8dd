import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/formats/index.ts";
import { concat, latin1, product, refusal, surviveMutations } from "./helpers.ts";

/** A file with this header, text or object, and data. */
function file(header: unknown, data: Uint8Array, length?: bigint): Uint8Array {
  const json =
    header instanceof Uint8Array ? header : latin1(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  return concat(prefix, json, data);
}
const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
const eight = new Uint8Array(8);

describe("reading safetensors", () => {
  test.each([
    ["F64", new Float64Array([1e300]), "float64", [1e300]],
    ["F32", new Float32Array([-0.5]), "float32", [-0.5]],
    ["F16", new Uint16Array([0x3555]), "float16", [0.333251953125]],
    ["BF16", new Uint16Array([0x3f80, 0xc040, 0x7f80]), "bfloat16", [1, -3, Infinity]],
    ["I64", new BigInt64Array([-7n]), "int64", [-7]],
    ["I32", new Int32Array([-7]), "int32", [-7]],
    ["BOOL", new Uint8Array([1]), "bool", [1]],
  ])("%s is read without loss", (dtype, data, name, values) => {
    const header = { x: { dtype, shape: [data.length], data_offsets: [0, data.byteLength] } };
    const tensor = readSafetensors(file(header, bytesOf(data)), "W").tensors.get("x");
    expect(tensor?.dtype).toBe(name);
    expect([...(tensor?.data ?? [])]).toEqual(values);
  });

  test("data need not be aligned, metadata are kept, spaces may pad the header", () => {
    const header = `${JSON.stringify({ __metadata__: { format: "pt" }, x: f32([2], 0, 8) })} `;
    const { tensors, metadata } = readSafetensors(file(header, bytesOf(Float32Array.of(3, 4))), "W");
    expect([...(tensors.get("x")?.data ?? [])]).toEqual([3, 4]);
    expect(metadata).toEqual({ format: "pt" });
  });

  test("scalars and empty tensors take their place", () => {
    const { tensors } = readSafetensors(file({ e: f32([0, 3], 4, 4), s: f32([], 0, 4) }, new Uint8Array(4)), "W");
    expect(tensors.get("s")?.data.length).toBe(1);
    expect(tensors.get("e")?.data.length).toBe(0);
  });

  test("a tensor may be called __proto__", () => {
    const written = writeSafetensors([["__proto__", { shape: [1], data: Float32Array.of(1) }]]);
    expect([...readSafetensors(written, "W").tensors.keys()]).toEqual(["__proto__"]);
  });

  test.each([
    ["an empty file", new Uint8Array(), /^W: .*at least 8 bytes, got "0 bytes"/],
    ["a header length beyond the file", file({}, new Uint8Array(), 5000n), /header within the file's 10 bytes/],
    ["a header of 100 MB", file({}, new Uint8Array(), 100_000_001n), /at most 33554432 bytes, got 100000001/],
    ["a header length of 2^64 − 1", file({}, new Uint8Array(), 2n ** 64n - 1n), /at most 33554432 bytes/],
    ["a header that is not UTF-8", file(Uint8Array.of(0x7b, 0xff, 0x7d), eight), /UTF-8/],
    ["a header that is not JSON", file('{"x": ', eight), /valid JSON/],
    ["a header that is an array", file([], eight), /an object of tensors/],
    ["deeply nested JSON", file("[".repeat(300_000), eight), /JSON at most 4 objects and lists deep/],
    ["a name given twice", file('{"x":{},"x":{}}', eight), /every name once, got "x"/],
    ["a name given twice, once escaped", file('{"x":{},"\\u0078":{}}', eight), /every name once, got "x"/],
    ["a tensor that is no object", file({ x: 3 }, eight), /^W: x: an object/],
    ["an unknown dtype", file({ x: { ...f32([2], 0, 8), dtype: "F8_E4M3" } }, eight), /^W: x: a dtype of .*"F8_E4M3"/],
    ["a dtype from Object's prototype", file({ x: { ...f32([2], 0, 8), dtype: "toString" } }, eight), /a dtype of/],
    ["no shape", file({ x: { dtype: "F32", data_offsets: [0, 8] } }, eight), /a shape that is an array, got undefined/],
    ["a negative axis", file({ x: f32([-2], 0, 8) }, eight), /^W: x: a shape of whole numbers/],
    ["a fractional axis", file({ x: f32([1.5], 0, 8) }, eight), /whole numbers ≥ 0, got \[1.5\]/],
    ["a text axis", file({ x: f32(["2"], 0, 8) }, eight), /whole numbers/],
    ["an overflowing shape", file({ x: f32([2 ** 40, 2 ** 40], 0, 8) }, eight), /product is below 2\^53/],
    ["100 axes", file({ x: f32(new Array(100).fill(1), 0, 4) }, eight), /at most 64 axes/],
    ["a shape that does not fill its bytes", file({ x: f32([3], 0, 8) }, eight), /span 12 bytes.*8 bytes/],
    ["offsets that are text", file({ x: f32([2], "0", 8) }, eight), /two whole numbers/],
    ["negative offsets", file({ x: f32([2], -8, 0) }, eight), /two whole numbers ≥ 0/],
    ["reversed offsets", file({ x: f32([2], 8, 0) }, eight), /span 8 bytes.*-8 bytes/],
    [
      "offsets beyond the data",
      file({ x: f32([4], 0, 16) }, eight),
      /within the file's 8 bytes of data, got "\[0, 16\]/,
    ],
    ["overlapping tensors", file({ x: f32([2], 0, 8), y: f32([1], 4, 8) }, eight), /^W: y: .*overlap/],
    ["the same bytes twice", file({ x: f32([2], 0, 8), y: f32([2], 0, 8) }, eight), /overlap/],
    ["a hole", file({ x: f32([1], 4, 8) }, eight), /^W: x: data_offsets that begin at 0.*hole/],
    ["bytes behind the last tensor", file({ x: f32([1], 0, 4) }, eight), /4 bytes of data, which the tensors cover/],
    [
      "metadata that are not text",
      file({ __metadata__: { a: 1 } }, new Uint8Array()),
      /__metadata__: an object of strings/,
    ],
  ])("%s is refused", (_, bytes, message) => {
    expect(refusal(() => readSafetensors(bytes, "W")).message).toMatch(message);
  });

  test("a 64-bit integer that float64 would round is named", () => {
    const header = { n: { dtype: "I64", shape: [2], data_offsets: [0, 16] } };
    const bytes = file(header, bytesOf(new BigInt64Array([1n, 2n ** 60n])));
    expect(refusal(() => readSafetensors(bytes, "W")).message).toMatch(/^W: n\[1\]: .*got 1152921504606846976n/);
  });
});

describe("writing safetensors", () => {
  test("wide tensors come first and every tensor is aligned", () => {
    const bytes = writeSafetensors([
      ["a", { shape: [3], data: Float32Array.of(1, 2, 3) }],
      ["b", { shape: [1], data: Float64Array.of(4) }],
    ]);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      b: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
      a: { dtype: "F32", shape: [3], data_offsets: [8, 20] },
    });
  });

  test.each([
    ["data that do not fill the shape", "x", [3], /3 elements for shape \[3\], got 2/],
    ["the reserved name", "__metadata__", [2], /not reserved/],
  ])("%s is refused", (_, name, shape, message) => {
    expect(refusal(() => writeSafetensors([[name, { shape, data: new Float32Array(2) }]])).message).toMatch(message);
  });

  test("a name given twice is refused", () => {
    const tensor = { shape: [1], data: new Float32Array(1) };
    expect(
      refusal(() =>
        writeSafetensors([
          ["x", tensor],
          ["x", tensor],
        ]),
      ).message,
    ).toMatch(/a name used once/);
  });
});

test("writing and reading gives back every name, shape and bit", () => {
  const tensor = fc.tuple(fc.string({ unit: "grapheme" }), fc.array(fc.nat(4), { maxLength: 3 }), fc.boolean());
  const tensors = fc.uniqueArray(tensor, { selector: ([name]) => name, maxLength: 6 });
  fc.assert(
    fc.property(tensors, fc.infiniteStream(fc.double()), (list, values) => {
      const named = list.map(([name, shape, wide]) => {
        const picked = [...values.take(product(shape))];
        return [name, { shape, data: wide ? Float64Array.from(picked) : Float32Array.from(picked) }] as const;
      });
      const back = readSafetensors(writeSafetensors(named, { seed: "1" }), "W");
      expect(back.metadata).toEqual({ seed: "1" });
      expect(back.tensors.size).toBe(named.length);
      for (const [name, { shape, data }] of named) {
        expect(back.tensors.get(name)?.shape).toEqual(shape);
        expect(bytesOf(back.tensors.get(name)?.data as Float32Array)).toEqual(bytesOf(data));
      }
    }),
  );
});

test("random damage to a file gives an EvanesceError or tensors that fill their shapes", () => {
  const valid = writeSafetensors(
    [
      ["rnn.weight", { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ["bias", { shape: [2], data: Float64Array.of(5, 6) }],
    ],
    { format: "pt" },
  );
  surviveMutations(
    valid,
    (bytes) => readSafetensors(bytes, "W"),
    ({ tensors }) => {
      for (const { shape, data } of tensors.values()) expect(data.length).toBe(product(shape));
    },
  );
});

test("a zip archive, as torch.save and numpy.savez write them, is called one", () => {
  const zip = Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]);
  expect(() => readSafetensors(zip, "w.npz")).toThrow(/^w.npz: a safetensors file, got "a zip archive"; torch.save/);
});
