import { EvanesceError } from "../base/errors.ts";

/** The place of the class in the lines of a text. */
export const LABEL_FORMATS = ["tab", "fasttext", "heading"] as const;
export type LabelFormat = (typeof LABEL_FORMATS)[number];

/** Lines of a text; each has a class. */
export interface LabeledLines {
  readonly texts: readonly string[];
  /** `[N]` indices into `names`. */
  readonly classes: Int32Array;
  /** The most frequent class first. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

/** One line: its text and the name of its class. */
interface Line {
  readonly text: string;
  readonly name: string;
}

/** A name alone on its line with a colon after it, like the speakers of a play. */
const HEADING = /^(\S.{0,60}):$/;
const FASTTEXT = /^__label__(\S+)\s+(.*)$/;
/** Default number of speakers of a play that are kept. */
const MOST_HEADINGS = 10;

/**
 * The lines of a text and their classes. The format is `format`, or is found from the text:
 *
 *     tab        `class<TAB>text` or `text<TAB>class`: the field with fewer different values is the class
 *     fasttext   `__label__class text` (Joulin et al. 2017)
 *     heading    `NAME:` alone on a line is the class of the lines after it, up to an empty one, as in a play
 *
 * @param most the number of the most frequent classes that are kept; by default all, or ten of headings
 * @throws EvanesceError for a text without labels, or of one class
 */
export function labeledLines(
  text: string,
  format: LabelFormat | undefined,
  most: number | undefined,
  name: string,
): LabeledLines {
  const lines = text.split(/\r?\n/);
  const found = format ?? formatOf(lines);
  if (found === undefined) {
    const rule = "lines with a class: `class<TAB>text`, `__label__class text`, or a `NAME:` alone above them";
    throw new EvanesceError(name, rule, "others", "say where the class stands with labels=tab, fasttext or heading");
  }
  const notes: string[] = [];
  const read = READ[found](lines, name, notes);
  const counts = new Map<string, number>();
  for (const line of read) counts.set(line.name, (counts.get(line.name) ?? 0) + 1);
  const kept = most ?? (found === "heading" ? MOST_HEADINGS : counts.size);
  const names = [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, kept)
    .map(([each]) => each);
  if (names.length < 2) {
    throw new EvanesceError(name, "lines of at least two classes", names.length, "the lines have only one class");
  }
  const classOf = new Map(names.map((each, i) => [each, i]));
  const own = read.filter((line) => classOf.has(line.name));
  notes.push(`${own.length} lines of ${names.length} classes: ${listed(names)}.`);
  if (own.length < read.length) {
    notes.push(`${read.length - own.length} lines of rarer classes are left out; classes=N keeps more.`);
  }
  return {
    texts: own.map((line) => line.text),
    classes: Int32Array.from(own, (line) => classOf.get(line.name) as number),
    names,
    notes,
  };
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;

const isEmpty = (line: string): boolean => line.trim() === "";

function formatOf(lines: readonly string[]): LabelFormat | undefined {
  const filled = lines.filter((line) => !isEmpty(line));
  if (filled.length === 0) return undefined;
  if (filled.every((line) => FASTTEXT.test(line))) return "fasttext";
  if (filled.every((line) => line.includes("\t"))) return "tab";
  return filled.filter((line) => HEADING.test(line)).length >= 2 ? "heading" : undefined;
}

const READ: Readonly<Record<LabelFormat, (lines: readonly string[], name: string, notes: string[]) => Line[]>> = {
  tab: (lines, name, notes) => {
    const rows = lines.flatMap((line, i) => {
      if (isEmpty(line)) return [];
      const [first, last] = [line.indexOf("\t"), line.lastIndexOf("\t")];
      if (first < 0)
        throw new EvanesceError(`${name}, line ${i + 1}`, "a class and a text with a tab between", line, "add it");
      return [
        { head: [line.slice(0, first), line.slice(first + 1)], tail: [line.slice(last + 1), line.slice(0, last)] },
      ];
    });
    const different = (end: "head" | "tail") => new Set(rows.map((row) => row[end][0])).size;
    const end = different("tail") < different("head") ? "tail" : "head";
    const all = rows.map((row) => ({ name: row[end][0].trim(), text: row[end][1] }));
    const [heading, ...rest] = all;
    // `label<TAB>text` above the data: this name occurs in no other line, while other names repeat
    const repeats = new Set(rest.map((line) => line.name)).size < rest.length;
    if (heading === undefined || !repeats || rest.some((line) => line.name === heading.name)) return filled(all);
    notes.push(`The first line is read as a heading, because no other line has the class ${heading.name}.`);
    return filled(rest);
  },
  fasttext: (lines, name) =>
    filled(
      lines.flatMap((line, i) => {
        if (isEmpty(line)) return [];
        const [, label, text] = FASTTEXT.exec(line) ?? [];
        if (label !== undefined) return [{ name: label, text }];
        throw new EvanesceError(`${name}, line ${i + 1}`, "`__label__class text`", line, "add the class");
      }),
    ),
  heading: (lines) => {
    const found: Line[] = [];
    let heading: string | undefined;
    for (const line of lines) {
      const own = HEADING.exec(line)?.[1];
      if (own !== undefined) heading = own;
      else if (isEmpty(line)) heading = undefined;
      else if (heading !== undefined) found.push({ name: heading, text: line });
    }
    return found;
  },
};

const filled = (lines: readonly Line[]): Line[] => lines.filter((line) => !isEmpty(line.text));
