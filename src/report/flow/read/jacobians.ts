import type { Jacobians } from "../../../measure/jacobians.ts";
import {
  anything,
  list,
  matching,
  nullable,
  number,
  oneOf,
  optional,
  record,
  requireDistinct,
  type Shape,
  whole,
} from "../../kit/read/shapes.ts";

/** A number that may be unknown: a null stays null. */
const known = nullable(number);

const pair: Shape<number[]> = (value, where) => list(number)(value, where);

/** `evanesce.jacobians/1`. Fields that a report uses are checked; the others are taken as they are. */
const shape = record({
  schema: oneOf("evanesce.jacobians/1"),
  state: oneOf("h", "h, c"),
  axis: oneOf("step", "layer"),
  samples: list(whole),
  window: record({ from: number, to: number, factors: number }),
  singularValues: record({ lnValues: list(known), unresolved: whole, values: anything }),
  lyapunov: nullable(
    record({ exponents: list(known), steps: whole, largest: record({ value: known, low: known, high: known }) }),
  ),
  pascanu: nullable(record({ boundPerStep: known, measuredPerStep: known })),
  weights: list(
    record({
      gate: matching(/^[a-z][a-z0-9_]{0,19}$/i, "the letter of a gate"),
      spectralRadius: known,
      norm: known,
      relativeDeparture: known,
      eigenvalues: optional(list(pair)),
    }),
  ),
});

/** @throws EvanesceError that names the field */
export const jacobians: Shape<Jacobians> = (value, where) => {
  const read = shape(value, where);
  requireDistinct(
    read.weights.map(({ gate }) => gate.toLowerCase()),
    `${where}.weights`,
  );
  return read as unknown as Jacobians;
};
