import { ACTIVATIONS, anyLayer, anyStation, meanAbs, meanRatios, UPDATE, updateDecades } from "./rules.ts";
import type { Measurements, Preset, Reading } from "./types.ts";

/** The properties of TheDeepChecker (Ben Braiek and Khomh 2023) that can be seen in gradients. */
export const THE_DEEP_CHECKER: Preset = {
  system: "TheDeepChecker",
  source: "Ben Braiek and Khomh 2023 (TOSEM)",
  rules: [
    {
      quantity: "mean |g|",
      threshold: "> 1e6",
      problem: "exploding",
      needs: "gradients",
      judge: anyLayer(meanAbs, (value) => !(value <= 1e6)),
    },
    {
      quantity: "mean |g| over the next layer's, everywhere",
      threshold: "≥ 2",
      problem: "exploding",
      needs: "gradients of two layers",
      judge: (measurements) => {
        const ratios = meanRatios(measurements);
        if (ratios === null) return null;
        return ratios.every(({ value }) => value >= 2) ? ratios.slice(0, 1) : [];
      },
    },
    {
      quantity: "mean |g|",
      threshold: "< 1e-6",
      problem: "vanishing",
      needs: "gradients",
      judge: anyLayer(meanAbs, (value) => value < 1e-6),
    },
    {
      quantity: "mean |g| over the next layer's, four times running",
      threshold: "≤ 0.5",
      problem: "vanishing",
      needs: "gradients of two layers",
      judge: fourHalvings,
    },
    {
      quantity: "units that hardly leave 0 (95th percentile of |h| < 1e-5)",
      threshold: "> 50 %",
      problem: "dead",
      needs: `${ACTIVATIONS} of a rectifier`,
      judge: anyStation(
        ({ deadUnits }) => deadUnits,
        (share) => share > 0.5,
      ),
    },
    {
      quantity: "units with ρ_B > 0.85",
      threshold: "> 50 %",
      problem: "saturated",
      needs: "ρ_B of every unit",
      judge: anyStation(
        ({ saturatedUnits }) => saturatedUnits,
        (share) => share > 0.5,
      ),
    },
    {
      quantity: "log10 update/weight",
      threshold: "outside −4 … −1",
      problem: "updates",
      needs: UPDATE,
      judge: anyLayer(updateDecades, (decades) => decades < -4 || decades > -1),
    },
  ],
};

function fourHalvings(measurements: Measurements): readonly Reading[] | null {
  const ratios = meanRatios(measurements);
  if (ratios === null) return null;
  let run = 0;
  for (let l = ratios.length - 1; l >= 0; l--) {
    run = ratios[l].value <= 0.5 ? run + 1 : 0;
    if (run === 4) return [ratios[l]];
  }
  return [];
}
