import type { Random } from "../../base/random.ts";
import type { WeightInit } from "../names.ts";
import type { ParameterShape } from "../parameters.ts";
import { uniformVector } from "./draws.ts";
import { WEIGHT_INITIALISATIONS } from "./weights.ts";

/**
 * The readout's weight [Y, H], drawn by `law` with the gain `scale`, or its bias [Y]: PyTorch's U(±1/√H) with a weight
 * of init "pytorch", otherwise zero. `biasStd` applies only to hidden layers.
 */
export function* readoutValue(
  law: WeightInit,
  { role, fanIn, fanOut }: ParameterShape,
  rng: Random,
  scale = 1,
): Generator<void, Float32Array> {
  if (role === "readout") {
    return yield* WEIGHT_INITIALISATIONS[law].drawInParts(
      { rows: fanOut, columns: fanIn, pytorchFan: fanIn },
      scale,
      rng,
    );
  }
  return law === "pytorch" ? uniformVector(fanOut, 1 / Math.sqrt(fanIn), rng) : new Float32Array(fanOut);
}
