import { escapeXml, SUBSCRIPT } from "../svg/text.ts";

/** Text as HTML. */
export const html = escapeXml;

/**
 * The same as a sentence: subscripts, powers of ten and commands set as such. Names of parameters keep their
 * underscores.
 */
export const prose = (text: string): string =>
  text
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? `<code>${html(part)}</code>` : sentence(part)))
    .join("");

const sentence = (text: string) =>
  text
    .split(SUBSCRIPT)
    .map((part, i) => (i % 2 === 1 ? `<sub>${html(part)}</sub>` : powers(html(part))))
    .join("");

/** `2.5e-18` and `10^21`, as results write them. */
const powers = (word: string) =>
  word
    .replace(/(\d)e(-?)(\d+)/g, (_, digit, sign, power) => `${digit}×10<sup>${sign && "−"}${power}</sup>`)
    .replace(/\b10\^([−-]?\d+)/g, "10<sup>$1</sup>");

/** A `data:` address of text: what would end it or mean something else there stands in percent. */
export const dataAddress = (type: string, text: string): string =>
  `data:${type};charset=utf-8,${text.replace(/[^!$-;=?-~]+|[%&']/gu, (run) => encodeURIComponent(run).replaceAll("'", "%27"))}`;

/** JSON inside a script element: no `<` ends it early. */
export const jsonScript = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
