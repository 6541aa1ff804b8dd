import { EvanesceError } from "../base/errors.ts";

/** How a text becomes tokens. */
export const UNITS = ["bytes", "characters", "words"] as const;
export type Unit = (typeof UNITS)[number];

/** A text as whole numbers below V. */
export interface TokenizedText {
  readonly tokens: Int32Array;
  /** V. */
  readonly vocabulary: number;
}

/** A word (letters with their marks, apostrophes and hyphens inside), a run of digits, or any other sign. */
const WORD = /[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * A text in tokens. Bytes are their own tokens, V = 256. Characters (Unicode's code points) and words (in lower case)
 * are numbered by falling frequency, equal ones in the order of their first place, from 1 on; token 0 stands for all
 * that do not fit into `most` tokens.
 *
 * @throws EvanesceError for characters or words of bytes that are no UTF-8
 */
export function tokenize(bytes: Uint8Array, unit: Unit, most: number, name: string): TokenizedText {
  if (unit === "bytes") return { tokens: Int32Array.from(bytes), vocabulary: 256 };
  const text = decoded(bytes, unit, name);
  const units = unit === "characters" ? Array.from(text) : (text.toLowerCase().match(WORD) ?? []);
  const counts = new Map<string, number>();
  for (const each of units) counts.set(each, (counts.get(each) ?? 0) + 1);
  const kept = [...counts].sort(([, a], [, b]) => b - a).slice(0, most - 1);
  const numbers = new Map(kept.map(([each], i) => [each, i + 1]));
  return { tokens: Int32Array.from(units, (each) => numbers.get(each) ?? 0), vocabulary: kept.length + 1 };
}

function decoded(bytes: Uint8Array, unit: Unit, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new EvanesceError(name, `UTF-8, for ${unit}`, "other bytes", "use by=bytes, or convert the file");
  }
}
