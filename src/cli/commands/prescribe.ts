import { readTaskAhead } from "../../tasks/index.ts";
import { prescribe as tryRemedies, type RaceOptimizer, REMEDIES } from "../../prescription/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { arraysToLearn, hasValues, requireArraysFor } from "../array-files.ts";
import { command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { DRAWN_DATA, drawnTask, isDrawn } from "../drawn.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples, NAMES_ELSEWHERE, nameList } from "../help.ts";
import { NETWORK, networkOf } from "../networks/index.ts";
import { ARRAYS } from "../options/arrays.ts";
import { MEMORY } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { group, nothingLeft, option, optionWithDefault, withValues } from "../options/option.ts";
import { names, threads, whole } from "../options/parsers.ts";
import { MODEL, SPEC_OR_MODEL } from "../options/model.ts";
import { kindOfTask, LENGTHS, SAMPLES, TASK, taskInput } from "../options/task.ts";
import { terminal } from "../options/terminal.ts";
import { createProgress } from "../progress.ts";
import { whileReading } from "../reading.ts";
import { showResult } from "../show-result.ts";
import { loadWeights, notesOf, parametersOn } from "../weights.ts";

const remediesOf = (kind: NetworkSpec["kind"]) =>
  REMEDIES.filter((remedy) => remedy.kind === kind).map(({ name }) => name);

/** `evanesce prescribe`: finds the fault of a network's gradient, its causes, and the remedies that help. */
export const prescribe = command({
  name: "prescribe",
  summary: "Try every remedy that fits a network, and rank the remedies by their effect.",
  argument: SPEC_OR_MODEL,
  options: {
    network: NETWORK,
    model: MODEL,
    task: TASK,
    arrays: ARRAYS,
    samples: SAMPLES,
    lengths: LENGTHS,
    trials: group("Trials", [
      option("--seeds <n>", "number of seeds, at least 2; the first is --seed (default: 5)", {
        parse: whole(),
        fills: "seeds",
      }),
      option("--remedies <names>", "try only these remedies: relu,skipinit (default: all that fit)", {
        parse: names,
        names: REMEDIES.map(({ name }) => name),
        fills: "remedies",
      }),
      option("--weights <file>", "start from the parameters of a trained network, in a model file"),
      option("--optimizer <name>", "optimizer of the race: adam or sgd (default: adam)", {
        names: ["adam", "sgd"],
        fills: "race.optimizer",
      }),
      option(
        "--updates <N>",
        "updates of the finalists of the race (default: as many as a fixed number of operations allows)",
        {
          parse: whole(1),
          fills: "race.updates",
        },
      ),
      option("--fast", "rank by the gradient's path alone and train nothing", { fills: "fast" }),
      optionWithDefault(
        "--threads <n>",
        "number of worker threads that run passes and train; auto uses every core",
        "auto",
        {
          parse: threads,
          fills: "threads",
        },
      ),
      option(
        "--verify [steps]",
        "rank by the path, then train some networks to check whether the loss follows the path",
        {
          parse: whole(1),
          fills: ["verify", "verify.steps"],
        },
      ),
      option("--spec <file>", "write the prescribed network to this file, for `propagate`"),
    ]),
    engine: MEMORY,
    files: FILES,
    terminal: terminal("evanesce.prescription/1"),
  },
  help: [
    nameList("Remedies of a deep network", remediesOf("feedforward")),
    nameList("Remedies of a recurrent network", remediesOf("recurrent")),
    NAMES_ELSEWHERE,
    examples(
      ["evanesce prescribe --depth 50 --activation sigmoid", "remedies of the classic case"],
      ["evanesce prescribe --csv data.csv --depth 30 --optimizer sgd", "on your own data, with plain gradient descent"],
      ["evanesce prescribe --cell tanh --steps 1000 --fast", "ranks by the gradient's path alone"],
      ["evanesce prescribe net.json --spec better.json", "for your own network; writes the better one"],
    ),
  ],
  run: async (
    { argument, network: described, model, task, arrays, samples, lengths, trials, engine, ...output },
    context,
  ) => {
    const { sequenceLengths, ...moreLengths } = lengths;
    const { seeds, remedies, weights, verify, spec, optimizer, updates, fast, threads: lanes, ...moreTrials } = trials;
    const race = withValues({ optimizer: optimizer as RaceOptimizer | undefined, updates });
    const { batch, seed, ...moreSamples } = samples;
    const { memoryLimit, ...moreEngine } = engine;
    for (const rest of [moreTrials, moreSamples, moreLengths, moreEngine]) nothingLeft(rest);
    requireArraysFor(sequenceLengths, arrays);
    const weighted = weights !== undefined;
    const opened = await networkOf(argument, described, model, { kind: kindOfTask(task), weighted });
    const source = opened.model !== undefined ? "model" : weighted ? "weights" : undefined;
    const drawn = !hasValues(arrays) && isDrawn(task, opened.spec, source);
    const { network, task: input } = hasValues(arrays)
      ? await arraysToLearn(opened.spec, arrays, task, { sequenceLengths, mask: opened.model?.mask })
      : {
          network: opened.spec,
          task: drawn ? drawnTask(opened.spec, task.steps) : await taskInput(task, opened.spec.kind),
        };
    if (task.csv !== undefined) {
      await whileReading(readTaskAhead(input, network.kind), input, output.terminal.quiet, context);
    }
    const loaded = await loadWeights(opened, weights, () => parametersOn(network, input), model);
    await requireFiles(output.files);
    if (spec !== undefined) requireWritable(spec);
    const run = tryRemedies({
      network,
      ...(loaded === undefined ? {} : { weights: loaded.values }),
      task: input,
      batch,
      seed,
      seeds,
      remedies,
      memoryLimit,
      verify: typeof verify === "number" ? { steps: verify } : verify,
      fast,
      threads: lanes,
      ...(Object.keys(race).length === 0 ? {} : { race }),
      signal: context.signal,
    });
    const progress = createProgress(context.stderr, { total: 100, noun: "%", quiet: output.terminal.quiet });
    try {
      for await (const { share, phase, name } of run) await progress.update(share, `${phase}: ${name}`);
    } finally {
      await progress.clear();
    }
    const result = await run.result;
    const told = drawn ? { ...result, notes: [...(result.notes ?? []), DRAWN_DATA] } : result;
    const prescription = loaded === undefined ? told : { ...told, weights: loaded.file, ...notesOf(loaded, told) };
    if (spec !== undefined && prescription.prescribed !== null) {
      writeWhole(spec, new TextEncoder().encode(`${JSON.stringify(prescription.spec, null, 2)}\n`));
    }
    const read = { schema: "evanesce.prescription/1", result: prescription, command: commandLine(context) } as const;
    await showResult(read, output, context, spec);
    if (prescription.outcome === "stopped") context.signal.throwIfAborted();
  },
});
