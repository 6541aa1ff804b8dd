import { printable, terminalText } from "./printable.ts";
import type { Style, Theme } from "./theme.ts";

/** Width of a row's label, with the space after it. */
export const LABEL = 13;

/** The number of characters that `text` shows. Colors do not count. */
export function visible(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of `Theme.paint`
  return [...text.replace(/\u001b\[[0-9;]*m/g, "")].length;
}

/** Adds blanks after text up to a width on the screen; escape sequences do not count. */
export const padEnd = (text: string, width: number) => text + " ".repeat(Math.max(0, width - visible(text)));
/** Adds blanks before text. */
export const padStart = (text: string, width: number) => " ".repeat(Math.max(0, width - visible(text))) + text;

/** `text`, cut with an ellipsis if it is longer than `width`. */
export function cut(theme: Theme, text: string, width: number): string {
  const safe = printable(text);
  const characters = [...safe];
  if (characters.length <= width) return safe;
  const dots = theme.text("…");
  return characters.slice(0, Math.max(0, width - dots.length)).join("") + dots;
}

/**
 * Breaks text into lines of at most `width` characters: at spaces, but not before a percent sign. A word that is longer
 * than a line is broken too.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/ (?!%)/)) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (visible(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    while (visible(word) > width) {
      lines.push([...word].slice(0, width).join(""));
      word = [...word].slice(width).join("");
    }
    line = word;
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** A label, then text wrapped beside it. */
export function row(theme: Theme, label: string, text: string, ...styles: readonly Style[]): string[] {
  const lines = wrap(theme.text(text), theme.width - LABEL);
  return lines.map((line, i) => {
    const head = i === 0 ? theme.paint(padEnd(theme.text(label), LABEL), "dim") : " ".repeat(LABEL);
    return head + theme.paint(line, ...styles);
  });
}

/** The first and the last rows of a table, at most `most`, with a line between them that counts the rows left out. */
export function excerpt(theme: Theme, rows: readonly string[], most: number, remedy = ""): string[] {
  if (rows.length <= most) return [...rows];
  const half = most / 2;
  const left = theme.text(`… ${rows.length - most} more between${remedy}`);
  return [...rows.slice(0, half), theme.paint(left, "dim"), ...rows.slice(-half)];
}

/** A paragraph over the whole width. */
export function paragraph(theme: Theme, text: string, ...styles: readonly Style[]): string[] {
  return wrap(theme.text(text), theme.width).map((line) => theme.paint(line, ...styles));
}

/** Lines of a report, ready for a terminal. */
export const linesText = (lines: readonly string[]): string => terminalText(`${lines.join("\n")}\n`);

/** Sections of a report with an empty line between them, ready for a terminal; empty ones are left out. */
export const sectionsText = (sections: readonly (readonly string[])[]): string =>
  terminalText(
    `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")}\n`,
  );
