import { CELLS } from "../../catalogue/index.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import { command } from "../command.ts";
import { examples, nameList, taskList } from "../help.ts";
import { RECURRENT, recurrentSpec } from "../networks/recurrent.ts";
import { compare, compareRuns } from "../options/compare.ts";
import { PASS_ENGINE } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { GRADIENTS, gradientExtras, requireLimits } from "../options/gradients.ts";
import { MEASURE, showFlow } from "../options/measure.ts";
import { nothingLeft } from "../options/option.ts";
import { STATISTICS, statisticsExtras } from "../options/statistics.ts";
import { LENGTHS, RECURRENT_TASK, SAMPLES, taskInput } from "../options/task.ts";
import { TASK_COST, taskCostOf } from "../options/task-cost.ts";
import { terminal } from "../options/terminal.ts";
import { type PassWork, withPass } from "../pass.ts";

/** `evanesce rnn`: measures the gradient of a recurrent network over its steps. */
export const rnn = command({
  name: "rnn",
  summary: "Measure how a gradient travels back through the steps of a recurrent network.",
  options: {
    network: RECURRENT,
    task: RECURRENT_TASK,
    samples: SAMPLES,
    lengths: LENGTHS,
    measure: MEASURE,
    gradients: GRADIENTS,
    statistics: STATISTICS,
    cost: TASK_COST,
    comparison: compare("cell"),
    engine: PASS_ENGINE,
    files: FILES,
    terminal: terminal("evanesce.flow/1"),
  },
  help: [
    nameList("Cells", CELLS),
    nameList("Initializations", WEIGHT_INITS),
    () => taskList("recurrent"),
    examples(
      ["evanesce rnn", "a tanh RNN of 128 units over 1,000 steps of the adding problem"],
      ["evanesce rnn --init pytorch --steps 200", "initialized like torch.nn.RNN"],
      ["evanesce rnn --cell relu --init identity", "an IRNN"],
      ["evanesce rnn --task copy:symbols=5 --steps 100 --last-step", "a loss at every step"],
      ["evanesce rnn --truncate 50,100 --clip-norm 1", "truncation and clipping, as training often uses them"],
      ["evanesce rnn --sequence-lengths lengths.txt", "padded sequences: only their own steps are run"],
      ["evanesce rnn --cell gru --steps 40 --task-cost", "whether vanishing matters on this task"],
      ["evanesce rnn --compare tanh,lstm,gru --html cells.html", "several cells in one report"],
      ["evanesce rnn --compare gain=0.9,1,1.1", "several values of any option"],
      ["evanesce rnn --text book.txt --layers 2 --json > flow.json", "your own text, with output for a program"],
    ),
  ],
  run: async (request, context, line) => {
    const { comparison, gradients, cost, files, terminal: output, ...experiment } = request;
    const { compare: values, ...more } = comparison;
    nothingLeft(more);
    const pass = async <Result>({ network, task, ...others }: typeof experiment, work: PassWork<Result>) => {
      const input = { spec: recurrentSpec(network), task: await taskInput(task, "recurrent"), quiet: output.quiet };
      return withPass({ ...input, ...others }, context, work);
    };
    const presentation = { files, terminal: output };
    requireLimits(gradients);
    await requireFiles(files);
    if (values !== undefined) {
      return compareRuns(values, line, "cell", presentation, context, (each) => pass(each, ({ flow }) => flow));
    }
    await pass(experiment, async ({ network, batch, flow }) => {
      const { statistics, measure, engine } = experiment;
      const running = {
        quiet: output.quiet,
        memoryLimit: engine.memoryLimit,
        truncated: measure.truncate !== undefined,
      };
      const extras = {
        ...(await gradientExtras(network, batch, gradients, running, context)),
        ...(await statisticsExtras(network, batch, flow, statistics, output.quiet, context)),
      };
      const { batch: samples, seed } = experiment.samples;
      const task = await taskInput(experiment.task, "recurrent");
      const priced = { network: network.spec, task, batch: samples, seed };
      const taskCost = await taskCostOf(cost, priced, output.quiet, context);
      await showFlow(flow, { learningRate: statistics.learningRate, cost: taskCost }, presentation, context, extras);
    });
  },
});
