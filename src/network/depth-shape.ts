import type { FeedforwardSpec } from "../spec/feedforward.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { BatchOutline } from "../tasks/outline.ts";
import type { DepthShape } from "../wasm/feedforward/plan.ts";
import { requireFittingDepth } from "./fitting.ts";
import { inputGradientOf, type MeasureOptions } from "./measure-options.ts";
import { requireNoWindows } from "./windows.ts";

/**
 * Everything on which the plan of a deep network's pass depends.
 *
 * @throws EvanesceError for a batch that does not fit the network, or an option of networks over time
 */
export function depthShape(
  spec: FeedforwardSpec,
  sizes: NetworkSizes,
  outline: BatchOutline,
  options: MeasureOptions,
): DepthShape {
  requireFittingDepth(outline, spec, sizes);
  requireNoWindows(options);
  const { batch: B, loss, lossOptions } = outline;
  return {
    spec,
    sizes,
    B,
    loss,
    lossOptions,
    options: {
      ledger: options.ledger ?? true,
      probe: options.probe ?? true,
      statistics: options.statistics ?? true,
      half: options.half ?? false,
      inputGradient: inputGradientOf(options),
    },
  };
}
