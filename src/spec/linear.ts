import { normalizesActivations, residualFacts } from "../catalogue/index.ts";
import { hasDecoder } from "./decoder.ts";
import type { NetworkSpec } from "./index.ts";
import { hiddenLayerSpec, layerSpecs } from "./layers.ts";

/** Cells whose state is a linear function of the inputs. */
const LINEAR_CELLS: readonly string[] = ["identity", "diagonal"];

/**
 * Whether the output is a linear function of the input, whatever the weights are: every activation is linear, and no
 * gate or normalization depends on the input. Networks with a stem, a head or an embedding do not count.
 */
export function isLinear(spec: NetworkSpec): boolean {
  if (spec.kind === "feedforward") {
    const layers = Array.from({ length: spec.depth }, (_, l) => hiddenLayerSpec(spec, l));
    const linear = layers.every(({ activation, norm }) => activation === "identity" && !normalizesActivations(norm));
    return linear && residualFacts(spec.residual).join !== "mixture";
  }
  const { stem, head, embedding, pooling } = spec;
  if (stem !== undefined || head !== undefined || embedding !== undefined || pooling === "max") return false;
  const linear = layerSpecs(spec).every(({ cell, norm }) => LINEAR_CELLS.includes(cell) && norm === "none");
  return linear && !hasDecoder(spec);
}
