import type { Lab } from "./lab.ts";
import type { TOPICS } from "./topics.ts";
import type { Condition, Findings, Setup, Size } from "./types.ts";

/** A claim before it is run: everything but its numbers. */
export interface ClaimDefinition {
  readonly id: string;
  readonly topic: keyof typeof TOPICS;
  readonly sentence: string;
  readonly published?: string | undefined;
  /** Fixed before anything is measured. */
  readonly criterion: readonly Condition[];
  readonly experiment: Readonly<Record<Size, Setup>>;
  /** Runs the experiment and pauses between its parts. Returns a string if it cannot run: the reason. */
  readonly run: (setup: Setup, lab: Lab) => Generator<void, Findings | string>;
}

/**
 * Defines a row of the table of claims. `reduced` is the whole experiment at its usual size; `full` holds only the
 * settings that differ in the longer study.
 */
export function defineClaim<S extends Setup>(definition: {
  readonly id: string;
  readonly topic: keyof typeof TOPICS;
  readonly sentence: string;
  readonly published?: string;
  readonly criterion: readonly Condition[];
  readonly reduced: S;
  readonly full?: { readonly [Key in keyof S]?: Widened<S[Key]> };
  readonly run: (setup: S, lab: Lab) => Generator<void, Findings | string>;
}): ClaimDefinition {
  const { reduced, full, run, ...rest } = definition;
  return {
    ...rest,
    experiment: { reduced, full: { ...reduced, ...full } },
    run: run as ClaimDefinition["run"],
  };
}

/** The type of a setting with its literal values left out: any number for a number. */
type Widened<Value> = Value extends number
  ? number
  : Value extends readonly number[]
    ? readonly number[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Widened<Value[Key]> }
      : Value;
