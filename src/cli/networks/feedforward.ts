import type { FeedforwardInput } from "../../spec/index.ts";
import { gainOrAuto, given, real, whole, widths } from "../values.ts";
import type { OptionRow } from "./rows.ts";

/** A feed-forward network as a command line says it. */
export interface FeedforwardFlags {
  readonly depth?: number;
  readonly width?: number | number[];
  readonly activation?: string;
  readonly init?: string;
  readonly readoutInit?: string;
  readonly gain?: number | "auto";
  readonly biasStd?: number;
  readonly sigmaW?: number;
  readonly sigmaB?: number;
  readonly lsuv?: boolean;
  readonly norm?: string;
  readonly normPosition?: string;
  readonly residual?: string;
  readonly blockLayers?: number;
  readonly activationPosition?: string;
  readonly stochasticDepth?: number;
}

/** Every option that describes a deep network. */
export const FEEDFORWARD_ROWS: readonly OptionRow[] = [
  {
    flags: "--depth <L>",
    description: "hidden layers (default: 50, or as many as --width lists)",
    parse: whole("--depth"),
  },
  {
    flags: "--width <H>",
    description: "width of every layer, or one a layer: 256,128,64 (default: 256)",
    parse: widths("--width"),
  },
  { flags: "--activation <name>", description: "φ of every hidden layer (default: tanh)" },
  { flags: "--init <name>", description: "initialization of the hidden layers (default: xavier_normal)" },
  { flags: "--readout-init <name>", description: "initialization of the readout (default: pytorch)" },
  {
    flags: "--gain <g>",
    description: "factor on the weights; auto: torch.nn.init.calculate_gain (default: 1)",
    parse: gainOrAuto("--gain"),
  },
  {
    flags: "--bias-std <s>",
    description: "standard deviation of the biases (default: 0)",
    parse: real("--bias-std"),
  },
  { flags: "--sigma-w <s>", description: "mean-field σ_w, with --init gaussian", parse: real("--sigma-w") },
  { flags: "--sigma-b <s>", description: "mean-field σ_b, another name for --bias-std", parse: real("--sigma-b") },
  { flags: "--lsuv", description: "rescale each layer to unit output variance on the batch" },
  { flags: "--norm <name>", description: "normalization (default: none)" },
  {
    flags: "--norm-position <place>",
    description: "before or after the activation; pre or post the block (default: before)",
  },
  { flags: "--residual <name>", description: "skip path of each block (default: none)" },
  {
    flags: "--block-layers <n>",
    description: "layers a block spans, 1 or 2 (default: 1)",
    parse: whole("--block-layers"),
  },
  {
    flags: "--activation-position <place>",
    description: "of a residual block: branch, pre or post (default: branch)",
  },
  {
    flags: "--stochastic-depth <p>",
    description: "probability that the last block is dropped (default: 0)",
    parse: real("--stochastic-depth"),
  },
];

/** Options by the path that messages about a spec know them by. */
export const FEEDFORWARD_NAMES: Readonly<Record<string, string>> = {
  "network.depth": "--depth",
  "network.width": "--width",
  "network.activation": "--activation",
  "network.init.weight": "--init",
  "network.init.readout": "--readout-init",
  "network.init.gain": "--gain",
  "network.init.biasStd": "--bias-std",
  "network.init.sigmaW": "--sigma-w",
  "network.init.sigmaB": "--sigma-b",
  "network.init.lsuv": "--lsuv",
  "network.norm": "--norm",
  "network.normPosition": "--norm-position",
  "network.residual": "--residual",
  "network.blockLayers": "--block-layers",
  "network.activationPosition": "--activation-position",
  "network.stochasticDepth": "--stochastic-depth",
};

export function feedforwardInput(flags: FeedforwardFlags): FeedforwardInput {
  const { init, readoutInit, gain, biasStd, sigmaW, sigmaB, lsuv } = flags;
  const { depth, width, activation, norm, normPosition, residual } = flags;
  const { blockLayers, activationPosition, stochasticDepth } = flags;
  return given({
    kind: "feedforward",
    depth,
    width,
    activation,
    init: given({ weight: init, readout: readoutInit, gain, biasStd, sigmaW, sigmaB, lsuv }),
    norm,
    normPosition,
    residual,
    blockLayers,
    activationPosition,
    stochasticDepth,
  }) as FeedforwardInput;
}
