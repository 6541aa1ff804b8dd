import { blocksOf } from "./blocks.ts";
import { type FeedforwardOracleSpec, normOf, widthsOf } from "./feedforward-forward.ts";
import type { RecurrentOracleSpec } from "./recurrent.ts";

const GATES: Readonly<Record<string, number>> = { lstm: 4, gru: 3 };

/**
 * Every parameter's name and shape, in PyTorch's order.
 *
 * @param X inputs
 * @param Y outputs; 0 for no readout
 */
export function recurrentShapes(spec: RecurrentOracleSpec, X: number, Y: number): [name: string, shape: number[]][] {
  const H = spec.hidden;
  const G = GATES[spec.cell] ?? 1;
  const suffixes = spec.bidirectional ? ["", "_reverse"] : [""];
  const D = suffixes.length;
  const shapes: [string, number[]][] = [];
  for (let l = 0; l < spec.layers; l++) {
    for (const suffix of suffixes) {
      shapes.push([`rnn.weight_ih_l${l}${suffix}`, [G * H, l === 0 ? X : D * H]]);
      shapes.push([`rnn.weight_hh_l${l}${suffix}`, [G * H, H]]);
      shapes.push([`rnn.bias_ih_l${l}${suffix}`, [G * H]], [`rnn.bias_hh_l${l}${suffix}`, [G * H]]);
    }
  }
  if (Y > 0) shapes.push(["readout.weight", [Y, D * H]], ["readout.bias", [Y]]);
  return shapes;
}

/**
 * Every parameter's name and shape: all `layers.*`, then `norms.*`, `activations.*`, `residuals.*`, `gates.*`, `readout.*`.
 *
 * @param X inputs
 * @param Y outputs; 0 for no readout
 */
export function feedforwardShapes(
  spec: FeedforwardOracleSpec,
  X: number,
  Y: number,
): [name: string, shape: number[]][] {
  const widths = widthsOf(spec);
  const blocks = blocksOf(widths, spec.residual, spec.blockLayers);
  const fans = widths.map((_, l) => {
    if (l === 0) return X;
    return spec.residual === "dense" ? widths.slice(0, l).reduce((sum, H) => sum + H) : widths[l - 1];
  });
  const pre = spec.activationPosition === "pre";
  const activated = widths.map((_, l) => l).slice(pre ? 1 : 0); // layers that have a φ
  const shapes: [string, number[]][] = [];
  widths.forEach((H, l) => {
    if (normOf(spec, l) !== "weight") shapes.push([`layers.${l}.weight`, [H, fans[l]]]);
    else shapes.push([`layers.${l}.weight_g`, [H, 1]], [`layers.${l}.weight_v`, [H, fans[l]]]);
    shapes.push([`layers.${l}.bias`, [H]]);
  });
  const addNorm = (l: number, width: number) => {
    const norm = normOf(spec, l);
    if (norm === "none" || norm === "weight") return;
    shapes.push([`norms.${l}.weight`, [width]]);
    if (norm !== "rms") shapes.push([`norms.${l}.bias`, [width]]);
  };
  if (spec.normPosition === "pre") for (const { first } of blocks) addNorm(first, fans[first]);
  else if (spec.normPosition === "post") for (const { last } of blocks) addNorm(last, widths[last]);
  else for (const l of activated) addNorm(l, pre ? fans[l] : widths[l]);
  for (const l of activated) {
    const activation = spec.layerwise?.[l]?.activation ?? spec.activation;
    if (activation === "prelu") shapes.push([`activations.${l}.weight`, [1]]);
  }
  for (const { index, last, skip } of blocks) {
    if (!skip) continue;
    const H = widths[last];
    if (spec.residual === "fixup" || spec.residual === "skipinit") shapes.push([`residuals.${index}.weight`, [1]]);
    if (spec.residual === "highway") shapes.push([`gates.${index}.weight`, [H, H]], [`gates.${index}.bias`, [H]]);
  }
  if (Y > 0) shapes.push(["readout.weight", [Y, widths.at(-1)!]], ["readout.bias", [Y]]);
  return shapes;
}
