/*
 * Rewrites the messages of the option parser in the form of all others: where, the rule, the value, the remedy.
 */

import { answerTo, commandFor } from "./habits.ts";

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
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+).*$/s,
    "$1: at most $2 words that are no options, got $3; `evanesce help $1` lists its options",
  ],
  [/^option '(?:-\w, )?(--[\w-]+) ([^']*)' argument missing$/, "$1: a value, got none; write $1 $2"],
  [/^(unknown (?:option|command) '.*')\n\(Did you mean (.*)\?\)$/s, "$1; did you mean $2?"],
];

/** A message of the parser, which begins with `error: `, in evanesce's words. */
export function parserMessage(text: string): string {
  const message = text.replace(/^error: /, "").trimEnd();
  const [, kind, word] = /^unknown (option|command) '([^'=]*)/.exec(message) ?? [];
  const answer = kind === "option" ? answerTo(word) : undefined;
  if (answer !== undefined) return `evanesce: unknown option '${word}'; ${answer}\n`;
  const command = kind === "command" ? commandFor(word) : undefined;
  if (command !== undefined) return `evanesce: unknown command '${word}'; did you mean ${command}?\n`;
  const form = FORMS.find(([pattern]) => pattern.test(message));
  return `evanesce: ${form === undefined ? message : message.replace(...form)}\n`;
}
