// How much the gradient of a small network depends on its seed: quantiles over 500 seeds, for three gains.
//
//     node examples/many-seeds.mjs
import { propagateMany } from "evanesce";

const seed = Array.from({ length: 500 }, (_, i) => i);
for (const gain of [0.9, 1, 1.5]) {
  const network = { kind: "feedforward", depth: 20, width: 32, init: { gain } };
  const { decay } = propagateMany({ network, batch: 32, seed });
  const gains = Float64Array.from(decay, ({ totalGain }) => totalGain).sort();
  const at = (share) => gains[Math.floor(share * (gains.length - 1))].toFixed(1);
  console.log(`gain ${gain}: ln of the gradient's gain ${at(0.05)} … ${at(0.5)} … ${at(0.95)} (5, 50 and 95 % of seeds)`);
}
