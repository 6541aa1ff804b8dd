import { ACTIVATIONS, NORMS, RESIDUALS } from "../catalogue/index.ts";
import * as z from "zod/mini";
import { count, defaulted, listOf, named, once, optional, real } from "./fields.ts";
import { deepLayerwise, orList } from "./layers.ts";
import { WEIGHT_INITS } from "./names.ts";
import { requireMup } from "./mup-check.ts";

const init = () =>
  z.prefault(
    z
      .strictObject({
        weight: defaulted(
          orList(named(WEIGHT_INITS)),
          "xavier_normal",
          "initialization of every hidden layer's weight; or a list with one name for each layer",
        ),
        readout: defaulted(named(WEIGHT_INITS), "pytorch", "initialization of the readout's weight"),
        gain: defaulted(
          z.union([real(), z.literal("auto")]),
          1,
          "factor on the weights; auto takes torch.nn.init.calculate_gain of the activation",
        ),
        biasStd: defaulted(real({ least: 0 }), 0, "standard deviation of the biases"),
        sigmaW: optional(
          real({ least: 0 }),
          "mean-field σ_w, only with weight gaussian: N(0, σ_w²/fan_in); another name for gain",
        ),
        sigmaB: optional(real({ least: 0 }), "mean-field σ_b; another name for biasStd"),
        lsuv: defaulted(
          z.boolean(),
          false,
          "rescale each layer on the batch to outputs of variance 1 (Mishkin and Matas 2016)",
        ),
      })
      .check(
        z.superRefine(({ weight, gain, biasStd, sigmaW, sigmaB }, context) => {
          const refuse = (key: string, rule: string, remedy: string) =>
            context.addIssue({ code: "custom", path: [key], params: { rule, remedy } });
          if (sigmaW !== undefined && weight !== "gaussian") {
            refuse("sigmaW", `only with weight gaussian, not ${weight}`, 'set weight: "gaussian", or use gain');
          } else if (sigmaW !== undefined && gain !== 1 && gain !== sigmaW) {
            refuse(
              "sigmaW",
              `the same value as gain, ${gain}, because it is another name for it`,
              "give one of the two",
            );
          }
          if (sigmaB !== undefined && biasStd !== 0 && biasStd !== sigmaB) {
            refuse(
              "sigmaB",
              `the same value as biasStd, ${biasStd}, because it is another name for it`,
              "give one of the two",
            );
          }
        }),
      ),
    {},
  );

/** A deep feed-forward network: `depth` hidden layers, then an optional linear readout. */
export const feedforwardSchema = once(() =>
  z
    .strictObject({
      kind: z.literal("feedforward").check(z.describe("hidden layers, one after the other")),
      inputs: optional(count(), "number of inputs X; by default that of the task"),
      width: defaulted(
        z.union([count(), listOf(count())]),
        256,
        "width H of every hidden layer, or one width for each layer",
      ),
      depth: defaulted(
        count({ most: 1000 }),
        50,
        "number of hidden layers L; by default the length of a list of widths",
      ),
      outputs: optional(
        count(),
        "number of outputs Y; by default that of the task; without outputs there is no readout",
      ),
      activation: defaulted(
        orList(named(ACTIVATIONS)),
        "tanh",
        "φ of every hidden layer; or a list with one name for each layer",
      ),
      layerwise: deepLayerwise(),
      init: init().check(z.describe("initialization of the weights and biases")),
      norm: defaulted(
        orList(named(NORMS)),
        "none",
        "normalization: batch, layer and rms of every layer's activations, weight of its matrix; or a list with one name for each layer",
      ),
      normEpsilon: optional(
        real({ least: 1e-12, most: 1 }),
        "ε, added to the variance of batch, layer and RMS norms; 1e-5 when left out (Keras's default is 1e-3)",
      ),
      normPosition: defaulted(
        named(["before", "after", "pre", "post"]),
        "before",
        "place of the normalization: before or after the activation; pre: on the input of a block; post: on the sum of a block",
      ),
      residual: defaulted(
        named(RESIDUALS),
        "none",
        "skip path of each block; layers.0 maps X to H and belongs to no block",
      ),
      blockLayers: defaulted(count({ most: 2 }), 1, "number of layers in a residual block"),
      activationPosition: defaulted(
        named(["branch", "pre", "post"]),
        "branch",
        "place of the activation: branch: h + φ(W h + b); pre: h + W φ(h) + b; post: φ(h + W h + b), φ of the last layer after the sum",
      ),
      stochasticDepth: defaulted(
        real({ least: 0, most: 1 }),
        0,
        "probability that the branch of the last block is dropped; it rises linearly from 0 at the first block",
      ),
      parametrization: optional(
        named(["standard", "mup"]),
        "mup: initial scales and learning rates with which training changes activations as much at every width (Yang et al. 2022)",
      ),
      baseWidth: optional(count(), "with mup: the width at which it is the standard parametrization; 64 when left out"),
      baseDepth: optional(
        count(),
        "with mup and residual scaled: the depth at which Adam's rate in the blocks is the learning rate itself; it falls as 1/√depth (Yang et al. 2023)",
      ),
      dropout: optional(
        real({ least: 0, most: 1 }),
        "share p of the units that are set to zero after every activation; the others are divided by 1 − p (Srivastava et al. 2014; torch.nn.Dropout)",
      ),
    })
    .check(
      z.superRefine(({ width, depth }, context) => {
        if (typeof width === "number" || width.length === depth) return;
        const rule = `one width for each of ${depth} layers`;
        const remedy = `set depth: ${width.length}, or leave depth out`;
        context.addIssue({ code: "custom", path: ["width"], params: { rule, remedy } });
      }),
      z.superRefine(({ layerwise, depth }, context) => {
        if (layerwise === undefined || layerwise.length === depth) return;
        const rule = `an entry for each of ${depth} layers`;
        context.addIssue({
          code: "custom",
          path: ["layerwise"],
          params: { rule, remedy: "give as many, or leave it out" },
        });
      }),
      z.superRefine(requireMup),
    ),
);

export type FeedforwardSpec = z.output<ReturnType<typeof feedforwardSchema>>;
export type FeedforwardInput = z.input<ReturnType<typeof feedforwardSchema>>;

/** Sets the depth to the length of a list of widths, if the depth is left out. */
export function withImpliedDepth(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input;
  const { kind, width, depth } = input as Record<string, unknown>;
  return kind === "feedforward" && depth === undefined && Array.isArray(width) && width.length > 0
    ? { ...input, depth: width.length }
    : input;
}
