import { ACTIVATIONS, NORMS, RESIDUALS } from "../catalogue/index.ts";
import * as z from "zod/mini";
import { count, defaulted, listOf, named, once, optional, real } from "./fields.ts";
import { WEIGHT_INITS } from "./names.ts";
import { requireMup } from "./mup-check.ts";

const init = () =>
  z.prefault(
    z
      .strictObject({
        weight: defaulted(named(WEIGHT_INITS), "xavier_normal", "every hidden layer's weight"),
        readout: defaulted(named(WEIGHT_INITS), "pytorch", "the readout's weight"),
        gain: defaulted(
          z.union([real(), z.literal("auto")]),
          1,
          "factor on the weights; auto: torch.nn.init.calculate_gain of the activation",
        ),
        biasStd: defaulted(real({ least: 0 }), 0, "standard deviation of the biases"),
        sigmaW: optional(
          real({ least: 0 }),
          "mean-field σ_w with weight gaussian: N(0, σ_w²/fan_in); another name for its gain",
        ),
        sigmaB: optional(real({ least: 0 }), "mean-field σ_b: another name for biasStd"),
        lsuv: defaulted(
          z.boolean(),
          false,
          "rescale each layer to unit output variance on the batch (Mishkin and Matas 2016)",
        ),
      })
      .check(
        z.superRefine(({ weight, gain, biasStd, sigmaW, sigmaB }, context) => {
          const refuse = (key: string, rule: string, remedy: string) =>
            context.addIssue({ code: "custom", path: [key], params: { rule, remedy } });
          if (sigmaW !== undefined && weight !== "gaussian") {
            refuse("sigmaW", `only with weight gaussian, not ${weight}`, 'set weight: "gaussian", or use gain');
          } else if (sigmaW !== undefined && gain !== 1 && gain !== sigmaW) {
            refuse("sigmaW", `the same as gain ${gain}, whose other name it is`, "give one of the two");
          }
          if (sigmaB !== undefined && biasStd !== 0 && biasStd !== sigmaB) {
            refuse("sigmaB", `the same as biasStd ${biasStd}, whose other name it is`, "give one of the two");
          }
        }),
      ),
    {},
  );

/** A deep feed-forward network: `depth` hidden layers, then an optional linear readout. */
export const feedforwardSchema = once(() =>
  z
    .strictObject({
      kind: z.literal("feedforward"),
      inputs: optional(count(), "X; the task's when left out"),
      width: defaulted(z.union([count(), listOf(count())]), 256, "H of every hidden layer, or one width a layer"),
      depth: defaulted(count({ most: 1000 }), 50, "L, the number of hidden layers; of a list of widths its length"),
      outputs: optional(count(), "Y; the task's when left out; no readout without it"),
      activation: defaulted(named(ACTIVATIONS), "tanh"),
      init: init(),
      norm: defaulted(named(NORMS), "none"),
      normEpsilon: optional(
        real({ least: 1e-12, most: 1 }),
        "ε, added to the variance of batch, layer and RMS norms; 1e-5 when left out (Keras's default is 1e-3)",
      ),
      normPosition: defaulted(
        named(["before", "after", "pre", "post"]),
        "before",
        "before or after the activation; pre: on the block's input; post: on the block's sum",
      ),
      residual: defaulted(
        named(RESIDUALS),
        "none",
        "skip path of each block; layers.0 maps X to H and stands outside any block",
      ),
      blockLayers: defaulted(count({ most: 2 }), 1, "layers a residual block spans"),
      activationPosition: defaulted(
        named(["branch", "pre", "post"]),
        "branch",
        "h + φ(W h + b) in the branch; pre: h + W φ(h) + b; post: φ(h + W h + b), the last layer's φ after the sum",
      ),
      stochasticDepth: defaulted(
        real({ least: 0, most: 1 }),
        0,
        "probability that the last block's branch is dropped, rising linearly from 0",
      ),
      parametrization: optional(
        named(["standard", "mup"]),
        "mup: initial scales and learning rates with which training changes activations as much at every width (Yang et al. 2022)",
      ),
      baseWidth: optional(count(), "with mup: the width at which it is the standard parametrization; 64 when left out"),
      baseDepth: optional(
        count(),
        "with mup and residual scaled: the depth at which Adam's rate in the blocks is the plan's; it falls as 1/√depth (Yang et al. 2023)",
      ),
      dropout: optional(
        real({ least: 0, most: 1 }),
        "p: behind every activation a share p of the units is zero and the rest divided by 1 − p (Srivastava et al. 2014; torch.nn.Dropout)",
      ),
    })
    .check(
      z.superRefine(({ width, depth }, context) => {
        if (typeof width === "number" || width.length === depth) return;
        const rule = `one width for each of ${depth} layers`;
        const remedy = `set depth: ${width.length}, or leave depth out`;
        context.addIssue({ code: "custom", path: ["width"], params: { rule, remedy } });
      }),
      z.superRefine(requireMup),
    ),
);

export type FeedforwardSpec = z.output<ReturnType<typeof feedforwardSchema>>;
export type FeedforwardInput = z.input<ReturnType<typeof feedforwardSchema>>;

/** A list of widths without a depth is as deep as it is long. */
export function withImpliedDepth(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input;
  const { kind, width, depth } = input as Record<string, unknown>;
  return kind === "feedforward" && depth === undefined && Array.isArray(width) && width.length > 0
    ? { ...input, depth: width.length }
    : input;
}
