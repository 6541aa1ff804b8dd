/*
 * An option of the command line is one declaration: its flags, its help, the parser of its value, and the key of a spec
 * that it fills. Commands list their groups of options. Parser, request types, help, completion and error messages read
 * these declarations.
 */
import type { Parser } from "./parsers.ts";

/** Further details of a declaration. */
export interface Details<Value> {
  /** Turns the text into a value; by default the value is the text. */
  readonly parse?: Parser<Value>;
  /** The only values that are allowed. */
  readonly choices?: readonly string[];
  /** Names that a shell offers. Other values may be allowed too. */
  readonly names?: readonly string[];
  /** The field that it fills, as messages name it: `network.init.gain`. There may be several. */
  readonly fills?: string | readonly string[];
  /** Spellings of other frameworks with the same meaning: `--batch-size`. */
  readonly also?: readonly string[];
  /** Cases in which it has no effect on a network. */
  readonly idle?: readonly Idle[];
}

/** A case in which an option has no effect, and what it needs to have one. */
// biome-ignore lint/suspicious/noExplicitAny: a rule is declared with its own kind of spec, and called with that alone
export interface Idle<Spec = any> {
  readonly when: (spec: Spec) => boolean;
  /** The requirement of the option: `a cell with a forget gate`. */
  readonly needs: string;
  readonly remedy: string;
}

/** One option. `Value` is the type of its value; `Otherwise` is the value in the request if it is not given. */
export interface Option<Flags extends string = string, Value = unknown, Otherwise = unknown> extends Details<Value> {
  readonly flags: Flags;
  readonly help: string;
  readonly otherwise?: Otherwise;
}

/** Details of an option whose text is its value. */
type TextDetails = Omit<Details<string>, "parse">;
/** Details of an option whose text becomes a value. */
interface ParsedDetails<Value> extends Details<Value> {
  readonly parse: Parser<Value>;
}
/** The fields that a declaration fills, kept in its type. */
export interface Filling<Fields extends string | readonly string[]> {
  readonly fills: Fields;
}

/** Declares an option without a default. */
export function option<const Flags extends string, Value, const Fields extends string | readonly string[]>(
  flags: Flags,
  help: string,
  details: ParsedDetails<Value> & Filling<Fields>,
): Option<Flags, Value, undefined> & Filling<Fields>;
export function option<const Flags extends string, const Fields extends string | readonly string[]>(
  flags: Flags,
  help: string,
  details: TextDetails & Filling<Fields>,
): Option<Flags, string, undefined> & Filling<Fields>;
export function option<const Flags extends string, Value>(
  flags: Flags,
  help: string,
  details: ParsedDetails<Value>,
): Option<Flags, Value, undefined>;
export function option<const Flags extends string>(
  flags: Flags,
  help: string,
  details?: TextDetails,
): Option<Flags, string, undefined>;
export function option(flags: string, help: string, details: object = {}): Option {
  return { flags, help, ...details };
}

/** Declares an option with a default. */
export function optionWithDefault<const Flags extends string, Value>(
  flags: Flags,
  help: string,
  otherwise: Value,
  details: ParsedDetails<Value>,
): Option<Flags, Value, Value>;
export function optionWithDefault<const Flags extends string, const Choice extends string>(
  flags: Flags,
  help: string,
  otherwise: NoInfer<Choice>,
  details: TextDetails & { readonly choices: readonly Choice[] },
): Option<Flags, Choice, Choice>;
export function optionWithDefault(flags: string, help: string, otherwise: unknown, details: object): Option {
  return { flags, help, otherwise, ...details };
}

/** Options that belong together. They have one heading in the help and one section in the request. */
export interface Group<Options extends readonly Option[] = readonly Option[]> {
  readonly heading: string;
  readonly options: Options;
}

export const group = <const Options extends readonly Option[]>(heading: string, options: Options): Group<Options> => ({
  heading,
  options,
});

/** The path of every field of an object, and of the objects in it: `init` and `init.gain`. */
type PathOf<Target> = {
  [Key in keyof Target & string]-?: NonNullable<Target[Key]> extends infer Value
    ? Value extends readonly unknown[] | string | number | boolean
      ? Key
      : Key | `${Key}.${PathOf<Value>}`
    : never;
}[keyof Target & string];

/**
 * Declares options that each fill a field below `root` of a `Target`. An option without a field, or with a field that a
 * `Target` does not have, is a type error.
 */
export const groupThatFills =
  <Target, Root extends string>() =>
  <
    const Options extends readonly (Option & {
      readonly fills: `${Root}.${PathOf<Target>}` | readonly `${Root}.${PathOf<Target>}`[];
    })[],
  >(
    heading: string,
    options: Options,
  ): Group<Options> => ({ heading, options });

/* The types of requests, derived from the declarations. */

type Camel<Text extends string> = Text extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Text;
type LongName<Flags extends string> = Flags extends `${string}--${infer Rest}`
  ? Rest extends `${infer Name} ${string}`
    ? Name
    : Rest
  : never;
type KeyOfName<Name extends string> = Name extends `no-${infer Rest}` ? Camel<Rest> : Camel<Name>;

/** The key of an option's value in a request: `inputInit` for `--input-init <name>`, `color` for `--no-color`. */
export type KeyOf<Each extends Option> = KeyOfName<LongName<Each["flags"]>>;

type ValueOf<Each extends Option> =
  Each extends Option<infer Flags, infer Value, infer Otherwise>
    ? LongName<Flags> extends `no-${string}`
      ? boolean
      : Flags extends `${string}...>`
        ? string[] | undefined
        : Flags extends `${string}[${string}`
          ? Value | true | undefined
          : Flags extends `${string}<${string}`
            ? Value | Otherwise
            : true | undefined
    : never;

/** One section of a request: the value of every option of a group. */
export type ValuesOf<Of extends Group> = {
  readonly [Each in Of["options"][number] as KeyOf<Each>]: ValueOf<Each>;
};

/** The long name of an option: `--input-init`. */
export const longName = ({ flags }: Pick<Option, "flags">): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

/** The key of its value: `inputInit` for `--input-init`, `color` for `--no-color`. */
export const keyOf = (of: Pick<Option, "flags">): string =>
  longName(of)
    .replace(/^--(no-)?/, "")
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * Does nothing, but makes a forgotten option a type error. Call it with the rest of a section after taking every key
 * out: `const { noise, histogram, ...rest } = statistics; nothingLeft(rest);`
 */
export function nothingLeft(_rest: Readonly<Record<string, never>>): void {}

/** Passes a section to the library unchanged. A key that the library does not have is a type error. */
export const handOver = <Target extends object>() => ({
  of: <Section extends { readonly [Key in keyof Section]: Key extends keyof Target ? unknown : never }>(
    section: Section,
  ) => withValues(section) as Target,
});

/**
 * Sets the value of each option at the field below `root` that it fills: `network.init.gain` sets `input.init.gain`.
 */
export function filled(
  root: string,
  options: readonly Option[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const each of options) {
    const value = values[keyOf(each)];
    const path = [each.fills ?? []].flat().find((field) => field.startsWith(`${root}.`));
    if (value === undefined || path === undefined) continue;
    const keys = path.slice(root.length + 1).split(".");
    const last = keys.pop() as string;
    let at = result;
    for (const key of keys) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return result;
}

/** The names of options by the field that they fill, for messages: `network.init.gain` → `--gain`. */
export const namesByField = (options: readonly Option[]): Record<string, string> =>
  Object.fromEntries(
    options.flatMap((each) => [each.fills ?? []].flat().map((field) => [field, longName(each)] as const)),
  );

/** The entries that have a value. */
export const withValues = (entries: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));

/** `Value`, with a type error for every key that `Allowed` does not have. */
export type NoMore<Value, Allowed> = Value & { readonly [Key in Exclude<keyof Value, keyof Allowed>]: never };
