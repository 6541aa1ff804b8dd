import { type Content, joined, type Markup, markup } from "../markup.ts";
import { SUBSCRIPT } from "../svg/text.ts";
import { type Term, TERM_PATTERN, termId, termOf } from "./glossary.ts";

/** Writes sentences and remembers the terms in them. */
export interface Prose {
  /** Sets subscripts, powers of ten and commands of a sentence. The first use of a term links to its definition. */
  (text: string): Markup;
  /** Terms used so far, in the order of their first use. */
  terms(): readonly Term[];
}

/** Sets subscripts and powers of a name, without links, because a button must not contain a link. */
export const formula = (text: string): Markup => sentence(text, powers);

/** The writer of the sentences of one page. */
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
  /** A link to the definition of a term at its first use, otherwise the text alone. */
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

/** Sets subscripts of single letters lower. Names of parameters keep their underscores. */
const sentence = (text: string, words: (text: string) => Markup): Markup =>
  joined(text.split(SUBSCRIPT).map((part, i) => (i % 2 === 1 ? markup`<sub>${part}</sub>` : words(part))));

/** Sets powers of ten, which results write as `2.5e-18` or `10^21`. */
const powers = (text: string): Markup =>
  joined(
    text.split(/(\de-?\d+|\b10\^[−-]?\d+)/).map((part, i) => {
      if (i % 2 === 0) return part;
      const [base, exponent] = part.split(/[e^]/);
      const power = exponent.replace("-", "−");
      return part.includes("^") ? markup`10<sup>${power}</sup>` : markup`${base}×10<sup>${power}</sup>`;
    }),
  );
