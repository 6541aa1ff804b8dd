import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { fitDecay } from "./decay.ts";
import { lnNorm } from "./log-norm.ts";
import { inSlices } from "../base/time-slicing.ts";
import type { CreditFlow } from "./types/index.ts";

/**
 * The contribution of single losses to the gradient at earlier steps:
 *
 *     ln ‖∂L_t/∂h_s‖, s ≤ t, L = Σ_t L_t        by lag ℓ:  mean over t ≥ ℓ of ln ‖∂L_t/∂h_{t−ℓ}‖
 *
 * In a bidirectional network L_t also reaches later steps s > t through the reversed directions; these are averaged by
 * lead ℓ = s − t.
 *
 * @param matrix whether to return every ln ‖∂L_t/∂h_s‖ too, and not only the profile over lags
 */
export function* readCredit(pass: RecurrentPass, matrix: boolean): Generator<void, CreditFlow> {
  const { T, B, D, credits } = pass.geometry;
  const { having } = pass.order;
  const lags = means(T);
  const leads = means(T);
  const rows: Float64Array[] = [];
  const losses: number[] = [];
  for (let j = credits.length - 1; j >= 0; j--) {
    const t = credits[j].lossEnd - 1;
    const row = new Float64Array(T).fill(Number.NEGATIVE_INFINITY);
    yield* inSlices(D > 1 ? T : t + 1, 1, (from, to) => {
      const { squares, exponents } = pass.credits; // read again after every pause: growth of the memory detaches a view
      for (let s = from; s < to; s++) {
        const square = squares[j * T + s];
        if (square === 0) continue;
        row[s] = lnNorm(square, exponents[j * T + s]) + 0.5 * Math.log(B / having[s]);
        if (s <= t) lags.add(t - s, row[s]);
        if (s >= t) leads.add(s - t, row[s]);
      }
    });
    losses.push(t);
    if (matrix) rows.push(row);
  }
  const byLag = lags.values();
  const byLead = leads.values();
  return {
    losses,
    lnNormByLag: byLag,
    decay: fitDecay(byLag.slice().reverse()),
    ...(D > 1 ? { lnNormByLead: byLead, leadDecay: fitDecay(byLead.slice().reverse()) } : {}),
    ...(matrix ? { matrix: rows } : {}),
  };
}

/** Running means at `size` places of the numbers added there; −∞ at a place without one. */
function means(size: number) {
  const sums = new Float64Array(size);
  const counts = new Int32Array(size);
  return {
    add(at: number, value: number): void {
      sums[at] += value;
      counts[at]++;
    },
    values: () => sums.map((sum, at) => (counts[at] === 0 ? Number.NEGATIVE_INFINITY : sum / counts[at])),
  };
}
