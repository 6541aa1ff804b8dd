/** The training options of the page: plain data. */
export interface TrainingChoice {
  readonly optimizer: string;
  readonly rate: number;
  /** The largest norm of the whole gradient; null without clipping. */
  readonly clip: number | null;
}

export const FIRST_TRAINING: TrainingChoice = { optimizer: "adam", rate: 0.002, clip: null };

/** Optimizers on offer. */
export const OPTIMIZERS_OFFERED: readonly (readonly [string, string])[] = [
  ["sgd", "plain gradient descent"],
  ["momentum", "momentum"],
  ["rmsprop", "RMSprop"],
  ["adam", "Adam"],
  ["adamw", "AdamW"],
];

/** Learning rates on offer: three per decade. */
export const RATES: readonly number[] = [-5, -4, -3, -2, -1, 0, 1].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

/** Limits of clipping on offer. */
export const CLIPS: readonly number[] = [0.01, 0.1, 1, 10, 100];
