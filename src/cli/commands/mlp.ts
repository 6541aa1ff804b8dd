import { ACTIVATIONS, NORMS, RESIDUALS } from "../../catalogue/index.ts";
import { Command } from "commander";
import type { Network } from "../../network/create.ts";
import { prepare } from "../../measure/propagate.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import type { Batch } from "../../tasks/index.ts";
import { addCompareOption, type CompareFlags, compareRuns } from "../compare.ts";
import { examples, nameList, taskList } from "../help.ts";
import type { Host } from "../host.ts";
import { measure, show } from "../measure.ts";
import { FEEDFORWARD_NAMES, FEEDFORWARD_ROWS, type FeedforwardFlags } from "../networks/feedforward.ts";
import { addRows } from "../networks/rows.ts";
import { feedforwardSpec } from "../networks/specs.ts";
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
import { named, whole } from "../values.ts";

interface MlpFlags extends MeasureFlags, FileFlags, CompareFlags, TaskFlags, FeedforwardFlags {
  readonly batch?: number;
}

/** `evanesce mlp`: a deep feed-forward network on a task, the gradient over its layers. */
export function mlpCommand(host: Host): Command {
  const command = new Command("mlp").description(
    "Measure how a gradient travels back through the layers of a deep network.",
  );
  addRows(command, FEEDFORWARD_ROWS)
    .option("--batch <B>", "samples in the batch (default: 32)", whole("--batch"))
    .option("--task <name>", "what to learn, from the list below (default: gaussian)", named("--task"))
    .option("--csv <file>", "classify the rows of this table by its last column, or --task csv:label=NAME")
    .option("--images <file>", "classify the images of this IDX file")
    .option("--labels <file>", "the labels' IDX file, to go with --images");
  return addOutputOptions(addFileOptions(addCompareOption(addThreadsOption(addMeasureOptions(command)), "activation")))
    .addHelpText("after", nameList("Activations", ACTIVATIONS))
    .addHelpText("after", nameList("Initializations", WEIGHT_INITS))
    .addHelpText("after", nameList("Normalizations", NORMS))
    .addHelpText("after", nameList("Residual paths", RESIDUALS))
    .addHelpText("after", taskList("feedforward"))
    .addHelpText(
      "after",
      examples(
        ["evanesce mlp --depth 100 --activation sigmoid", "the classic"],
        ["evanesce mlp --depth 100 --activation relu --init he_normal", "He's initialization"],
        ["evanesce mlp --depth 100 --residual identity --norm layer", "a way round, and a way through"],
        ["evanesce mlp --compare relu,gelu,tanh --html both.html", "several activations beside each other"],
        ["evanesce mlp --width 784,256,64,16 --task teacher", "a width for each layer"],
        ["evanesce mlp --images t10k-images.gz --labels t10k-labels.gz", "MNIST"],
      ),
    )
    .action((flags: MlpFlags, self: Command) => inOptionNames(FEEDFORWARD_NAMES, () => mlp(flags, self, host)));
}

async function mlp(flags: MlpFlags, command: Command, host: Host): Promise<void> {
  await requireFiles(flags);
  if (flags.compare !== undefined) {
    return compareRuns(flags, command, "activation", host, (each) =>
      withNetwork(each, (network, batch) => flowOf(network, batch, each, host)),
    );
  }
  await withNetwork(flags, async (network, batch) => {
    requireStatistics(flags, network);
    const flow = await flowOf(network, batch, flags, host);
    await show(flow, flags, host, await statisticsExtras(network, batch, flow, flags, host));
  });
}

const flowOf = (network: Network, batch: Batch, flags: MlpFlags, host: Host) =>
  measure(network, batch, { ledger: flags.ledger, probe: flags.probe }, flags, host);

async function withNetwork<Result>(
  flags: MlpFlags,
  work: (network: Network, batch: Batch) => Promise<Result>,
): Promise<Result> {
  const { network, batch } = prepare({
    network: feedforwardSpec(flags),
    task: taskInput(flags, "feedforward", "gaussian"),
    batch: flags.batch,
    seed: flags.seed,
    memoryLimit: flags.memoryLimit,
    engine: await engineOf(flags),
  });
  try {
    requireSplit(flags, network.spec, batch);
    return await work(network, batch);
  } finally {
    network.dispose();
  }
}
