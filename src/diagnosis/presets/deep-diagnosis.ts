import { ACTIVATIONS, anyLayer, anyStation, meanAbs, UPDATE, updateRatio } from "./rules.ts";
import type { Preset } from "./types.ts";

/** The symptoms of DeepDiagnosis (Wardat et al. 2022) that can be seen in gradients. */
export const DEEP_DIAGNOSIS: Preset = {
  system: "DeepDiagnosis",
  source: "Wardat et al. 2022 (ICSE)",
  rules: [
    {
      quantity: "mean |g|",
      threshold: "< 1e-7",
      problem: "vanishing",
      needs: "gradients",
      judge: anyLayer(meanAbs, (value) => value < 1e-7),
    },
    {
      quantity: "outputs ≤ 0",
      threshold: "≥ 70 %",
      problem: "dead",
      needs: `${ACTIVATIONS} of a rectifier`,
      judge: anyStation(
        ({ nonPositive }) => nonPositive,
        (share) => share >= 0.7,
      ),
    },
    {
      quantity: "|pre-activation| ≥ 5",
      threshold: "> 50 %",
      problem: "saturated",
      needs: `${ACTIVATIONS} of tanh or sigmoid`,
      judge: anyStation(
        ({ beyond5 }) => beyond5,
        (share) => share > 0.5,
      ),
    },
    {
      quantity: "lr·‖g‖/‖w‖",
      threshold: "outside 1e-5 … 1e-1",
      problem: "updates",
      needs: UPDATE,
      judge: anyLayer(updateRatio, (ratio) => ratio < 1e-5 || ratio > 1e-1),
    },
  ],
};
