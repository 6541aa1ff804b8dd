import { type Content, joined, type Markup, markup } from "../markup.ts";
import { SUBSCRIPT } from "../svg/text.ts";
import { type Term, TERM_PATTERN, termId, termOf } from "./glossary.ts";

/** Writes sentences, and remembers which terms they used. */
export interface Prose {
  /** A sentence with subscripts, powers of ten and commands set as such; a term links to its definition at first. */
  (text: string): Markup;
  /** Terms used so far, in the order of their first use. */
  terms(): readonly Term[];
}

/** A name with its subscripts and powers, without links: inside of a button no link may stand. */
export const formula = (text: string): Markup => sentence(text, powers);

/** Sentences of one page. */
export function createProse(): Prose {
  const used = new Map<string, Term>();
  const words = (text: string): Markup => {
    const found = TERM_PATTERN.exec(text);
    if (found === null) return powers(text);
    const [form] = found;
    const before = powers(text.slice(0, found.index));
    const after = words(text.slice(found.index + form.length));
    return joined([before, defined(form, termOf(form)), after]);
  };
  /** A term links to its definition where it is met for the first time. */
  const defined = (form: string, term: Term | undefined): Content => {
    if (term === undefined || used.has(term.name)) return form;
    used.set(term.name, term);
    return markup`<a class="term" href="#${termId(term)}" data-definition="${term.definition}">${form}</a>`;
  };
  const prose = (text: string): Markup =>
    joined(
      text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? markup`<code>${part}</code>` : sentence(part, words))),
    );
  return Object.assign(prose, { terms: () => [...used.values()] });
}

/** Names of parameters keep their underscores; subscripts of single letters are set lower. */
const sentence = (text: string, words: (text: string) => Markup): Markup =>
  joined(text.split(SUBSCRIPT).map((part, i) => (i % 2 === 1 ? markup`<sub>${part}</sub>` : words(part))));

/** `2.5e-18` and `10^21`, as results write them. */
const powers = (text: string): Markup =>
  joined(
    text.split(/(\de-?\d+|\b10\^[−-]?\d+)/).map((part, i) => {
      if (i % 2 === 0) return part;
      const [base, exponent] = part.split(/[e^]/);
      const power = exponent.replace("-", "−");
      return part.includes("^") ? markup`10<sup>${power}</sup>` : markup`${base}×10<sup>${power}</sup>`;
    }),
  );
