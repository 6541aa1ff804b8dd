/*
 * The only place that writes HTML and SVG. A template escapes every value except markup, and only templates make
 * markup. So a name in a result cannot become an element, an attribute or a script.
 */

/** Only this file has the seal, so no other file can turn text into markup. */
const SEAL = Symbol("markup");

/** Finished HTML or SVG. */
export class Markup {
  readonly #text: string;

  constructor(seal: typeof SEAL, text: string) {
    if (seal !== SEAL) throw new TypeError("markup is written by the template tag `markup`");
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * The values that a template takes. Text and numbers are escaped, lists joined; `undefined` and `false` write nothing.
 */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/** A template of markup: markup`<td>${cell}</td>`. Attributes stand in double quotes. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0];
  contents.forEach((content, i) => {
    text += written(content) + parts[i + 1];
  });
  return new Markup(SEAL, text);
}

/** Several pieces, one after the other. */
export const joined = (pieces: readonly Content[], between = ""): Markup =>
  new Markup(SEAL, pieces.map(written).join(escaped(between)));

function written(content: Content): string {
  if (content === undefined || content === false) return "";
  if (typeof content === "string") return escaped(content);
  if (typeof content === "number") return String(content);
  return content instanceof Markup ? content.toString() : content.map(written).join("");
}

/**
 * Text as XML. Control characters that XML forbids, and marks that turn the direction of what follows, are shown as
 * U+FFFD.
 */
const escaped = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Text with forbidden characters replaced. */
const visible = (text: string): string => text.replace(FORBIDDEN, "\ufffd");

/** C0 except tab and line ends, DEL and C1; bidirectional controls; lone surrogates and U+FFFE, U+FFFF. */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The content of a script or style element, which HTML does not unescape. It must not close its element. */
export function rawText(text: string): Markup {
  if (/<\/|<!--/.test(text)) throw new TypeError("a script or style may not contain `</` or `<!--`");
  return new Markup(SEAL, text);
}

/** JSON inside a script element. It contains no `<`, which could end the element, and no forbidden characters. */
export const jsonScript = (value: unknown): Markup => {
  const json = JSON.stringify(value, (_, each) => (typeof each === "string" ? visible(each) : each));
  return rawText(json.replaceAll("<", "\\u003c"));
};

/** No markup at all. */
export const NOTHING = joined([]);
