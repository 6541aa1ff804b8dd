/**
 * `npm run study:finite-width [nets]`: the exact finite-width law of ReLU nets (Hanin 2018; Hanin and Nica 2018) over many nets, layer by
 * layer and together: mean and variance of ln ‖Ju‖²'s factor of a layer beside the law's, with z. 20,000 nets by default.
 */
import { FINITE_WIDTH, finiteWidthFactors, moments } from "../test/network/feedforward/ensemble.ts";

const asked = Number(process.argv[2] ?? 20_000);
const z = (got: number, want: number, error: number) => ((got - want) / error).toFixed(2).padStart(6);

for (const [n, depth, share] of [
  [16, 12, 1],
  [64, 6, 1],
  [128, 5, 0.25],
  [512, 4, 0.02],
] as const) {
  const want = FINITE_WIDTH[n];
  const factors = finiteWidthFactors(n, depth, Math.ceil(asked * share));
  console.log(`width ${n}: mean ${want.mean}, variance ${want.variance}`);
  const rows = [...factors.map((values, i) => [`layer ${i + 1}`, values] as const), ["all", factors.flat()] as const];
  for (const [name, values] of rows) {
    const { count, mean, variance, meanError, varianceError } = moments(values);
    console.log(
      `  ${name.padEnd(9)} ${String(count).padStart(7)} nets` +
        `  mean ${mean.toFixed(5)} z ${z(mean, want.mean, meanError)}` +
        `  variance ${variance.toFixed(5)} z ${z(variance, want.variance, varianceError)}`,
    );
  }
}
