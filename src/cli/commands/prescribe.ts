import { prescribe as tryRemedies, REMEDIES } from "../../prescription/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples, NAMES_ELSEWHERE, nameList } from "../help.ts";
import { NETWORK, networkOf } from "../networks/index.ts";
import { MEMORY } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { group, nothingLeft, option } from "../options/option.ts";
import { names, whole } from "../options/parsers.ts";
import { kindOfTask, SAMPLES, TASK, taskInput } from "../options/task.ts";
import { terminal } from "../options/terminal.ts";
import { createProgress } from "../progress.ts";
import { showResult } from "../show-result.ts";
import { readParameters } from "../weights.ts";

const remediesOf = (kind: NetworkSpec["kind"]) =>
  REMEDIES.filter((remedy) => remedy.kind === kind).map(({ name }) => name);

/** `evanesce prescribe`: what is wrong with a network's gradient, what causes it, and which remedies help. */
export const prescribe = command({
  name: "prescribe",
  summary: "Try every remedy that fits a network on the network itself, and rank them by their effect.",
  argument: {
    name: "[SPEC.json]",
    help: "the network; without it the options below describe one, as in `rnn` and `mlp`",
  },
  options: {
    network: NETWORK,
    task: TASK,
    samples: SAMPLES,
    trials: group("Trials", [
      option("--seeds <n>", "number of seeds, at least 2; the first is --seed (default: 5)", {
        parse: whole(),
        fills: "seeds",
      }),
      option("--remedies <names>", "try only these: relu,skipinit (default: all that fit)", {
        parse: names,
        names: REMEDIES.map(({ name }) => name),
        fills: "remedies",
      }),
      option("--weights <file>", "start from these parameters, safetensors: a trained network's"),
      option("--verify [steps]", "also train, to see whether the loss follows", {
        parse: whole(1),
        fills: ["verify", "verify.steps"],
      }),
      option("--spec <file>", "write the prescribed network here, ready for `propagate`"),
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
      ["evanesce prescribe --depth 50 --activation sigmoid", "the classic, and its remedies"],
      ["evanesce prescribe --cell tanh --steps 1000 --verify", "whether the loss follows"],
      ["evanesce prescribe net.json --spec better.json", "your own network, and the one to use instead"],
    ),
  ],
  run: async ({ argument, network: described, task, samples, trials, engine, ...output }, context) => {
    const { seeds, remedies, weights, verify, spec, ...moreTrials } = trials;
    const { batch, seed, ...moreSamples } = samples;
    const { memoryLimit, ...moreEngine } = engine;
    for (const rest of [moreTrials, moreSamples, moreEngine]) nothingLeft(rest);
    const network = networkOf(argument, described, kindOfTask(task));
    await requireFiles(output.files);
    if (spec !== undefined) requireWritable(spec);
    const run = tryRemedies({
      network,
      ...(weights === undefined ? {} : { weights: readParameters(weights) }),
      task: await taskInput(task, network.kind),
      batch,
      seed,
      seeds,
      remedies,
      memoryLimit,
      verify: typeof verify === "number" ? { steps: verify } : verify,
      signal: context.signal,
    });
    const progress = createProgress(context.stderr, { total: 100, noun: "%", quiet: output.terminal.quiet });
    try {
      for await (const { share } of run) await progress.update(share);
    } finally {
      await progress.clear();
    }
    const prescription = await run.result;
    if (spec !== undefined && prescription.prescribed !== null) {
      writeWhole(spec, new TextEncoder().encode(`${JSON.stringify(prescription.spec, null, 2)}\n`));
    }
    const read = { schema: "evanesce.prescription/1", result: prescription, command: commandLine(context) } as const;
    await showResult(read, output, context, spec);
    if (prescription.outcome === "stopped") context.signal.throwIfAborted();
  },
});
