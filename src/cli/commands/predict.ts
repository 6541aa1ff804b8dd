import { predict as predictFlow } from "../../theory/index.ts";
import { command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { uninterruptible } from "../context.ts";
import { examples, nameList } from "../help.ts";
import { NETWORK, networkOf } from "../networks/index.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { group, handOver, option } from "../options/option.ts";
import { real, whole } from "../options/parsers.ts";
import { MODEL, SPEC_OR_MODEL } from "../options/model.ts";
import { terminal } from "../options/terminal.ts";
import { showResult } from "../show-result.ts";

/** Most steps of a prediction. It cannot pause, and so many steps take a few seconds. */
const MOST_STEPS = 5_000_000;

/** `evanesce predict`: computes the gradient that theory expects. It runs no network. */
export const predict = command({
  name: "predict",
  summary: "Show the gradient that theory expects of a network, without running it.",
  argument: SPEC_OR_MODEL,
  options: {
    network: NETWORK,
    model: MODEL,
    // every key is a key of the library's options, so the values are passed on unchanged
    theory: group("Theory", [
      option("--steps <T>", "length of a sequence (default: 100)", {
        parse: whole(1, MOST_STEPS),
        fills: "options.steps",
      }),
      option("--inputs <X>", "number of inputs if the spec leaves it out (default: the number of units)", {
        parse: whole(1),
        fills: "options.inputs",
      }),
      option("--input-square <s>", "mean square of an input value (default: 1)", {
        parse: real,
        fills: "options.inputSquare",
      }),
      option("--q0 <q>", "variance of the first layer's pre-activations, instead of --input-square", {
        parse: real,
        fills: "options.q0",
      }),
    ]),
    files: FILES,
    terminal: terminal("evanesce.prediction/1"),
  },
  help: [
    nameList("Activations, cells, initializations", ["see `evanesce help mlp` and `evanesce help rnn`"]),
    examples(
      ["evanesce predict --depth 50 --activation sigmoid", "the classic case of a vanishing gradient"],
      ["evanesce predict --activation tanh --init gaussian --sigma-w 1.5 --sigma-b 0.2", "a point of a phase diagram"],
      ["evanesce predict --cell tanh --init gaussian --gain 1.2 --steps 1000", "a random recurrent network"],
      ["evanesce predict net.json --json", "output for a program"],
    ),
  ],
  run: async ({ argument, network, model, theory, ...output }, context) => {
    const kind = theory.q0 === undefined ? undefined : "feedforward";
    const { spec, model: opened } = await networkOf(argument, network, model, { kind });
    if (opened !== undefined) {
      const { stderr } = context;
      await stderr.write(
        `note: theory describes a network as it is initialized, so the weights of ${opened.file} are not used\n`,
      );
    }
    await requireFiles(output.files);
    const options = handOver<NonNullable<Parameters<typeof predictFlow>[1]>>().of(theory);
    const prediction = uninterruptible(() => predictFlow(spec, options), context);
    const read = { schema: "evanesce.prediction/1", result: { spec, prediction } } as const;
    await showResult({ ...read, command: commandLine(context) }, output, context);
  },
});
