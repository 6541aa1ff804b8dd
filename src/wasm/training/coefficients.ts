/** What an optimizer may keep of each parameter, beside it. */
export type Slot = "first" | "second" | "third";

/** The rules an update may follow, in the order `assembly/optimizers/update.ts` numbers them in. */
export const UPDATE_RULES = [
  "SGD",
  "MOMENTUM",
  "NESTEROV",
  "ADAGRAD",
  "RMSPROP",
  "ADADELTA",
  "ADAM",
  "AMSGRAD",
  "NADAM",
  "RADAM",
  "LION",
  "LAMB",
] as const;
export type UpdateRule = (typeof UPDATE_RULES)[number];

/**
 * The numbers of one update that are the same for every tensor, in the order of its record; see
 * `assembly/optimizers/update.ts`.
 */
export const COEFFICIENTS = [
  "rate",
  "decay",
  "keep",
  "beta1",
  "fresh1",
  "beta2",
  "fresh2",
  "epsilon",
  "scale1",
  "scale2",
] as const;
export type Coefficients = Readonly<Record<(typeof COEFFICIENTS)[number], number>>;

/** An update that does nothing: it keeps all of θ and adds none of anything. */
export const NOTHING: Coefficients = {
  ...(Object.fromEntries(COEFFICIENTS.map((name) => [name, 0])) as Coefficients),
  keep: 1,
};
