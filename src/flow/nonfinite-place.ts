import type { NetworkSpec } from "../spec/index.ts";
import { parametersByName } from "../spec/parameter-groups.ts";
import type { GradientFlow } from "./types/flow.ts";

/** Parts of a network that are no hidden layer, in words. */
const PARTS: Readonly<Record<string, string>> = {
  readout: "the readout",
  head: "the head",
  stem: "the stem",
  embedding: "the embedding",
};

/** The place of the first NaN or infinity in words: "layer 2", "layer 0 in reverse", "the readout". */
export function nonfiniteLayer(
  spec: NetworkSpec,
  { layer, reverse, tensor }: Pick<NonNullable<GradientFlow["nonfinite"]>, "layer" | "reverse" | "tensor">,
): string {
  const part = PARTS[parametersByName(spec).get(tensor)?.place.module ?? ""];
  if (part !== undefined) return part;
  const [layers, head] = spec.kind === "recurrent" ? [spec.layers, spec.head] : [spec.depth, undefined];
  if (layer >= layers) return head === undefined ? "the readout" : "the head or the readout";
  return `layer ${layer}${reverse ? " in reverse" : ""}`;
}
