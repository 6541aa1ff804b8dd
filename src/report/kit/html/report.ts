/*
 * A page before it is HTML: what any kind of result has to say, in the order in which it is read. Each kind of result
 * has a function that makes one of these; one function draws them all.
 */
import type { Advice } from "../advice.ts";
import type { Figure } from "../figure/figure.ts";
import type { Finding } from "../finding.ts";
import type { Tone } from "../verdict-tones.ts";

export type { Tone } from "../verdict-tones.ts";

export interface Report {
  /** Of the window, and of the page where there is no verdict. */
  readonly title: string;
  /** One or two words, and how serious they are. */
  readonly verdict?: { readonly word: string; readonly tone: Tone };
  /** The finding in two or three sentences. */
  readonly summary: string;
  /** What causes it, the largest share first. */
  readonly causes?: readonly Share[] | undefined;
  /** What to do about it, the best first. */
  readonly advice?: Advice | readonly Advice[] | undefined;
  /** What was measured, a line each: the network, the data. */
  readonly subject: readonly string[];
  /** The few numbers to remember. */
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
  /** How to get the same numbers again. */
  readonly reproduce: {
    readonly command?: string | undefined;
    readonly spec?: unknown;
    readonly notes: readonly string[];
  };
  /** The whole result as `--json` prints it, to be taken along where the page has room; `length` numbers at least. */
  readonly data?: { readonly name: string; readonly length: number; readonly text: () => string } | undefined;
}

/** One number at the head of a page. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** One part of a page: a figure with what it shows, a table, or both. */
export interface Section {
  readonly heading: string;
  readonly figure?: Figure | undefined;
  /** Beside the figure: what it shows. */
  readonly notes?: readonly Finding[] | undefined;
  /** Shares of a whole, as bars with a sentence each. */
  readonly shares?: readonly Share[] | undefined;
  readonly table?: Table | undefined;
}

/** One part of a whole. */
export interface Share {
  readonly share: number;
  readonly sentence: string;
}

/** Cells as text. */
export interface Table {
  readonly caption?: string | undefined;
  readonly heads: readonly string[];
  /** Cells; numbers are set flush right. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, flush left. */
  readonly text: readonly number[];
  /** Those of them that are sentences, with formulas to be set; names stay as they are written. */
  readonly sentences?: readonly number[] | undefined;
  /** An id for each row, for what leads there. */
  readonly ids?: readonly string[] | undefined;
}
