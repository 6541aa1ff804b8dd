import type { StackName } from "./decoder.ts";

/** The kind of a parameter within its recurrent layer; `state` is a learned first state. */
export type RecurrentPart = "input" | "recurrent" | "inner" | "inputBias" | "recurrentBias" | "vector" | "state";

/**
 * The place of a parameter in its network: its layer, and its kind within the layer. Code reads the place and never the
 * name.
 */
export type ParameterPlace =
  | { readonly module: "embedding"; readonly part: "weight" }
  /** Layer `index` of a stem or a head. */
  | {
      readonly module: "stem" | "head";
      readonly index: number;
      readonly part: "weight" | "bias" | "norm.weight" | "norm.bias";
    }
  /** `leaf` is the parameter's name inside its layer: `weight_ih`, or the cell's own word for a vector. */
  | {
      readonly module: "rnn";
      readonly stack: StackName;
      readonly level: number;
      readonly reverse: boolean;
      readonly part: RecurrentPart;
      readonly leaf: string;
    }
  /** Hidden layer `index`; weight norm keeps a matrix as `weight_g` and `weight_v`. */
  | {
      readonly module: "layers";
      readonly index: number;
      readonly part: "weight" | "weight_g" | "weight_v" | "bias";
    }
  /** Norms and activations are counted by layer, residual branches and highway gates by block. */
  | {
      readonly module: "norms" | "activations" | "residuals" | "gates";
      readonly index: number;
      readonly part: "weight" | "bias";
    }
  | { readonly module: "readout"; readonly part: "weight" | "bias" };

/** PyTorch's name of a parameter: `rnn.weight_hh_l0_reverse`, `decoder.bias_ih_l1`, `layers.3.weight`. */
export function nameOf(place: ParameterPlace): string {
  if (place.module === "rnn") return `${place.stack}.${place.leaf}_l${place.level}${place.reverse ? "_reverse" : ""}`;
  return "index" in place ? `${place.module}.${place.index}.${place.part}` : `${place.module}.${place.part}`;
}
