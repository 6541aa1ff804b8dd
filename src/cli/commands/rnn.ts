import { CELLS } from "../../catalogue/index.ts";
import { Command } from "commander";
import type { Network } from "../../network/create.ts";
import { prepareInParts } from "../../measure/propagate.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import type { Batch } from "../../tasks/index.ts";
import { addCompareOption, type CompareFlags, compareRuns } from "../compare.ts";
import { addGradientOptions, type GradientFlags, gradientExtras, requireLimits } from "../gradients.ts";
import { examples, nameList, taskList } from "../help.ts";
import type { Host } from "../host.ts";
import { measure, requireEveryStep, show } from "../measure.ts";
import { RECURRENT_NAMES, RECURRENT_ROWS, type RecurrentFlags } from "../networks/recurrent.ts";
import { addRows } from "../networks/rows.ts";
import { recurrentSpec } from "../networks/specs.ts";
import {
  addMeasureOptions,
  addOutputOptions,
  addThreadsOption,
  engineOf,
  type MeasureFlags,
  requireSplit,
} from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles } from "../outputs.ts";
import { inOptionNames } from "../reword.ts";
import { requireStatistics, statisticsExtras } from "../statistics.ts";
import { type TaskFlags, taskInput } from "../tasks.ts";
import { inTurns } from "../event-loop.ts";
import { named, whole } from "../values.ts";

interface RnnFlags extends MeasureFlags, FileFlags, CompareFlags, TaskFlags, GradientFlags, RecurrentFlags {
  readonly batch?: number;
  readonly lastStep?: boolean;
  readonly contributions: boolean;
}

/** `evanesce rnn`: a recurrent network on a task, the gradient over its steps. */
export function rnnCommand(host: Host): Command {
  const command = new Command("rnn").description(
    "Measure how a gradient travels back through the steps of a recurrent network.",
  );
  addRows(command, RECURRENT_ROWS)
    .option("--steps <T>", "length of a sequence (default: the task's)", whole("--steps"))
    .option("--batch <B>", "sequences in the batch (default: 32)", whole("--batch"))
    .option("--task <name>", "what to learn, from the list below (default: adding)", named("--task"))
    .option("--text <file>", "predict the next byte of this file")
    .option("--csv <file>", "predict the next row of this numeric table, or --task sequential_csv: classify its rows")
    .option("--images <file>", "classify the images of this IDX file, pixel after pixel")
    .option("--labels <file>", "their labels, an IDX file")
    .option("--last-step", "where every step has a loss: also the profile of the last step's alone");
  addGradientOptions(command);
  addThreadsOption(addMeasureOptions(command)).option(
    "--no-contributions",
    "leave out each step's own share of the weights' gradient",
  );
  return addOutputOptions(addFileOptions(addCompareOption(command, "cell")))
    .addHelpText("after", nameList("Cells", CELLS))
    .addHelpText("after", nameList("Initializations", WEIGHT_INITS))
    .addHelpText("after", taskList("recurrent"))
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn", "tanh, 128 wide, 1,000 steps of the adding problem"],
        ["evanesce rnn --init pytorch --steps 200", "as torch.nn.RNN begins"],
        ["evanesce rnn --cell relu --init identity", "an IRNN"],
        ["evanesce rnn --task copy:symbols=5 --steps 100 --last-step", "a loss at every step"],
        ["evanesce rnn --truncate 50,100 --clip-norm 1", "what training often does to the gradient"],
        ["evanesce rnn --compare tanh,lstm,gru --html cells.html", "several cells beside each other"],
        ["evanesce rnn --compare gain=0.9,1,1.1", "or several values of any option"],
        ["evanesce rnn --text book.txt --layers 2 --json > flow.json", "your own text, for a program"],
      ),
    )
    .action((flags: RnnFlags, self: Command) => inOptionNames(RECURRENT_NAMES, () => rnn(flags, self, host)));
}

async function rnn(flags: RnnFlags, command: Command, host: Host): Promise<void> {
  requireLimits(flags);
  await requireFiles(flags);
  if (flags.compare !== undefined) {
    return compareRuns(flags, command, "cell", host, (each) =>
      withNetwork(each, host, (network, batch) => measure(network, batch, each, each, host)),
    );
  }
  await withNetwork(flags, host, async (network, batch) => {
    const flow = await measure(network, batch, flags, flags, host);
    const extras = await gradientExtras(network, batch, flags, host);
    await show(flow, flags, host, { ...extras, ...(await statisticsExtras(network, batch, flow, flags, host)) });
  });
}

async function withNetwork<Result>(
  flags: RnnFlags,
  host: Host,
  work: (network: Network, batch: Batch) => Promise<Result>,
): Promise<Result> {
  const setup = prepareInParts({
    network: recurrentSpec(flags),
    task: taskInput(flags, "recurrent", "adding"),
    batch: flags.batch,
    seed: flags.seed,
    memoryLimit: flags.memoryLimit,
    engine: await engineOf(flags),
  });
  const { network, batch } = await inTurns(setup, host);
  try {
    requireEveryStep(flags, batch);
    requireSplit(flags, network.spec, batch);
    requireStatistics(flags, network);
    return await work(network, batch);
  } finally {
    network.dispose();
  }
}
