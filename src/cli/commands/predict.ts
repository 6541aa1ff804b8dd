import { Command } from "commander";
import { predict } from "../../theory/index.ts";
import { commandLine } from "../command-line.ts";
import { examples, nameList } from "../help.ts";
import type { Host } from "../host.ts";
import { addNetworkOptions, NETWORK_NAMES, type NetworkFlags, networkOf } from "../networks/index.ts";
import { addOutputOptions, type MeasureFlags } from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles } from "../outputs.ts";
import { inOptionNames } from "../reword.ts";
import { showResult } from "../show.ts";
import { inOneGo } from "../event-loop.ts";
import { given, real, whole } from "../values.ts";

interface PredictFlags
  extends NetworkFlags,
    FileFlags,
    Pick<MeasureFlags, "json" | "quiet" | "color" | "ascii" | "columns"> {
  readonly steps?: number;
  readonly inputs?: number;
  readonly inputSquare?: number;
  readonly q0?: number;
}

/** A prediction is made in one go: of so many steps in a few seconds. */
const MOST_STEPS = 5_000_000;

/** `evanesce predict`: what theory expects of a network. Nothing is run. */
export function predictCommand(host: Host): Command {
  const command = new Command("predict")
    .description("What theory expects of a network's gradient, without running it.")
    .argument("[SPEC.json]", "the network; without it the options below describe one, as in `rnn` and `mlp`");
  addNetworkOptions(command)
    .option("--steps <T>", "length of a sequence (default: 100)", whole("--steps", 1, MOST_STEPS))
    .option("--inputs <X>", "inputs, where the spec leaves them out (default: as many as units)", whole("--inputs", 1))
    .option("--input-square <s>", "mean square of an input's coordinate (default: 1)", real("--input-square"))
    .option("--q0 <q>", "variance of the first layer's pre-activations, in its place", real("--q0"));
  return addOutputOptions(addFileOptions(command), "evanesce.prediction/1")
    .addHelpText("after", nameList("Activations, cells, initializations", ["as in `evanesce help mlp` and `help rnn`"]))
    .addHelpText(
      "after",
      examples(
        ["evanesce predict --depth 50 --activation sigmoid", "the classic, before anything is run"],
        ["evanesce predict --activation tanh --init gaussian --sigma-w 1.5 --sigma-b 0.2", "a phase diagram's point"],
        ["evanesce predict --cell tanh --init gaussian --gain 1.2 --steps 1000", "a random recurrent network"],
        ["evanesce predict net.json --json", "for a program"],
      ),
    )
    .action((path: string | undefined, flags: PredictFlags) =>
      inOptionNames({ ...NETWORK_NAMES, ...OPTIONS }, () => show(path, flags, host)),
    );
}

const OPTIONS = {
  "options.steps": "--steps",
  "options.inputs": "--inputs",
  "options.inputSquare": "--input-square",
  "options.q0": "--q0",
};

async function show(path: string | undefined, flags: PredictFlags, host: Host): Promise<void> {
  const spec = networkOf(path, flags, flags.q0 === undefined ? undefined : "feedforward");
  await requireFiles(flags);
  const { steps, inputs, inputSquare, q0 } = flags;
  const prediction = inOneGo(() => predict(spec, given({ steps, inputs, inputSquare, q0 })), host);
  const result = { schema: "evanesce.prediction/1", result: { spec, prediction }, command: commandLine(host) } as const;
  await showResult(result, flags, host);
}
