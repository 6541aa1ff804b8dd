import { Command } from "commander";
import { prepare } from "../../propagate.ts";
import type { FeedforwardInput } from "../../spec/index.ts";
import { ACTIVATIONS, NORMS, RESIDUALS, WEIGHT_INITS } from "../../spec/names.ts";
import { examples, nameList, taskList } from "../help.ts";
import type { Host } from "../host.ts";
import { measure, show } from "../measure.ts";
import { addMeasureOptions, addOutputOptions, type MeasureFlags } from "../options.ts";
import { inOptionNames } from "../reword.ts";
import { type TaskFlags, taskInput } from "../tasks.ts";
import { gainOrAuto, given, named, real, whole, widths } from "../values.ts";

interface MlpFlags extends MeasureFlags, TaskFlags {
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
  readonly batch?: number;
}

const OPTION_NAMES = {
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

/** `evanesce mlp`: a deep feed-forward network on a task, the gradient over its layers. */
export function mlpCommand(host: Host): Command {
  const command = new Command("mlp")
    .description("Measure how a gradient travels back through the layers of a deep network.")
    .option("--depth <L>", "hidden layers (default: 50, or as many as --width lists)", whole("--depth"))
    .option("--width <H>", "width of every layer, or one a layer: 256,128,64 (default: 256)", widths("--width"))
    .option("--activation <name>", "φ of every hidden layer (default: tanh)")
    .option("--init <name>", "initialisation of the hidden layers (default: xavier_normal)")
    .option("--readout-init <name>", "initialisation of the readout (default: pytorch)")
    .option(
      "--gain <g>",
      "factor on the weights; auto: torch.nn.init.calculate_gain (default: 1)",
      gainOrAuto("--gain"),
    )
    .option("--bias-std <s>", "standard deviation of the biases (default: 0)", real("--bias-std"))
    .option("--sigma-w <s>", "mean-field σ_w, with --init gaussian", real("--sigma-w"))
    .option("--sigma-b <s>", "mean-field σ_b, another name for --bias-std", real("--sigma-b"))
    .option("--lsuv", "rescale each layer to unit output variance on the batch")
    .option("--norm <name>", "normalisation (default: none)")
    .option("--norm-position <place>", "before or after the activation; pre or post the block (default: before)")
    .option("--residual <name>", "skip path of each block (default: none)")
    .option("--block-layers <n>", "layers a block spans, 1 or 2 (default: 1)", whole("--block-layers"))
    .option("--activation-position <place>", "of a residual block: branch, pre or post (default: branch)")
    .option(
      "--stochastic-depth <p>",
      "probability that the last block is dropped (default: 0)",
      real("--stochastic-depth"),
    )
    .option("--batch <B>", "samples in the batch (default: 32)", whole("--batch"))
    .option("--task <name>", "what to learn, from the list below (default: gaussian)", named("--task"))
    .option("--csv <file>", "classify the rows of this table by its last column, or --task csv:label=NAME")
    .option("--images <file>", "classify the images of this IDX file")
    .option("--labels <file>", "the labels' IDX file, to go with --images");
  return addOutputOptions(addMeasureOptions(command))
    .addHelpText("after", nameList("Activations", ACTIVATIONS))
    .addHelpText("after", nameList("Initialisations", WEIGHT_INITS))
    .addHelpText("after", nameList("Normalisations", NORMS))
    .addHelpText("after", nameList("Residual paths", RESIDUALS))
    .addHelpText("after", taskList("feedforward"))
    .addHelpText(
      "after",
      examples(
        ["evanesce mlp --depth 100 --activation sigmoid", "the classic"],
        ["evanesce mlp --depth 100 --activation relu --init he_normal", "He's initialisation"],
        ["evanesce mlp --depth 100 --residual identity --norm layer", "a way round, and a way through"],
        ["evanesce mlp --width 784,256,64,16 --task teacher", "a width for each layer"],
        ["evanesce mlp --images t10k-images.gz --labels t10k-labels.gz", "MNIST"],
      ),
    )
    .action((flags: MlpFlags) => inOptionNames(OPTION_NAMES, () => mlp(flags, host)));
}

async function mlp(flags: MlpFlags, host: Host): Promise<void> {
  const { network, batch } = prepare({
    network: specOf(flags),
    task: taskInput(flags, "feedforward", "gaussian"),
    batch: flags.batch,
    seed: flags.seed,
    memoryLimit: flags.memoryLimit,
  });
  try {
    const { ledger, probe } = flags;
    await show(await measure(network, batch, { ledger, probe }, flags, host), flags, host);
  } finally {
    network.dispose();
  }
}

function specOf(flags: MlpFlags): FeedforwardInput {
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
