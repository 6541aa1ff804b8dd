/*
 * Checks whether data are the end of a cell: a journal may come from a stranger, and a map is drawn from its lines.
 */

type Check = (value: unknown) => boolean;

const number: Check = (value) => typeof value === "number";
const text: Check = (value) => typeof value === "string";
const nullable =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(checks).every(([key, check]) =>
      check(Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined),
    );

const outcome: Check = (value) => value === "finite" || value === "nonfinite";
const VERDICTS: readonly unknown[] = ["vanishing", "exploding", "healthy", "dead", "nonfinite", "mixed", "blocked"];

const result = fields({
  start: fields({
    outcome,
    loss: nullable(number),
    decay: nullable(fields({ perStation: number, halfLife: number, rSquared: number, totalGain: number })),
    verdict: (value) => VERDICTS.includes(value),
  }),
  cause: nullable(text),
  trained: nullable(
    fields({
      ...{ outcome, loss: number, trivial: number, learned: number, curve: list(number) },
      parameters: list(
        fields({
          ...{ name: text, lnFirstGradient: number, lnFirstUpdate: number, lnMoved: number },
          ...{ lnFirstUpdateNorm: number, lnMovedNorm: number },
        }),
      ),
    }),
  ),
  lyapunov: optional(number),
  coordinates: optional(fields({ lnHidden: number, lnOutput: number, lnHiddenChange: number, lnOutputChange: number })),
  profile: optional(list(number)),
  lnFirstWeightGradient: number,
  lnLastWeightGradient: number,
});

const success = fields({ result, failed: (value) => value === undefined });
const failure = fields({ failed: text, result: (value) => value === undefined });

/** Whether a line ends in a whole result, or in the reason why there is none. */
export const isCellEnd: Check = (line) => success(line) || failure(line);
