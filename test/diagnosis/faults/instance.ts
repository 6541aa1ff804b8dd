import type { Diagnosis } from "../../../src/diagnosis/index.ts";

/** A verdict of any of the judge's readers, in one shape. */
export interface Said {
  readonly verdict: string;
  /** "input saturated", for every part that was measured. */
  readonly parts: readonly string[];
  /** "weights layers.7.weight", or the factor alone. */
  readonly causes: readonly string[];
  /** Everything that is said. */
  readonly text: string;
}

/** One fault: what was tried, and the right answer. */
export interface Instance {
  readonly tried: string;
  readonly run: () => Said | Promise<Said>;
  readonly right: {
    /** One of these words. */
    readonly verdict: string | readonly string[];
    readonly parts?: readonly string[];
    /** Each is named, in any order. */
    readonly causes?: readonly string[];
    readonly says?: RegExp;
    readonly never?: RegExp;
  };
}

export const saidBy = ({ verdict, parts, causes, summary, advice, data }: Diagnosis): Said => ({
  verdict,
  parts: parts.map(({ part, state }) => `${part} ${state}`),
  causes: causes.map(({ factor, tensor }) => (tensor === undefined ? factor : `${factor} ${tensor}`)),
  text: [summary, ...causes.map(({ sentence }) => sentence), ...advice.map(({ sentence }) => sentence), ...data].join(
    "\n",
  ),
});
