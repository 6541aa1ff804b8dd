import { residualFacts } from "../catalogue/index.ts";
import type { FeedforwardSpec } from "../spec/index.ts";
import { autoGain } from "../spec/initialization/gain.ts";
import { fixupScales } from "../spec/initialization/fixup.ts";
import { layerFans, layerWidths } from "../spec/layer-blocks.ts";
import { WEIGHT_LAWS } from "./weight-variance.ts";

/** The random law of one hidden layer's weights and biases. */
export interface LayerLaw {
  /** n_l. */
  readonly width: number;
  /** n_{l−1}; in a dense network the sum of all earlier widths. */
  readonly fanIn: number;
  readonly sigmaW2: number;
  readonly sigmaB2: number;
  readonly orthogonal: boolean;
}

/**
 * The law of every hidden layer, stem first; null if the weights are not random with mean zero (identity, zeros).
 * `sigmaW` is the gain of the gaussian law, `sigmaB` another name for `biasStd`. With weight "pytorch" and no biasStd,
 * biases are those of PyTorch, U(±1/√fan_in). Fixup scales the first layer of a branch and sets the last to zero.
 */
export function layerLaws(spec: FeedforwardSpec, inputs: number): LayerLaw[] | null {
  const { weight, gain, biasStd, sigmaW, sigmaB } = spec.init;
  const law = WEIGHT_LAWS[weight];
  const own = sigmaW ?? (gain === "auto" ? autoGain(spec.activation, weight) : gain);
  const scales = residualFacts(spec.residual).scalesWeights ? fixupScales(spec) : null;
  const widths = layerWidths(spec);
  const fans = layerFans(spec, inputs);
  const laws: LayerLaw[] = [];
  for (const [l, width] of widths.entries()) {
    const fanIn = fans[l];
    const unit = law.sigmaW2(fanIn, width, fanIn);
    if (unit === null) return null;
    const std = sigmaB ?? biasStd;
    const pytorchBias = weight === "pytorch" && sigmaB === undefined && biasStd === 0;
    laws.push({
      width,
      fanIn,
      sigmaW2: unit * own * own * (scales?.[l] ?? 1) ** 2,
      sigmaB2: pytorchBias ? 1 / (3 * fanIn) : std * std,
      orthogonal: law.orthogonal ?? false,
    });
  }
  return laws;
}
