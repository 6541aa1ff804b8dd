/*
 * A page as data, in the order in which it is read. Each kind of result has a function that makes a page as data, and
 * one function turns all of them into HTML.
 */
import type { Advice } from "../advice.ts";
import type { Figure } from "../figure/figure.ts";
import type { Finding } from "../finding.ts";
import type { Tone } from "../verdict-tones.ts";

export type { Tone } from "../verdict-tones.ts";

export interface Report {
  /** The title of the window, and of the page if it has no verdict. */
  readonly title: string;
  /** The verdict in one or two words, and how serious it is. */
  readonly verdict?: { readonly word: string; readonly tone: Tone };
  /** The finding in two or three sentences. */
  readonly summary: string;
  /** The causes, the largest share first. */
  readonly causes?: readonly Share[] | undefined;
  /** The advice, the best first. */
  readonly advice?: Advice | readonly Advice[] | undefined;
  /** The network and the data that were measured, one line each. */
  readonly subject: readonly string[];
  /** The few numbers to remember. */
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
  /** How to compute the same numbers again. */
  readonly reproduce: {
    readonly command?: string | undefined;
    readonly spec?: unknown;
    readonly notes: readonly string[];
  };
  /** The whole result as `--json` prints it, for download if the page has room. It has at least `length` numbers. */
  readonly data?: { readonly name: string; readonly length: number; readonly text: () => string } | undefined;
}

/** One number at the top of a page. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** One part of a page: a figure with its findings, a table, or both. */
export interface Section {
  readonly heading: string;
  readonly figure?: Figure | undefined;
  /** Findings beside the figure. */
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
  /** The text columns that hold sentences: their formulas are typeset. Names stay as they are written. */
  readonly sentences?: readonly number[] | undefined;
  /** An id for each row, as the target of links. */
  readonly ids?: readonly string[] | undefined;
}
