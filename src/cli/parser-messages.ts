/*
 * Rewrites the messages of the option parser in the form of all others: where, the rule, the value, the remedy.
 */

import type { Command } from "./command.ts";
import { answerTo, commandFor } from "./habits.ts";
import { longName } from "./options/option.ts";

const FORMS: readonly (readonly [pattern: RegExp, told: string])[] = [
  [
    /^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s,
    '$1: one of $3, got "$2"; choose one of these',
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/s,
    '$2: one of $3, got "$1"; choose one of these',
  ],
  [/^missing required argument '(.*)'$/, "$1: required, got none; `evanesce help COMMAND` shows its place"],
  [
    /^too many arguments for '(.*)'\. Expected 0 arguments? but got (\d+).*$/s,
    "$1: options and their values only, got $2 more; `evanesce help $1` lists its options",
  ],
  [
    /^too many arguments for '(.*)'\. Expected 1 argument but got (\d+).*$/s,
    "$1: at most 1 word that is no option, got $2; `evanesce help $1` lists its options",
  ],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) arguments but got (\d+).*$/s,
    "$1: at most $2 words that are no options, got $3; `evanesce help $1` lists its options",
  ],
  [/^option '(?:-\w, )?(--[\w-]+) ([^']*)' argument missing$/, "$1: a value, got none; write $1 $2"],
  [/^(unknown (?:option|command) '.*')\n\(Did you mean (.*)\?\)$/s, "$1; did you mean $2?"],
];

/** The message about a word after an option that takes no value; undefined if there is no such word. */
function valueTooMuch(message: string, commands: readonly Command[], argv: readonly string[]): string | undefined {
  const [, name] = /^too many arguments for '(.*)'\./.exec(message) ?? [];
  const options = commands.find((each) => each.name === name)?.options ?? [];
  const alone = argv.findIndex(
    (word, i) =>
      options.some((option) => longName(option) === word && !/[<[]/.test(option.flags)) &&
      argv[i + 1]?.startsWith("-") === false,
  );
  if (alone < 0) return undefined;
  return `evanesce: ${argv[alone]}: no value, got "${argv[alone + 1]}"; write ${argv[alone]} alone\n`;
}

/**
 * A message of the parser, which begins with `error: `, in evanesce's words.
 *
 * @param commands all commands: the one that has an option unknown to another is named
 * @param argv the words of the command line
 */
export function parserMessage(text: string, commands: readonly Command[], argv: readonly string[]): string {
  const message = text.replace(/^error: /, "").trimEnd();
  const alone = valueTooMuch(message, commands, argv);
  if (alone !== undefined) return alone;
  const [, kind, word] = /^unknown (option|command) '([^'=]*)/.exec(message) ?? [];
  const answer = kind === "option" ? answerTo(word) : undefined;
  if (answer !== undefined) return `evanesce: unknown option '${word}'; ${answer}\n`;
  const command = kind === "command" ? commandFor(word) : undefined;
  if (command !== undefined) return `evanesce: unknown command '${word}'; did you mean ${command}?\n`;
  const owners =
    kind === "option" ? commands.filter(({ options }) => options.some((each) => longName(each) === word)) : [];
  if (owners.length > 0 && !message.includes("Did you mean")) {
    const named = owners.slice(0, 3).map(({ name }) => `\`evanesce ${name}\``);
    return `evanesce: unknown option '${word}'; ${named.join(", ")} ${owners.length === 1 ? "has" : "have"} it\n`;
  }
  const form = FORMS.find(([pattern]) => pattern.test(message));
  return `evanesce: ${form === undefined ? message : message.replace(...form)}\n`;
}
