import * as z from "zod";
import { count, named, once, real } from "./fields.ts";
import { ACTIVATIONS, NORMS, RESIDUALS, WEIGHT_INITS } from "./names.ts";

const init = () =>
  z
    .strictObject({
      weight: named(WEIGHT_INITS).default("xavier_normal").describe("every hidden layer's weight"),
      readout: named(WEIGHT_INITS).default("pytorch").describe("the readout's weight"),
      gain: z
        .union([real(), z.literal("auto")])
        .default(1)
        .describe("factor on the weights; auto: torch.nn.init.calculate_gain of the activation"),
      biasStd: real({ least: 0 }).default(0).describe("standard deviation of the biases"),
      sigmaW: real({ least: 0 })
        .optional()
        .describe("mean-field σ_w with weight gaussian: N(0, σ_w²/fan_in); another name for its gain"),
      sigmaB: real({ least: 0 }).optional().describe("mean-field σ_b: another name for biasStd"),
      lsuv: z
        .boolean()
        .default(false)
        .describe("rescale each layer to unit output variance on the batch (Mishkin and Matas 2016)"),
    })
    .superRefine(({ weight, gain, biasStd, sigmaW, sigmaB }, context) => {
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
    })
    .prefault({});

/** A deep feed-forward network: `depth` hidden layers, then an optional linear readout. */
export const feedforwardSchema = once(() =>
  z
    .strictObject({
      kind: z.literal("feedforward"),
      inputs: count().optional().describe("X; the task's when left out"),
      width: z
        .union([count(), z.array(count()).min(1)])
        .default(256)
        .describe("H of every hidden layer, or one width a layer"),
      depth: count({ most: 1000 })
        .default(50)
        .describe("L, the number of hidden layers; of a list of widths its length"),
      outputs: count().optional().describe("Y; the task's when left out; no readout without it"),
      activation: named(ACTIVATIONS).default("tanh"),
      init: init(),
      norm: named(NORMS).default("none"),
      normPosition: named(["before", "after", "pre", "post"])
        .default("before")
        .describe("before or after the activation; pre: on the block's input; post: on the block's sum"),
      residual: named(RESIDUALS)
        .default("none")
        .describe("skip path of each block; layers.0 maps X to H and stands outside any block"),
      blockLayers: count({ most: 2 }).default(1).describe("layers a residual block spans"),
      activationPosition: named(["branch", "pre", "post"])
        .default("branch")
        .describe(
          "h + φ(W h + b) in the branch; pre: h + W φ(h) + b; post: φ(h + W h + b), the last layer's φ after the sum",
        ),
      stochasticDepth: real({ least: 0, most: 1 })
        .default(0)
        .describe("probability that the last block's branch is dropped, rising linearly from 0"),
    })
    .superRefine(({ width, depth }, context) => {
      if (typeof width === "number" || width.length === depth) return;
      const rule = `one width for each of ${depth} layers`;
      const remedy = `set depth: ${width.length}, or leave depth out`;
      context.addIssue({ code: "custom", path: ["width"], params: { rule, remedy } });
    }),
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
