import { EvanesceError } from "../../base/errors.ts";
import { decodeText, type NdArray, readNpy } from "../../formats/index.ts";
import { parseJson } from "../../formats/json.ts";
import type { RecurrentInput } from "../../spec/index.ts";
import { readBytes } from "../files.ts";
import type { Parser } from "../options/parsers.ts";

/**
 * `zero`, `learned`, or the numbers of a file: `.json` as the spec has them, `{ "h": [[…]], "c": [[…]] }`; `.npy` [N,
 * H], or [2, N, H] of h and c.
 */
export const initialState: Parser<NonNullable<RecurrentInput["initialState"]>> = (text, option) => {
  if (/^(zero|learned)$/i.test(text)) return text.toLowerCase();
  if (!/\.(json|npy)$/i.test(text)) {
    throw new EvanesceError(option, "zero, learned, or a .json or .npy file", text, `write e.g. ${option} learned`);
  }
  const bytes = readBytes(text);
  if (/\.npy$/i.test(text)) return fromArray(readNpy(bytes, text), text);
  const remedy = 'write { "h": [[0, 0]] }, a row for each layer and direction';
  return parseJson(text, decodeText(text, bytes), remedy) as { h: number[][]; c?: number[][] };
};

function fromArray({ shape, data }: NdArray, path: string) {
  const width = shape.at(-1) as number;
  const N = shape.at(-2) as number;
  if (shape.length < 2 || shape.length > 3 || (shape.length === 3 && shape[0] !== 2)) {
    const rule = "[N, H] of h, or [2, N, H] of h and c, N layers and directions";
    throw new EvanesceError(path, rule, `[${shape.join(", ")}]`, "save a row of H numbers for each");
  }
  const rows = (first: number) =>
    Array.from({ length: N }, (_, n) =>
      Array.from(data.subarray((first + n) * width, (first + n + 1) * width), Number),
    );
  return shape.length === 2 ? { h: rows(0) } : { h: rows(0), c: rows(N) };
}
