import { EvanesceError } from "../base/errors.ts";
import { atLeast, whole } from "./checks.ts";

/**
 * The memory of a gate that stays at f. For an LSTM with zero recurrent weights, ∂c_T/∂c_0 = f^T with f = σ(b)
 * (Hochreiter and Schmidhuber 1997; Gers et al. 2000); for a GRU the update gate z takes the place of f. Memory decays
 * as e^{−t/τ} with the time constant 1/(1 − f) = 1 + e^b to first order in 1 − f (Tallec and Ollivier 2018).
 */
export interface Retention {
  /** f = σ(b). */
  readonly factor: number;
  /** ln f, nats a step (negative: the carried gradient shrinks). */
  readonly lnPerStep: number;
  /** 1/(1 − f) = 1 + e^b, steps. */
  readonly timeConstant: number;
}

/** Memory of a gate with bias b, the sum of all its bias terms. @throws EvanesceError unless b is finite */
export function retention(b: number): Retention {
  if (!Number.isFinite(b)) throw new EvanesceError("b", "a finite number", b, "use a finite bias");
  return { factor: 1 / (1 + Math.exp(-b)), lnPerStep: -softplus(-b), timeConstant: 1 + Math.exp(b) };
}

const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));

/** ln ∂c_T/∂c_0 = T ln σ(b), nats. */
export const lnRetained = (b: number, steps: number): number => atLeast("steps", steps, 0) * retention(b).lnPerStep;

/**
 * Chrono initialization for dependencies of up to `longest` steps (Tallec and Ollivier 2018, chrono initialization):
 * b_f = ln u, u ~ U(1, T − 1), b_i = −b_f, with one u for each unit.
 *
 * @param uniform one number in [0, 1) for each unit, from the caller's seeded generator
 * @throws EvanesceError for longest < 2
 */
export function chronoBiases(longest: number, uniform: readonly number[]): { forget: number[]; input: number[] } {
  whole("longest", longest, 2);
  const forget = uniform.map((u) => Math.log(1 + u * (longest - 2)));
  return { forget, input: forget.map((b) => -b) };
}
