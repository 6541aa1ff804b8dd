import { listOf as anyListOf, real, type Schema, spelledChoice, whole } from "../base/schema.ts";
import { canonicalName } from "./names.ts";

/** A name from a table, in any spelling that the table understands. */
export const named = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  spelledChoice<Names[number]>(names, (value) => canonicalName(names, value));

/** A whole number, by default at least 1. */
export const count = ({ least = 1, most = 2 ** 31 - 1 }: { least?: number; most?: number } = {}) =>
  whole({ least, most });

/** A probability, or a share. */
export const rate = () => real({ least: 0, most: 1 });

/** A list of items of one type, at least one. */
export const listOf = <Output, Input>(item: Schema<Output, Input>) => anyListOf(item, { least: 1 });

/** Calls `make` at the first use and keeps its result. */
export function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
