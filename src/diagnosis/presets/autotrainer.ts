import type { Measurements, Preset, Reading } from "./types.ts";

/** The symptoms of AutoTrainer (Zhang et al. 2021) for problems that can be seen in gradients. */
export const AUTOTRAINER: Preset = {
  system: "AutoTrainer",
  source: "Zhang et al. 2021 (ICSE)",
  rules: [
    {
      quantity: "‖g_first‖/‖g_last‖",
      threshold: "> 70",
      problem: "exploding",
      needs: "gradients of two layers",
      judge: (measurements) => ends(measurements, (_, lnRatio) => !(lnRatio <= Math.log(70))),
    },
    {
      quantity: "‖g_first‖/‖g_last‖",
      threshold: "< 1e-3, ‖g_first‖ < 1e-4",
      problem: "vanishing",
      needs: "gradients of two layers",
      judge: (measurements) =>
        ends(measurements, (lnFirst, lnRatio) => lnRatio < Math.log(1e-3) && lnFirst < Math.log(1e-4)),
    },
    {
      quantity: "gradient entries that are exactly 0",
      threshold: "≥ 70 %",
      problem: "dead",
      needs: "gradients",
      judge: zeros,
    },
  ],
};

/** The ratio of the first layer's gradient to the last layer's; not defined if the latter is exactly zero. */
function ends(
  { layers }: Measurements,
  fires: (lnFirst: number, lnRatio: number) => boolean,
): readonly Reading[] | null {
  const [first, last] = [layers[0]?.lnGradientNorm, layers[layers.length - 1]?.lnGradientNorm];
  if (layers.length < 2 || first === undefined || last === undefined) return null;
  if (last === Number.NEGATIVE_INFINITY) return [];
  return fires(first, first - last) ? [{ where: layers[0].name, value: Math.exp(first - last) }] : [];
}

function zeros({ layers }: Measurements): readonly Reading[] | null {
  const known = layers.flatMap(({ count, zeroShare }) => (zeroShare === undefined ? [] : [{ count, zeroShare }]));
  if (known.length === 0) return null;
  const entries = known.reduce((sum, { count }) => sum + count, 0);
  const value = known.reduce((sum, { count, zeroShare }) => sum + zeroShare * count, 0) / entries;
  return value >= 0.7 ? [{ where: "all layers", value }] : [];
}
