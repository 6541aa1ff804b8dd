/** Numbers that a loss may take. A loss reads the ones that its `options` names. */
export interface LossOptions {
  /** Binary cross-entropy: the factor on the term of a positive target, one for all outputs or one for each output. */
  readonly posWeight?: number | readonly number[] | undefined;
  /** Cross-entropy: one weight for each class; the mean is Σ w ℓ / Σ w. */
  readonly classWeights?: readonly number[] | undefined;
  /** Cross-entropy: the share of the target that is spread evenly over all classes. */
  readonly labelSmoothing?: number | undefined;
  /** Huber: the size of the error at which the loss changes from squared to absolute. */
  readonly delta?: number | undefined;
}

export type LossOptionName = keyof LossOptions;

/** The targets for which the best constant answer is computed. */
export interface LossTargets {
  /** N rows of Y real numbers, or N class indices. */
  readonly values: ArrayLike<number>;
  /** Y, or the number of classes. */
  readonly outputs: number;
}

/** All facts about a loss, as in PyTorch with reduction "mean". Its arithmetic is in `assembly/layers/`. */
export interface LossFacts {
  /** The name that sentences use. */
  readonly title: string;
  readonly formula: string;
  /** Author and year, or PyTorch's function. */
  readonly source: string;
  /** Further names, squeezed to lower-case letters and digits. */
  readonly aliases?: readonly string[];
  /** Real numbers, probabilities from 0 to 1, class indices, or none at all. */
  readonly targets: "real" | "probabilities" | "classes" | "none";
  /** Whether the mean is over the outputs too, and not over the rows alone. */
  readonly meanOverOutputs: boolean;
  readonly options: readonly LossOptionName[];
  /**
   * How right answers are counted, if they can be: the largest output is that of the class, or the output is on the
   * target's side.
   */
  readonly counts?: "classes" | "signs";
  /**
   * The loss of outputs that favor no answer, whatever the targets; absent where it depends on them, null where there
   * are not two answers.
   */
  readonly undecided?: (outputs: number | null) => number | null;
  /** The smallest loss that a constant output can have on these targets. */
  readonly constant: (targets: LossTargets, options: LossOptions) => number | null;
}

/** −p ln p. */
export const entropyPart = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);

/** The mean over outputs y of `of(column y)`, a column having N rows. */
export function meanOverColumns(
  { values, outputs: Y }: LossTargets,
  of: (column: Float64Array, y: number) => number,
): number {
  const rows = values.length / Y;
  let total = 0;
  for (let y = 0; y < Y; y++) {
    const column = Float64Array.from({ length: rows }, (_, r) => values[r * Y + y]);
    const judged = column.filter((value) => !Number.isNaN(value)); // a target that is NaN has no loss
    total += of(judged, y);
  }
  return total / Y;
}

/** The option's value for output y, where the option is one number for all outputs or a list. */
export const each = (option: number | readonly number[] | undefined, y: number, otherwise: number): number =>
  typeof option === "number" ? option : (option?.[y] ?? otherwise);
