import { Command } from "commander";
import { EvanesceError } from "../../errors.ts";
import { prepareInParts } from "../../propagate.ts";
import type { RecurrentInput } from "../../spec/index.ts";
import { CELLS, WEIGHT_INITS } from "../../spec/names.ts";
import { addGradientOptions, type GradientFlags, gradientExtras, requireLimits } from "../gradients.ts";
import { examples, nameList, taskList } from "../help.ts";
import type { Host } from "../host.ts";
import { measure, requireEveryStep, show } from "../measure.ts";
import { addMeasureOptions, addOutputOptions, type MeasureFlags } from "../options.ts";
import { inOptionNames } from "../reword.ts";
import { type TaskFlags, taskInput } from "../tasks.ts";
import { inTurns } from "../turns.ts";
import { given, named, real, whole } from "../values.ts";

interface RnnFlags extends MeasureFlags, TaskFlags, GradientFlags {
  readonly cell?: string;
  readonly hidden?: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly init?: string;
  readonly inputInit?: string;
  readonly readoutInit?: string;
  readonly gain?: number;
  readonly inputGain?: number;
  readonly biasStd?: number;
  readonly forgetBias?: number;
  readonly batch?: number;
  readonly lastStep?: boolean;
  readonly contributions: boolean;
}

const OPTION_NAMES = {
  "network.cell": "--cell",
  "network.hidden": "--hidden",
  "network.layers": "--layers",
  "network.init.recurrent": "--init",
  "network.init.input": "--input-init",
  "network.init.readout": "--readout-init",
  "network.init.gain": "--gain",
  "network.init.inputGain": "--input-gain",
  "network.init.biasStd": "--bias-std",
  "network.init.forgetBias": "--forget-bias",
};

/** `evanesce rnn`: a recurrent network on a task, the gradient over its steps. */
export function rnnCommand(host: Host): Command {
  const command = new Command("rnn")
    .description("Measure how a gradient travels back through the steps of a recurrent network.")
    .option("--cell <name>", "an Elman cell by its activation, or a gated cell (default: tanh)")
    .option("--hidden <H>", "width of every layer (default: 128)", whole("--hidden"))
    .option("--layers <L>", "height of the stack (default: 1)", whole("--layers"))
    .option("--bidirectional", "run every layer in reverse as well")
    .option("--init <name>", "initialisation of the recurrent weights (default: orthogonal)")
    .option("--input-init <name>", "initialisation of the input weights (default: xavier_uniform)")
    .option("--readout-init <name>", "initialisation of the readout (default: pytorch)")
    .option("--gain <g>", "factor on the recurrent weights (default: 1)", real("--gain"))
    .option("--input-gain <g>", "factor on the input weights (default: 1)", real("--input-gain"))
    .option("--bias-std <s>", "standard deviation of the biases (default: 0)", real("--bias-std"))
    .option("--forget-bias <b>", "an LSTM's forget bias (default: 1)", real("--forget-bias"))
    .option("--steps <T>", "length of a sequence (default: the task's)", whole("--steps"))
    .option("--batch <B>", "sequences in the batch (default: 32)", whole("--batch"))
    .option("--task <name>", "what to learn, from the list below (default: adding)", named("--task"))
    .option("--text <file>", "predict the next byte of this file")
    .option("--csv <file>", "predict the next row of this numeric table")
    .option("--last-step", "where every step has a loss: also the profile of the last step's alone");
  addGradientOptions(command);
  addMeasureOptions(command).option("--no-contributions", "leave out each step's own share of the weights' gradient");
  return addOutputOptions(command)
    .addHelpText("after", nameList("Cells", CELLS))
    .addHelpText("after", nameList("Initialisations", WEIGHT_INITS))
    .addHelpText("after", taskList("recurrent"))
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn", "tanh, 128 wide, 1,000 steps of the adding problem"],
        ["evanesce rnn --init pytorch --steps 200", "as torch.nn.RNN begins"],
        ["evanesce rnn --cell relu --init identity", "an IRNN"],
        ["evanesce rnn --task copy:symbols=5 --steps 100 --last-step", "a loss at every step"],
        ["evanesce rnn --truncate 50,100 --clip-norm 1", "what training often does to the gradient"],
        ["evanesce rnn --text book.txt --layers 2 --json > flow.json", "your own text, for a program"],
      ),
    )
    .action((flags: RnnFlags) => inOptionNames(OPTION_NAMES, () => rnn(flags, host)));
}

async function rnn(flags: RnnFlags, host: Host): Promise<void> {
  if (flags.forgetBias !== undefined && flags.cell?.toLowerCase() !== "lstm") {
    throw new EvanesceError("--forget-bias", "a cell with a forget gate", flags.cell ?? "tanh", "add --cell lstm");
  }
  requireLimits(flags);
  const setup = prepareInParts({
    network: specOf(flags),
    task: taskInput(flags, "recurrent", "adding"),
    batch: flags.batch,
    seed: flags.seed,
    memoryLimit: flags.memoryLimit,
  });
  const { network, batch } = await inTurns(setup, host);
  try {
    requireEveryStep(flags, batch);
    const flow = await measure(network, batch, flags, flags, host);
    await show(flow, flags, host, await gradientExtras(network, batch, flags, host));
  } finally {
    network.dispose();
  }
}

function specOf(flags: RnnFlags): RecurrentInput {
  const { cell, hidden, layers, bidirectional, init, inputInit, readoutInit, gain, inputGain, biasStd, forgetBias } =
    flags;
  return given({
    kind: "recurrent",
    cell,
    hidden,
    layers,
    bidirectional,
    init: given({ recurrent: init, input: inputInit, readout: readoutInit, gain, inputGain, biasStd, forgetBias }),
  }) as RecurrentInput;
}
