import { ACTIVATIONS, joinsBlocks, NORMS, RESIDUALS } from "../../catalogue/index.ts";
import { type FeedforwardInput, type FeedforwardSpec, parseSpec } from "../../spec/index.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import { layerNorms, normalizesPath } from "../../spec/norms.ts";
import { filled, groupThatFills, type Idle, option, type ValuesOf } from "../options/option.ts";
import { gainOrAuto, nameOrNames, real, whole, widths } from "../options/parsers.ts";
import { requireEffect } from "./effect.ts";

const idle = (...rules: readonly Idle<FeedforwardSpec>[]) => rules;

const withoutBlocks = ({ residual }: FeedforwardSpec) => !joinsBlocks(residual);
const NEEDS_BLOCKS = {
  when: withoutBlocks,
  needs: "a residual path",
  remedy: "add --residual identity",
};

const NEEDS_MUP = {
  when: ({ parametrization }: FeedforwardSpec) => parametrization !== "mup",
  needs: "the parametrization that it is the base of",
  remedy: "add --parametrization mup",
};

/** Every option that describes a deep network. */
export const FEEDFORWARD = groupThatFills<FeedforwardInput, "network">()("Network", [
  option("--depth <L>", "hidden layers (default: 50, or as many as --width lists)", {
    parse: whole(),
    fills: "network.depth",
    also: ["--layers", "--num-layers", "--hidden-layers"],
  }),
  option("--width <H>", "units of every layer, or one number for each layer: 256,128,64 (default: 256)", {
    parse: widths,
    fills: "network.width",
    also: ["--hidden", "--hidden-size", "--units"],
  }),
  option("--activation <name>", "φ of every hidden layer, or one name for each layer: relu,tanh (default: tanh)", {
    parse: nameOrNames,
    names: ACTIVATIONS,
    fills: "network.activation",
  }),
  option("--init <name>", "initialization of the hidden layers, or one name for each layer (default: xavier_normal)", {
    parse: nameOrNames,
    names: WEIGHT_INITS,
    fills: "network.init.weight",
  }),
  option("--readout-init <name>", "initialization of the readout (default: pytorch)", {
    names: WEIGHT_INITS,
    fills: "network.init.readout",
  }),
  option("--gain <g>", "factor on the weights; auto takes torch.nn.init.calculate_gain (default: 1)", {
    parse: gainOrAuto,
    fills: "network.init.gain",
    idle: idle(
      {
        when: ({ init }) => init.weight === "zeros",
        needs: "weights that it can scale",
        remedy: "choose another --init",
      },
      {
        when: (spec) => spec.init.lsuv && layerNorms(spec).every((norm) => norm === "none"),
        needs: "weights that --lsuv does not rescale",
        remedy: "leave out one of the two",
      },
    ),
  }),
  option("--bias-std <s>", "standard deviation of the biases (default: 0)", {
    parse: real,
    fills: "network.init.biasStd",
  }),
  option("--sigma-w <s>", "mean-field σ_w, with --init gaussian", { parse: real, fills: "network.init.sigmaW" }),
  option("--sigma-b <s>", "mean-field σ_b, another name for --bias-std", {
    parse: real,
    fills: "network.init.sigmaB",
  }),
  option("--lsuv", "rescale each layer to unit output variance on the batch", { fills: "network.init.lsuv" }),
  option("--norm <name>", "normalization, or one name for each layer: layer,none (default: none)", {
    parse: nameOrNames,
    names: NORMS,
    fills: "network.norm",
  }),
  option("--norm-epsilon <e>", "ε of the normalization, added to the variance (default: 1e-5)", {
    parse: real,
    fills: "network.normEpsilon",
    idle: idle({
      when: (spec) => !normalizesPath(spec),
      needs: "a normalization of the activations",
      remedy: "add --norm layer, batch or rms",
    }),
  }),
  option(
    "--norm-position <place>",
    "before or after the activation; or pre or post in a residual block (default: before)",
    {
      names: ["before", "after", "pre", "post"],
      fills: "network.normPosition",
      idle: idle({
        when: (spec) => !normalizesPath(spec),
        needs: "a normalization of the activations",
        remedy: "add --norm layer, batch or rms",
      }),
    },
  ),
  option("--residual <name>", "skip path of each block (default: none)", {
    names: RESIDUALS,
    fills: "network.residual",
  }),
  option("--block-layers <n>", "layers in a residual block, 1 or 2 (default: 1)", {
    parse: whole(),
    fills: "network.blockLayers",
    idle: idle(NEEDS_BLOCKS),
  }),
  option(
    "--activation-position <place>",
    "place of the activation in a residual block: branch, pre or post (default: branch)",
    {
      names: ["branch", "pre", "post"],
      fills: "network.activationPosition",
      idle: idle({
        when: (spec) => withoutBlocks(spec) && spec.activationPosition !== "pre",
        needs: "a residual path, unless it is pre",
        remedy: "add --residual identity",
      }),
    },
  ),
  option(
    "--parametrization <name>",
    "standard, or mup for learning rates that hold at every width (default: standard)",
    {
      names: ["standard", "mup"],
      fills: "network.parametrization",
    },
  ),
  option("--base-width <H>", "with mup: the width at which it is the standard one (default: 64)", {
    parse: whole(),
    fills: "network.baseWidth",
    idle: idle(NEEDS_MUP),
  }),
  option("--base-depth <L>", "with mup and --residual scaled: the depth at which Adam uses the learning rate itself", {
    parse: whole(),
    fills: "network.baseDepth",
    idle: idle(NEEDS_MUP, {
      when: ({ residual }) => residual !== "scaled",
      needs: "the skip path whose branches it scales",
      remedy: "add --residual scaled",
    }),
  }),
  option("--dropout <p>", "dropout after every activation (default: none)", {
    parse: real,
    fills: "network.dropout",
  }),
  option("--stochastic-depth <p>", "probability that the last block is dropped (default: 0)", {
    parse: real,
    fills: "network.stochasticDepth",
    idle: idle(NEEDS_BLOCKS),
  }),
]);

/**
 * The deep network that these options describe.
 * @throws EvanesceError for an option without an effect, and as `parseSpec`
 */
export function feedforwardSpec(values: ValuesOf<typeof FEEDFORWARD>): FeedforwardSpec {
  const input = filled("network", FEEDFORWARD.options, values);
  const spec = parseSpec({ kind: "feedforward", ...input } as FeedforwardInput) as FeedforwardSpec;
  requireEffect(FEEDFORWARD.options, values, spec);
  return spec;
}
