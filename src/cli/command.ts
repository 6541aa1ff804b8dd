/*
 * A command is one declaration: its name, its argument, its groups of options, its help, and its work. A command line
 * becomes one request, whose type follows from the declaration.
 */
import { Argument, Option as CommanderOption, Command as CommanderCommand } from "commander";
import type { CommandContext } from "./context.ts";
import { type Group, keyOf, longName, namesByField, type Option, type ValuesOf, withValues } from "./options/option.ts";
import { inOptionNames } from "./option-names.ts";

/** A word that is no option: `<NAME>` is required, `[NAME]` is optional, `<NAME...>` stands for several. */
export interface ArgumentDeclaration<Name extends string = string> {
  readonly name: Name;
  readonly help: string;
  readonly choices?: readonly string[];
}

type ArgumentValue<Name extends string> = Name extends `<${string}...>`
  ? readonly string[]
  : Name extends `<${string}`
    ? string
    : Name extends `[${string}`
      ? string | undefined
      : never;

/** The request that a command receives: its argument, and a section of values for each of its groups. */
export type RequestOf<Groups extends Sections, Name extends string = ""> = {
  readonly [Section in keyof Groups]: ValuesOf<Groups[Section]>;
} & (Name extends "" ? unknown : { readonly argument: ArgumentValue<Name> });

/** The groups of options of a command. The key is the section of the request with their values. */
type Sections = Readonly<Record<string, Group>>;

/** The command line of a request, for commands that make further requests from it. */
export interface CommandLine<Made> {
  readonly command: string;
  readonly options: readonly Option[];
  /** The values that the command line gives, by key, without defaults. */
  readonly explicit: Readonly<Record<string, unknown>>;
  /** The request with these values instead of its own, by key. */
  readonly with: (values: Readonly<Record<string, unknown>>) => Made;
}

interface Declaration<Name extends string, Groups extends Sections> {
  readonly name: string;
  readonly summary: string;
  readonly argument?: ArgumentDeclaration<Name>;
  readonly options: Groups;
  /** Texts below the options in the help; a function's is made when the help is printed. */
  readonly help: readonly (string | (() => string))[];
  readonly run: (
    request: RequestOf<Groups, Name>,
    context: CommandContext,
    line: CommandLine<RequestOf<Groups, Name>>,
  ) => Promise<void>;
}

/** A command of the program. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly argument: ArgumentDeclaration | undefined;
  readonly options: readonly Option[];
  /** The command as an object of the parser. */
  parser(context: CommandContext): CommanderCommand;
}

/** Declares a command. */
export function command<const Name extends string = "", const Groups extends Sections = Sections>(
  declaration: Declaration<Name, Groups>,
): Command {
  const { name, summary, argument, options: groups, help, run } = declaration;
  const options = Object.values(groups).flatMap((each) => each.options);

  function requestOf(word: unknown, values: Readonly<Record<string, unknown>>): RequestOf<Groups, Name> {
    const sections = Object.entries(groups).map(([section, of]) => [
      section,
      Object.fromEntries(of.options.map((each) => [keyOf(each), values[keyOf(each)]])),
    ]);
    return { argument: word, ...Object.fromEntries(sections) } as RequestOf<Groups, Name>;
  }

  function parser(context: CommandContext): CommanderCommand {
    const parsed = new CommanderCommand(name).description(summary);
    if (argument !== undefined) {
      const word = new Argument(argument.name, argument.help);
      parsed.addArgument(argument.choices === undefined ? word : word.choices(argument.choices));
    }
    for (const { heading, options: of } of Object.values(groups)) {
      for (const each of of) parsed.addOption(commanderOption(each, heading));
    }
    for (const text of help) parsed.addHelpText("after", typeof text === "string" ? () => text : text);
    return parsed.action((...words: unknown[]) => {
      const word = argument === undefined ? undefined : words[0];
      const values = parsed.opts();
      const line = {
        command: name,
        options,
        explicit: Object.fromEntries(
          Object.entries(values).filter(([key]) => parsed.getOptionValueSource(key) === "cli"),
        ),
        with: (changes: Readonly<Record<string, unknown>>) => requestOf(word, { ...values, ...withValues(changes) }),
      };
      return inOptionNames(namesByField(options), () => run(requestOf(word, values), context, line));
    });
  }
  return { name, summary, argument, options, parser };
}

function commanderOption(of: Option, heading: string): CommanderOption {
  const { flags, help, parse, choices, otherwise } = of;
  const result = new CommanderOption(flags, help).helpGroup(`${heading}:`);
  if (parse !== undefined) result.argParser((text) => parse(text, longName(of)));
  if (choices !== undefined) result.choices(choices);
  if (otherwise !== undefined) result.default(otherwise);
  return result;
}
