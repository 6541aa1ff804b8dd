/** JSON of unknown files: its limits are checked before it is parsed, and a repeated key is named. */
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/formats/json.ts";
import { readNpy, readSafetensors } from "../../src/formats/index.ts";
import { concat, latin1, refusal } from "./helpers.ts";

const parse = (text: string) => parseJson("x.json", text, "write it again");
const safetensors = (header: string) => {
  const bytes = latin1(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return concat(length, bytes);
};

describe("JSON", () => {
  test("brackets, quotes and backslashes within strings count for nothing", () => {
    const value = { "a[{": '}]"\\', "\\": ["\\\\", '"', "[[[[".repeat(100)], b: { c: [] } };
    expect(parse(JSON.stringify(value))).toEqual(value);
  });

  test.each([
    ["64 lists deep is read", `${"[".repeat(64)}${"]".repeat(64)}`, undefined],
    ["65 are not", `${"[".repeat(65)}${"]".repeat(65)}`, /^x.json: JSON at most 64 objects and lists deep/],
    ["40 million brackets", "[".repeat(40_000_000), /at most 64 objects and lists deep/],
    ["ten million lists", `[${"[],".repeat(10_000_000)}[]]`, /at most 4000000 objects and lists/],
    ["objects without end", '{"a":'.repeat(1_000_000), /at most 64/],
    ["text cut off in a string", '{"a', /valid JSON/],
    ["a key twice", '{"a": 1, "b": {"a": 2}, "\\u0061": 3}', /every name once, got "a"/],
  ])("%s", (_, text, message) => {
    if (message === undefined) expect(parse(text)).toBeDefined();
    else expect(refusal(() => parse(text)).message).toMatch(message);
  });
});

describe("headers", () => {
  test.each([
    ["deep", "[".repeat(30_000_000), /^W.safetensors: JSON at most 4 objects and lists deep/],
    ["of lists alone", `{"a":[${"[],".repeat(8_000_000)}[]]}`, /^W.safetensors: JSON of at most 1000000 objects/],
  ])("of a safetensors file, %s, is refused unparsed", (_, header, message) => {
    expect(refusal(() => readSafetensors(safetensors(header), "W.safetensors")).message).toMatch(message);
  });

  test("of an .npy file, 90 MB, is refused unread", () => {
    const file = concat(latin1("\x93NUMPY\x02\x00"), new Uint8Array(4), new Uint8Array(90_000_000).fill(40));
    new DataView(file.buffer).setUint32(8, 90_000_000, true);
    expect(refusal(() => readNpy(file, "X.npy")).message).toMatch(
      /^X.npy: a header of at most 65536 bytes, got 90000000/,
    );
  });
});
