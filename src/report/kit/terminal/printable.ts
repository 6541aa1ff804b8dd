/**
 * Characters that a terminal would obey instead of showing: C0 and C1 controls, DEL, marks that turn the direction of
 * text, and separators that begin a line.
 */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

const NAMES: Readonly<Record<string, string>> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** The character as JSON would spell it: `\n`, `\u001b`. */
const spelled = (character: string): string =>
  NAMES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A name, message or sentence in a line of a terminal: whatever a terminal would obey is spelled out. */
export const printable = (text: string): string => text.replace(CONTROLS, spelled);

/**
 * Sequences that our own text contains: the styles of `Theme.paint`, wiping a line of progress, and wiping a map that
 * fills, from its first line on.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of our own
const OWN = /\u001b\[(?:0|1|2|3[1-6])(?:;(?:1|2|3[1-6]))*m|\r\u001b\[2K|(?:\u001b\[\d{1,3}A)?\r\u001b\[J/g;

/**
 * The door to a terminal: whole text with line ends and our own escape sequences, everything else as `printable` spells
 * it. Text from files, headers and names was spelled out before it was painted; this catches what was not.
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
