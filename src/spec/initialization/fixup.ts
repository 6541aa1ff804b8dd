import type { FeedforwardSpec } from "../feedforward.ts";
import { layerBlocks } from "../layer-blocks.ts";

/**
 * Fixup's factor on the weight of every hidden layer: [L].
 *
 * With B residual blocks, a branch of m layers has its first m − 1 weights scaled by B^(−1/(2m−2)) and its last weight
 * zero (Zhang et al. 2019, "Fixup Initialization", section 3, rules 1 and 2); the only weight of a branch of one layer
 * is zero. Layers outside residual blocks keep the factor 1. The branch's learned multiplier starts at 1 (rule 3).
 *
 * We deviate in one point: rule 1 also sets the classifier to zero, so every ∂L/∂h would be zero in the first pass,
 * which this project measures. `init.readout: "zeros"` does this.
 *
 * A last layer of zeros needs a path through its activation: with `activationPosition: "branch"` and an activation of
 * slope 0 at 0 (ReLU, by PyTorch's convention) no gradient enters the branch; "pre" is the paper's arrangement.
 */
export function fixupScales(spec: FeedforwardSpec): number[] {
  const blocks = layerBlocks(spec).filter((block) => block.residual);
  const scales = new Array<number>(spec.depth).fill(1);
  for (const { first, last } of blocks) {
    const m = last - first + 1;
    for (let l = first; l < last; l++) scales[l] = blocks.length ** (-1 / (2 * m - 2));
    scales[last] = 0;
  }
  return scales;
}
