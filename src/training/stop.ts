import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "../tasks/batch.ts";
import type { Evaluation } from "./trace.ts";

/** Conditions that end a run early. */
export interface StopOptions {
  /** The mean training loss of the last 20 updates is at most this. */
  readonly loss?: number | undefined;
  /** The mean training accuracy of the last 20 updates is at least this. */
  readonly accuracy?: number | undefined;
  /** This many evaluations in a row had no validation loss below (1 − delta) of the best. */
  readonly patience?: number | undefined;
  /** Least relative improvement of the validation loss; default 1e-4. */
  readonly delta?: number | undefined;
}

/** The memory of these conditions: plain data. */
export interface StopMemory {
  best?: number;
  /** Number of evaluations since the best one. */
  waited?: number;
  /** Number of evaluations that were used. */
  seen?: number;
}

/** Losses with classes, for which a share of right answers exists. */
const CLASSES: readonly Batch["loss"][] = ["cross_entropy", "binary_cross_entropy", "hinge"];

/** Number of updates of a mean, because a single batch may be lucky. */
const WINDOW = 20;

const isAmount = (value: number) => Number.isFinite(value) && value >= 0;
const RULES: Readonly<Record<keyof StopOptions, readonly [rule: string, holds: (value: number) => boolean]>> = {
  loss: ["a finite number ≥ 0", isAmount],
  accuracy: ["a share from 0 to 1", (value) => value >= 0 && value <= 1],
  patience: ["a whole number ≥ 1", (value) => Number.isSafeInteger(value) && value >= 1],
  delta: ["a finite number ≥ 0", isAmount],
};

/** @throws EvanesceError for an accuracy that a loss without classes never has */
export function requireAccuracy({ accuracy }: StopOptions, { loss }: Pick<Batch, "loss">): void {
  if (accuracy === undefined || CLASSES.includes(loss)) return;
  throw new EvanesceError("stop.accuracy", "together with a loss of classes", loss, "stop by the loss");
}

/** Decides after every update whether a run is to end. */
export class EarlyStop {
  readonly #options: StopOptions;
  readonly #memory: StopMemory;

  /** @throws EvanesceError that names the option that breaks a rule */
  constructor(options: StopOptions = {}, memory: StopMemory = {}) {
    requireObject("stop", options, "give { loss: 0.01 }, or leave it out");
    requireKnown("stop", options, ["loss", "accuracy", "patience", "delta"]);
    for (const [key, value] of Object.entries(options)) {
      const [rule, holds] = RULES[key as keyof StopOptions];
      if (value !== undefined && !holds(value))
        throw new EvanesceError(`stop.${key}`, rule, value, "leave it out to ignore this condition");
    }
    this.#options = options;
    this.#memory = memory;
  }

  /** The reason why the run must end now; undefined if it goes on. */
  reason(
    losses: readonly number[],
    accuracies: readonly (number | null)[],
    evaluations: readonly Evaluation[],
  ): string | undefined {
    const { loss, accuracy, patience } = this.#options;
    if (losses.length >= WINDOW) {
      const mean = (values: readonly (number | null)[]) =>
        values.slice(-WINDOW).reduce<number>((sum, value) => sum + (value ?? Number.NaN) / WINDOW, 0);
      if (loss !== undefined && mean(losses) <= loss) return `mean loss at most ${loss}`;
      if (accuracy !== undefined && mean(accuracies) >= accuracy) return `mean accuracy at least ${accuracy}`;
    }
    return patience === undefined ? undefined : this.#impatience(evaluations, patience);
  }

  #impatience(evaluations: readonly Evaluation[], patience: number): string | undefined {
    const memory = this.#memory;
    const validation = evaluations.filter(({ set }) => set === "validation");
    for (const { loss } of validation.slice(memory.seen ?? 0)) {
      const better = memory.best === undefined || loss < memory.best * (1 - (this.#options.delta ?? 1e-4));
      if (better) memory.best = loss;
      memory.waited = better ? 0 : (memory.waited ?? 0) + 1;
    }
    memory.seen = validation.length;
    return (memory.waited ?? 0) < patience ? undefined : `validation loss not improved in ${memory.waited} evaluations`;
  }
}
