import * as z from "zod";
import { canonicalName } from "./names.ts";

/** A name out of a table, in any spelling the table understands. */
export const named = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.preprocess((value) => canonicalName(names, value), z.enum(names)) as unknown as z.ZodType<
    Names[number],
    Names[number] | (string & {})
  >;

/** A whole number, at least 1 unless `least` says otherwise. */
export const count = ({ least = 1, most = 2 ** 31 - 1 }: { least?: number; most?: number } = {}) =>
  z.int().min(least).max(most);

/** A finite real number. */
export const real = ({ least, most }: { least?: number; most?: number } = {}) => {
  let schema = z.number();
  if (least !== undefined) schema = schema.min(least);
  if (most !== undefined) schema = schema.max(most);
  return schema;
};

/** What `make` gives, made when it is first asked for. */
export function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
