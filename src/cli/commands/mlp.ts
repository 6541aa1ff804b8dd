import { ACTIVATIONS, NORMS, RESIDUALS } from "../../catalogue/index.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import { command } from "../command.ts";
import { examples, nameList, taskList } from "../help.ts";
import { FEEDFORWARD, feedforwardSpec } from "../networks/feedforward.ts";
import { compare, compareRuns } from "../options/compare.ts";
import { PASS_ENGINE } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { FEEDFORWARD_MEASURE, showFlow } from "../options/measure.ts";
import { nothingLeft } from "../options/option.ts";
import { STATISTICS, statisticsExtras } from "../options/statistics.ts";
import { FEEDFORWARD_TASK, SAMPLES, taskInput } from "../options/task.ts";
import { TASK_COST, taskCostOf } from "../options/task-cost.ts";
import { terminal } from "../options/terminal.ts";
import { type PassWork, withPass } from "../pass.ts";

/** `evanesce mlp`: measures the gradient of a deep feed-forward network over its layers. */
export const mlp = command({
  name: "mlp",
  summary: "Measure how a gradient travels back through the layers of a deep network.",
  options: {
    network: FEEDFORWARD,
    task: FEEDFORWARD_TASK,
    samples: SAMPLES,
    measure: FEEDFORWARD_MEASURE,
    statistics: STATISTICS,
    comparison: compare("activation"),
    cost: TASK_COST,
    engine: PASS_ENGINE,
    files: FILES,
    terminal: terminal("evanesce.flow/1"),
  },
  help: [
    nameList("Activations", ACTIVATIONS),
    nameList("Initializations", WEIGHT_INITS),
    nameList("Normalizations", NORMS),
    nameList("Residual paths", RESIDUALS),
    () => taskList("feedforward"),
    examples(
      ["evanesce mlp --depth 100 --activation sigmoid", "the classic case of a vanishing gradient"],
      ["evanesce mlp --depth 100 --activation relu --init he_normal", "He's initialization"],
      ["evanesce mlp --depth 100 --residual identity --norm layer", "skip paths and layer norm"],
      ["evanesce mlp --compare relu,gelu,tanh --html both.html", "several activations in one report"],
      ["evanesce mlp --width 784,256,64,16 --task teacher", "a width for each layer"],
      ["evanesce mlp --depth 30 --task teacher --task-cost 300", "whether what fades matters on this task"],
      ["evanesce mlp --images t10k-images.gz --labels t10k-labels.gz", "MNIST"],
    ),
  ],
  run: async (request, context, line) => {
    const { comparison, cost, files, terminal: output, ...experiment } = request;
    const { compare: values, ...more } = comparison;
    nothingLeft(more);
    const pass = async <Result>({ network, task, ...others }: typeof experiment, work: PassWork<Result>) => {
      const input = { spec: feedforwardSpec(network), task: await taskInput(task, "feedforward"), quiet: output.quiet };
      return withPass({ ...input, ...others }, context, work);
    };
    const presentation = { files, terminal: output };
    await requireFiles(files);
    if (values !== undefined) {
      return compareRuns(values, line, "activation", presentation, context, (each) => pass(each, ({ flow }) => flow));
    }
    await pass(experiment, async ({ network, batch, flow }) => {
      const { statistics } = experiment;
      const extras = await statisticsExtras(network, batch, flow, statistics, output.quiet, context);
      const { batch: samples, seed } = experiment.samples;
      const task = await taskInput(experiment.task, "feedforward");
      const taskCost = await taskCostOf(
        cost,
        { network: network.spec, task, batch: samples, seed },
        output.quiet,
        context,
      );
      await showFlow(flow, { learningRate: statistics.learningRate, cost: taskCost }, presentation, context, extras);
    });
  },
});
