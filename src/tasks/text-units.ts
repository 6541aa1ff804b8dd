import { EvanesceError } from "../base/errors.ts";
import { type Field, whole } from "../base/option-fields.ts";
import { decodeText, encodingOf } from "../formats/text.ts";

/** The units that become tokens. */
export const UNITS = ["bytes", "characters", "words"] as const;
export type Unit = (typeof UNITS)[number];

/** The option for the units. */
export const unitField = (value: Unit) =>
  ({
    type: `one of ${UNITS.join(", ")}`,
    describe: "the tokens of the text",
    default: value,
    accept: (input) => UNITS.find((unit) => unit === input),
  }) satisfies Field<Unit>;

/** The option for the largest number of tokens. */
export const vocabularyField = whole(
  "largest number of tokens: the most frequent characters or words have their own, all others share one",
  10_000,
  { least: 2 },
);

/** A text as whole numbers below V. */
export interface TokenizedText {
  readonly tokens: Int32Array;
  /** V. */
  readonly vocabulary: number;
}

interface WithNotes {
  readonly notes?: readonly string[];
}

/** UTF-8 without its byte order mark. */
const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** A word (letters with their marks, apostrophes and hyphens inside), a run of digits, or any other sign. */
const WORD = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * A text in tokens. Each byte is a token, V = 256. Characters (Unicode's code points) and words (in lower case) are
 * numbered from 1 by falling frequency; equally frequent ones by their first place. Token 0 is for all others, if there
 * are more than `most`.
 *
 * @throws EvanesceError for characters or words of bytes that are not UTF-8
 */
export function tokenize(encoded: Uint8Array, unit: Unit, most: number, name: string): TokenizedText & WithNotes {
  const encoding = encodingOf(encoded);
  if (encoding !== "utf-8") {
    const read = tokenize(new TextEncoder().encode(decodeText(name, encoded)), unit, most, name);
    return { ...read, notes: [`${name} is ${encoding.toUpperCase()}: it is read as the same text in UTF-8.`] };
  }
  const bytes = withoutMark(encoded);
  if (unit === "bytes") return { tokens: Int32Array.from(bytes), vocabulary: 256 };
  const { tokens, vocabulary } = numberUnits([unitsOf(decodedText(bytes, unit, name), unit)], unit, most);
  return { tokens, vocabulary };
}

/** A text's characters, words or (as numbers below 256) bytes. */
export function unitsOf(
  text: string,
  unit: Unit,
): ArrayLike<string | number> & { slice(from: number, to: number): ArrayLike<string | number> } {
  if (unit === "bytes") return new TextEncoder().encode(text);
  return unit === "characters" ? Array.from(text) : (text.toLowerCase().match(WORD) ?? []);
}

/** The tokens of several texts, one text after the other: text n has the tokens starts[n] ≤ i < starts[n + 1]. */
export function numberUnits(
  texts: readonly ArrayLike<string | number>[],
  unit: Unit,
  most: number,
): TokenizedText & { readonly starts: Int32Array } {
  const starts = new Int32Array(texts.length + 1);
  for (const [n, text] of texts.entries()) starts[n + 1] = starts[n] + text.length;
  const tokens = new Int32Array(starts[texts.length]);
  const fill = (token: (each: string | number) => number) => {
    for (const [n, text] of texts.entries())
      for (let i = 0; i < text.length; i++) tokens[starts[n] + i] = token(text[i]);
  };
  if (unit === "bytes") {
    fill(Number);
    return { tokens, starts, vocabulary: 256 };
  }
  const counts = new Map<string | number, number>();
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) counts.set(text[i], (counts.get(text[i]) ?? 0) + 1);
  }
  const kept = [...counts].sort(([, a], [, b]) => b - a).slice(0, most - 1);
  const numbers = new Map(kept.map(([each], i) => [each, i + 1]));
  fill((each) => numbers.get(each) ?? 0);
  return { tokens, starts, vocabulary: kept.length + 1 };
}

/** UTF-8 or UTF-16 as text. @throws EvanesceError for other bytes */
export function decodedText(bytes: Uint8Array, purpose: string, name: string): string {
  if (encodingOf(bytes) !== "utf-8") return decodeText(name, bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const remedy =
      purpose === "characters" || purpose === "words" ? "use by=bytes, or convert the file" : "convert the file";
    throw new EvanesceError(name, `UTF-8, for ${purpose}`, "other bytes", remedy);
  }
}
