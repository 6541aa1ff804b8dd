import type { NetworkInput } from "../../src/spec/index.ts";
import type { Edit, Fault } from "./plant.ts";

/** The parts of the rows of the study. */
export type Part = Fault["part"];
type Severity<Value> = (value: Value) => Omit<Fault, "kind" | "severity" | "part">;

export const rows = <Value>(
  part: Part,
  kind: string,
  values: readonly Value[],
  unit: string,
  make: Severity<Value>,
): Fault[] => values.map((value) => ({ kind, part, severity: `${unit}${value}`, ...make(value) }));

export interface Init {
  readonly [key: string]: unknown;
}
export const deep = (activation: string, depth: number, init: Init = {}, rest: object = {}): NetworkInput => {
  const weight = activation === "relu" ? "he_normal" : "lecun_normal";
  return { kind: "feedforward", width: 24, depth, activation, init: { weight, ...init }, ...rest } as NetworkInput;
};
/** Input weights are those of PyTorch; hidden weights are orthogonal, unless `init` is given. */
export const recurrent = (cell: string, init: Init = {}, hidden = 24): NetworkInput =>
  ({ kind: "recurrent", cell, hidden, init: { input: "pytorch", ...init } }) as NetworkInput;
export const gated = (cell: string, init: Init = {}, hidden = 16): NetworkInput =>
  recurrent(cell, { recurrent: "pytorch", ...init }, hidden);

export const edit = (...edits: Edit[]) => ({ edits });
export const PRE_NORM = { residual: "identity", norm: "layer", normPosition: "pre" };
