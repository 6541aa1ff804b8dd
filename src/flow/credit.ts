import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { fitDecay } from "./decay.ts";
import { lnNorm } from "./logNorm.ts";
import { inSlices } from "../slices.ts";
import type { CreditFlow } from "./types.ts";

/**
 * What single losses contribute to the gradient at earlier steps:
 *
 *     ln ‖∂L_t/∂h_s‖, s ≤ t, L = Σ_t L_t        by lag ℓ:  mean over t ≥ ℓ of ln ‖∂L_t/∂h_{t−ℓ}‖
 *
 * @param matrix whether the whole of it is wanted, beside the profile over lags
 */
export function* readCredit(pass: RecurrentPass, matrix: boolean): Generator<void, CreditFlow> {
  const { T, credits } = pass.geometry;
  const sums = new Float64Array(T);
  const counts = new Int32Array(T);
  const rows: Float64Array[] = [];
  const losses: number[] = [];
  for (let j = credits.length - 1; j >= 0; j--) {
    const t = credits[j].end - 1;
    const row = new Float64Array(T).fill(Number.NEGATIVE_INFINITY);
    yield* inSlices(t + 1, 1, (from, to) => {
      const { squares, exponents } = pass.credits; // anew after every pause: memory that grew meanwhile kills a view
      for (let s = from; s < to; s++) {
        const square = squares[j * T + s];
        if (square === 0) continue;
        row[s] = lnNorm(square, exponents[j * T + s]);
        sums[t - s] += row[s];
        counts[t - s]++;
      }
    });
    losses.push(t);
    if (matrix) rows.push(row);
  }
  const byLag = sums.map((sum, lag) => (counts[lag] === 0 ? Number.NEGATIVE_INFINITY : sum / counts[lag]));
  return {
    losses,
    lnNormByLag: byLag,
    decay: fitDecay(byLag.slice().reverse()),
    ...(matrix ? { matrix: rows } : {}),
  };
}
