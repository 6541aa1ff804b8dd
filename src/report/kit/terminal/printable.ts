/**
 * Characters that control a terminal instead of being shown: C0 and C1 controls, DEL, marks of text direction, and line
 * separators.
 */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const NAMES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** The escape sequence of a character in JSON: `\n`, `\u001b`. */
const spelled = (character: string): string =>
  NAMES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A name, message or sentence for one line of a terminal, with control characters written as escape sequences. */
export const printable = (text: string): string => text.replace(CONTROLS, spelled);

/**
 * The escape sequences of our own text: the styles of `Theme.paint`, and those that erase a line of progress or an
 * unfinished map.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of our own
const OWN = /\u001b\[(?:0|1|2|3[1-6])(?:;(?:1|2|3[1-6]))*m|\r\u001b\[2K|(?:\u001b\[\d{1,3}A)?\r\u001b\[J/g;

/**
 * Text on its way to a terminal. Line ends and our own escape sequences stay; `printable` replaces all other control
 * characters. Most text passed `printable` before; this is the last check.
 */
export function terminalText(text: string): string {
  const safe = (part: string) =>
    part.replace(CONTROLS, (character) => (character === "\n" ? "\n" : spelled(character)));
  let [done, from] = ["", 0];
  for (const match of text.matchAll(OWN)) {
    done += safe(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return done + safe(text.slice(from));
}
