import * as z from "zod/mini";
import { canonicalName } from "./names.ts";

/** A name from a table, in any spelling that the table understands. */
export const named = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.pipe(
    z.transform((value) => canonicalName(names, value)),
    z.enum(names),
  ) as unknown as z.ZodMiniType<Names[number], Names[number] | (string & {})>;

/** A whole number, by default at least 1. */
export const count = ({ least = 1, most = 2 ** 31 - 1 }: { least?: number; most?: number } = {}) =>
  z.int().check(z.minimum(least), z.maximum(most));

/** A finite real number. */
export const real = ({ least, most }: { least?: number; most?: number } = {}) =>
  z
    .number()
    .check(...(least === undefined ? [] : [z.minimum(least)]), ...(most === undefined ? [] : [z.maximum(most)]));

/** A list of items of one type. */
export const listOf = <Item extends z.ZodMiniType>(item: Item) => z.array(item).check(z.minLength(1));

/** A field that may be left out, with its description. */
export const optional = <Type extends z.ZodMiniType>(type: Type, text: string) =>
  z.optional(type).check(z.describe(text));

/** A field with a default and a description. */
export const defaulted = <Type extends z.ZodMiniType>(
  type: Type,
  value: z.output<Type>,
  text?: string,
): z.ZodMiniDefault<Type> => {
  const schema = z._default(type, value as never);
  return text === undefined ? schema : schema.check(z.describe(text));
};

/** Calls `make` at the first use and keeps its result. */
export function once<Value>(make: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
}
