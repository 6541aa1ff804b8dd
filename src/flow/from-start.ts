import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { inSlices } from "../base/time-slicing.ts";
import { lnNorm, lnTogether } from "./log-norm.ts";
import type { FromStartFlow } from "./types/index.ts";

/**
 * The profile over the steps of each sequence, counted from its own beginning: at step k, √B times the root mean square
 * of ‖∂L/∂h_k‖ over the samples that have more than k steps, all layers together. In a pass a sample of n steps begins
 * at step T − n.
 */
export function* readFromStart(pass: RecurrentPass): Generator<void, FromStartFlow> {
  const { T, B, layers } = pass.geometry;
  const { lengths } = pass.order;
  const lnGradientNorm = new Float64Array(T);
  const samples = new Int32Array(T);
  yield* inSlices(T, B * layers.length, (from, to) => {
    const { total, exponents } = pass.stream("loss");
    for (let k = from; k < to; k++) {
      const norms: number[] = [];
      let b = 0; // the longest samples come first
      for (; b < B && lengths[b] > k; b++) {
        for (let n = 0; n < layers.length; n++) {
          const at = (n * T + T - lengths[b] + k) * B + b;
          norms.push(lnNorm(total[at], total[at] === 0 ? 0 : exponents[at]));
        }
      }
      samples[k] = b;
      lnGradientNorm[k] = lnTogether(norms) + 0.5 * Math.log(B / b);
    }
  });
  return { lnGradientNorm, samples };
}
