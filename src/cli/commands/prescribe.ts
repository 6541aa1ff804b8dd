import { Command } from "commander";
import { prescribe, REMEDIES } from "../../prescription/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { commandLine } from "../command-line.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples, NAMES_ELSEWHERE, nameList } from "../help.ts";
import { type Host, Interrupted } from "../host.ts";
import { addNetworkOptions, NETWORK_NAMES, type NetworkFlags, networkOf } from "../networks/index.ts";
import { addRows } from "../networks/rows.ts";
import { addOutputOptions, type MeasureFlags } from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles } from "../outputs.ts";
import { createProgress } from "../progress.ts";
import { inOptionNames } from "../reword.ts";
import { showResult } from "../show.ts";
import { kindOfTask, TASK_ROWS, type TaskFlags, taskInput } from "../tasks.ts";
import { bytes, names, whole } from "../values.ts";
import { readParameters } from "../weights.ts";

interface PrescribeFlags extends NetworkFlags, TaskFlags, FileFlags, Omit<MeasureFlags, "ledger" | "probe"> {
  readonly batch?: number;
  readonly seeds?: number;
  readonly remedies?: readonly string[];
  readonly verify?: true | number;
  readonly spec?: string;
  readonly weights?: string;
}

const OPTIONS = {
  seeds: "--seeds",
  remedies: "--remedies",
  "verify.steps": "--verify",
  verify: "--verify",
};

/** `evanesce prescribe`: what is wrong with a network's gradient, whose fault it is, and which remedies mend it. */
export function prescribeCommand(host: Host): Command {
  const command = new Command("prescribe")
    .description("Try every remedy that fits a network on the network itself, and rank them by what they did.")
    .argument("[SPEC.json]", "the network; without it the options below describe one, as in `rnn` and `mlp`");
  addRows(addNetworkOptions(command), TASK_ROWS)
    .option("--steps <T>", "length of a sequence (default: the task's)", whole("--steps"))
    .option("--batch <B>", "samples in the batch (default: 32)", whole("--batch"))
    .option("--seed <n>", "the first seed: of initialization, batch and probe", whole("--seed"), 0)
    .option("--seeds <n>", "how many seeds, at least 2 (default: 5)", whole("--seeds"))
    .option("--remedies <names>", "try these alone: relu,skipinit (default: all that fit)", names("--remedies"))
    .option("--weights <file>", "treat the network round these parameters, safetensors: a trained one's")
    .option("--verify [steps]", "also train, to see whether the loss follows", whole("--verify", 1))
    .option("--spec <file>", "write the prescribed network here, ready for `propagate`")
    .option(
      "--memory-limit <bytes>",
      "memory one pass may take, e.g. 256MiB (default: 1024 MiB)",
      bytes("--memory-limit"),
    );
  const of = (kind: NetworkSpec["kind"]) => REMEDIES.filter((remedy) => remedy.kind === kind).map(({ name }) => name);
  addFileOptions(command);
  return addOutputOptions(command, "evanesce.prescription/1")
    .addHelpText("after", nameList("Remedies of a deep network", of("feedforward")))
    .addHelpText("after", nameList("Remedies of a recurrent network", of("recurrent")))
    .addHelpText("after", NAMES_ELSEWHERE)
    .addHelpText(
      "after",
      examples(
        ["evanesce prescribe --depth 50 --activation sigmoid", "the classic, and what mends it"],
        ["evanesce prescribe --cell tanh --steps 1000 --verify", "whether the loss follows"],
        ["evanesce prescribe net.json --spec better.json", "your own network, and the one to use instead"],
      ),
    )
    .action((path: string | undefined, flags: PrescribeFlags) =>
      inOptionNames({ ...NETWORK_NAMES, ...OPTIONS }, () => treat(path, flags, host)),
    );
}

async function treat(path: string | undefined, flags: PrescribeFlags, host: Host): Promise<void> {
  const network = networkOf(path, flags, kindOfTask(flags));
  await requireFiles(flags);
  if (flags.spec !== undefined) requireWritable(flags.spec);
  const { seed, seeds, remedies, batch, memoryLimit, verify } = flags;
  const run = prescribe({
    network,
    ...(flags.weights === undefined ? {} : { weights: readParameters(flags.weights) }),
    task: taskInput(flags, network.kind, network.kind === "recurrent" ? "adding" : "gaussian"),
    batch,
    seed,
    seeds,
    remedies,
    memoryLimit,
    verify: typeof verify === "number" ? { steps: verify } : verify,
    signal: host.signal,
  });
  const progress = createProgress(host.stderr, { total: 100, noun: "%", quiet: flags.quiet === true });
  try {
    for await (const { share } of run) await progress.update(share);
  } finally {
    await progress.clear();
  }
  const prescription = await run.result;
  if (flags.spec !== undefined && prescription.prescribed !== null) {
    writeWhole(flags.spec, new TextEncoder().encode(`${JSON.stringify(prescription.spec, null, 2)}\n`));
  }
  const read = { schema: "evanesce.prescription/1", result: prescription, command: commandLine(host) } as const;
  await showResult(read, flags, host, flags.spec);
  if (prescription.outcome === "stopped") throw new Interrupted();
}
