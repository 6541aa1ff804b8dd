/**
 * Normalization with learned scale and shift `norms.{l}.weight`, `norms.{l}.bias`, ε = 1e-5 as in PyTorch where none is given.
 *
 * - batch, Ioffe and Szegedy 2015: each unit over the batch, training statistics, biased variance, gradient through
 *   the statistics. At B = 1 (where PyTorch refuses) the standardized value is 0 and the output the shift.
 * - layer, Ba 2016: each sample over its units, biased variance.
 * - rms, Zhang and Sennrich 2019, torch.nn.RMSNorm: x/√(mean x² + ε) ⊙ weight, no shift.
 */
import { addInto, product, sum } from "./linear.ts";
import type { Learned, Operation } from "./operations.ts";
import { named, type Vector } from "./tensor.ts";

export type StatisticalNorm = "batch" | "layer" | "rms";

/** y = γ ⊙ x̂ + β; ∂γ = Σ_b v ⊙ x̂, ∂β = Σ_b v, ∂x̂ = γ ⊙ v. */
export function normalize(
  { values, gradients }: Learned,
  kind: StatisticalNorm,
  name: string,
  x: Vector[],
  epsilon = 1e-5,
): Operation {
  const gamma = [...named(values, `${name}.weight`).data];
  const beta = kind === "rms" ? undefined : [...named(values, `${name}.bias`).data];
  // the groups that share statistics: columns over the batch, or rows over the units
  const groups = (kind === "batch" ? transposed(x) : x).map((group) => standardize(group, kind !== "rms", epsilon));
  const ungrouped = (grouped: Vector[]) => (kind === "batch" ? transposed(grouped) : grouped);
  const standardized = ungrouped(groups.map(({ output }) => output));
  return {
    output: standardized.map((row) => (beta === undefined ? product(gamma, row) : sum(product(gamma, row), beta))),
    adjoint(v) {
      v.forEach((row, b) => {
        addInto(gradients[`${name}.weight`], product(row, standardized[b]));
        if (beta !== undefined) addInto(gradients[`${name}.bias`], row);
      });
      const inward = v.map((row) => product(gamma, row));
      return ungrouped((kind === "batch" ? transposed(inward) : inward).map((group, i) => groups[i].adjoint(group)));
    },
  };
}

/**
 * x̂ = (x − μ)/s, s = √(mean (x − μ)² + ε); uncentered: μ = 0.
 * ∂x = (v − mean v − x̂ mean(v ⊙ x̂))/s; uncentered without mean v.
 */
function standardize(x: Vector, centered: boolean, epsilon: number) {
  const mu = centered ? mean(x) : 0;
  const s = Math.sqrt(mean(x.map((value) => (value - mu) ** 2)) + epsilon);
  const output = x.map((value) => (value - mu) / s);
  return {
    output,
    adjoint(v: Vector): Vector {
      const level = centered ? mean(v) : 0;
      const slope = mean(product(v, output));
      return v.map((value, i) => (value - level - output[i] * slope) / s);
    },
  };
}

const mean = (x: Vector): number => x.reduce((total, value) => total + value, 0) / x.length;

const transposed = (x: Vector[]): Vector[] => x[0].map((_, i) => x.map((row) => row[i]));
