import type { NetworkSpec } from "./index.ts";
import { projectOrthogonal } from "./initialization/polar.ts";
import type { ParameterShape } from "./parameters.ts";

/**
 * Whether a spec's `constraint` binds a parameter: under "orthogonal" every matrix from h to h, gate by gate (Vorontsov
 * et al. 2017; Helfrich et al. 2018).
 */
export const isConstrained = (spec: NetworkSpec, { role }: ParameterShape): boolean =>
  spec.kind === "recurrent" && spec.constraint === "orthogonal" && role === "recurrent";

/**
 * Restores the `constraint` of a spec: it replaces the matrix of each gate by the nearest orthogonal one. Code that
 * trains calls it on every parameter after every update. A parameter without a constraint, and one that is not finite,
 * stays as it is.
 *
 * @param values of the parameter's shape, row-major; written over
 */
export function applyConstraint(spec: NetworkSpec, parameter: ParameterShape, values: Float32Array): void {
  if (!isConstrained(spec, parameter)) return;
  const H = parameter.fanOut;
  for (let gate = 0; gate < parameter.gates; gate++) projectOrthogonal(values.subarray(gate * H * H), H);
}
