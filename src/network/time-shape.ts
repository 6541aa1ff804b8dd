import { EvanesceError } from "../base/errors.ts";
import type { NetworkSizes } from "../spec/parameters.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { BatchOutline } from "../tasks/outline.ts";
import type { PassShape } from "../wasm/recurrent/geometry.ts";
import { bottleneckOf, requireFittingTime } from "./fitting.ts";
import { inputGradientOf, type MeasureOptions } from "./measure-options.ts";
import { windowOptions } from "./windows.ts";

/**
 * Everything on which the plan of a recurrent pass depends.
 *
 * @param outline T becomes the length of its longest sequence, because no sample has later steps
 * @throws EvanesceError for a batch that does not fit the network, or an option that does not fit one of them
 */
export function timeShape(
  spec: RecurrentSpec,
  sizes: NetworkSizes,
  outline: BatchOutline,
  options: MeasureOptions,
): PassShape {
  requireFittingTime(outline, spec, sizes);
  const { batch: B, steps, loss, lossOptions, lossAt, padded } = outline;
  const T = steps as number;
  const bottleneck = bottleneckOf(spec, outline);
  const lossEvery = loss !== "none" && lossAt === "every";
  if (options.fromStart === true && !padded) {
    const rule = "sequences of different lengths";
    throw new EvanesceError("fromStart", rule, "sequences of one length", "leave it out: both counts are the same");
  }
  return {
    spec,
    sizes,
    B,
    T,
    loss,
    lossOptions,
    lossEvery,
    bottleneck,
    options: {
      ledger: options.ledger ?? true,
      probe: options.probe ?? true,
      contributions: options.contributions ?? true,
      lastStep: options.lastStep ?? false,
      half: options.half ?? false,
      inputGradient: inputGradientOf(options),
      ...windowOptions(options, spec, T, lossEvery, T - bottleneck),
    },
  };
}
