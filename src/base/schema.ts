/*
 * The form of plain data, as data itself: a schema checks values, fills in defaults, gives the types of both, and
 * becomes JSON Schema. To make one takes microseconds, because it holds no functions but refinements.
 */

/** What a schema says, without its types. */
export type Rule = { readonly text?: string; readonly listed?: true } & (
  | { readonly type: "any" | "null" | "boolean" }
  | { readonly type: "string"; readonly least: number }
  | { readonly type: "number" | "int"; readonly least: number; readonly most: number }
  | {
      readonly type: "choice";
      readonly values: readonly string[];
      /** Other spellings are brought to one of the values. */
      readonly spelled: ((value: unknown) => unknown) | undefined;
    }
  | { readonly type: "list"; readonly item: Rule; readonly least: number }
  | { readonly type: "record"; readonly item: Rule }
  | {
      readonly type: "object";
      readonly shape: Readonly<Record<string, Rule>>;
      /** Whether further keys are errors. They are kept otherwise. */
      readonly closed: boolean;
      /** Rules about several keys, checked if every key is right. */
      readonly refine: ((value: never, refuse: Refuse) => void) | undefined;
    }
  | { readonly type: "union"; readonly of: readonly Rule[] }
  | { readonly type: "optional"; readonly inner: Rule }
  | { readonly type: "default"; readonly inner: Rule; readonly value: unknown }
);

/** A schema of values that a caller writes as `Input`, and code reads as `Output`. */
export type Schema<Output = unknown, Input = unknown> = Rule & {
  /** Only a type: no schema has it. */
  readonly types?: { readonly output: Output; readonly input: Input };
};
type AnySchema = Rule & { readonly types?: { readonly output: unknown; readonly input: unknown } };
export type Output<Of> = Of extends { readonly types?: { readonly output: infer Value } } ? Value : never;
export type Input<Of> = Of extends { readonly types?: { readonly input: infer Value } } ? Value : never;

type Shape = Readonly<Record<string, AnySchema>>;
type Simple<Fields> = { [Key in keyof Fields]: Fields[Key] };
type Outputs<S extends Shape> = Simple<
  { -readonly [Key in keyof S as undefined extends Output<S[Key]> ? never : Key]: Output<S[Key]> } & {
    -readonly [Key in keyof S as undefined extends Output<S[Key]> ? Key : never]?: Output<S[Key]>;
  }
>;
type Inputs<S extends Shape> = Simple<
  { -readonly [Key in keyof S as undefined extends Input<S[Key]> ? never : Key]: Input<S[Key]> } & {
    -readonly [Key in keyof S as undefined extends Input<S[Key]> ? Key : never]?: Input<S[Key]>;
  }
>;

/** Refuses the value at a path below the object, by a rule and with a remedy. */
export type Refuse = (path: readonly string[], rule: string, remedy: string) => void;

export const anything: Schema = { type: "any" };
export const nothing: Schema<null, null> = { type: "null" };
export const boolean = (): Schema<boolean, boolean> => ({ type: "boolean" });
export const text = ({ least = 0 } = {}): Schema<string, string> => ({ type: "string", least });

/** A finite number. */
export const real = ({ least = -Infinity, most = Infinity } = {}): Schema<number, number> => ({
  type: "number",
  least,
  most,
});

/** A whole number that a float64 holds exactly. */
export const whole = ({
  least = Number.MIN_SAFE_INTEGER,
  most = Number.MAX_SAFE_INTEGER,
} = {}): Schema<number, number> => ({ type: "int", least, most });

/** One of several words. */
export const choice = <const Word extends string>(values: readonly Word[]): Schema<Word, Word> => ({
  type: "choice",
  values,
  spelled: undefined,
});

/** One of several words, in any spelling that `spelled` brings to one of them. */
export const spelledChoice = <const Word extends string>(
  values: readonly Word[],
  spelled: (value: unknown) => unknown,
): Schema<Word, Word | (string & {})> => ({ type: "choice", values, spelled });

export const listOf = <Item extends AnySchema>(
  item: Item,
  { least = 0 } = {},
): Schema<Output<Item>[], Input<Item>[]> => ({ type: "list", item, least });

/** An object whose keys are any texts. */
export const recordOf = <Item extends AnySchema>(
  item: Item,
): Schema<Record<string, Output<Item>>, Record<string, Input<Item>>> => ({ type: "record", item });

/** An object of these keys and no others. */
export const object = <S extends Shape>(
  shape: S,
  refine?: (value: Outputs<S>, refuse: Refuse) => void,
): Schema<Outputs<S>, Inputs<S>> & { readonly shape: S } => ({ type: "object", shape, closed: true, refine });

/** An object of these keys and any others. */
export const openObject = <S extends Shape>(
  shape: S,
): Schema<Outputs<S> & Record<string, unknown>, Inputs<S> & Record<string, unknown>> => ({
  type: "object",
  shape,
  closed: false,
  refine: undefined,
});

/** The first of several that fits. */
export const union = <const Of extends readonly AnySchema[]>(
  ...of: Of
): Schema<Output<Of[number]>, Input<Of[number]>> => ({ type: "union", of });

/** The same schema with a description. */
export const described = <Of extends AnySchema>(schema: Of, text: string): Of => ({ ...schema, text });

/** A value that may be left out. */
export const optional = <Of extends AnySchema>(
  inner: Of,
  text?: string,
): Schema<Output<Of> | undefined, Input<Of> | undefined> => ({
  type: "optional",
  inner,
  ...(text === undefined ? {} : { text }),
});

/** A value with a default. */
export const defaulted = <Of extends AnySchema>(
  inner: Of,
  value: Output<Of>,
  text?: string,
): Schema<Output<Of>, Input<Of> | undefined> => ({
  type: "default",
  inner,
  value,
  ...(text === undefined ? {} : { text }),
});

/** An object that may be left out: each of its keys then has its default. */
export const filled = <Of extends AnySchema>(inner: Of, text: string): Schema<Output<Of>, Input<Of> | undefined> => ({
  type: "default",
  inner,
  value: FILLED,
  text,
});
/** The default that stands for the defaults of the keys. */
export const FILLED = Symbol("filled");
