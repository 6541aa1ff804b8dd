import { Command, CommanderError } from "commander";
import { EvanesceError, InternalError } from "../base/errors.ts";
import { mlpCommand } from "./commands/mlp.ts";
import { propagateCommand } from "./commands/propagate.ts";
import { rnnCommand } from "./commands/rnn.ts";
import { complaint } from "./complaints.ts";
import { examples } from "./help.ts";
import { type Host, Interrupted, ReaderGone, Unfinished } from "./host.ts";
import { nearest } from "../base/nearest.ts";
import { VERSION } from "./version.ts";

/** Exit codes of the process; a diverged run is done, since it is a result. */
export const EXIT = { done: 0, failed: 1, usage: 2, partial: 3, interrupted: 130 } as const;

/** Every command, in the order of the help; what is not needed for a pass is loaded when it is called. */
const COMMANDS: Readonly<Record<string, (host: Host) => Command | Promise<Command>>> = {
  rnn: rnnCommand,
  mlp: mlpCommand,
  propagate: propagateCommand,
  train: async (host) => (await import("./commands/train.ts")).trainCommand(host),
  prescribe: async (host) => (await import("./commands/prescribe.ts")).prescribeCommand(host),
  predict: async (host) => (await import("./commands/predict.ts")).predictCommand(host),
  compare: async (host) => (await import("./commands/compare.ts")).compareCommand(host),
  report: async (host) => (await import("./commands/report.ts")).reportCommand(host),
  claims: async (host) => (await import("./commands/claims.ts")).claimsCommand(host),
  schema: async (host) => (await import("./commands/schema.ts")).schemaCommand(host),
  completion: async (host) => (await import("./commands/completion.ts")).completionCommand(host),
};

/** The commands a command line needs: the one it names, or all, for the help, for suggestions and for completion. */
function commandsFor([first, second]: readonly string[], host: Host): Promise<Command[]> {
  const name = (first === "help" ? second : first) ?? "";
  const names = Object.hasOwn(COMMANDS, name) && name !== "completion" ? [name] : Object.keys(COMMANDS);
  return Promise.all(names.map((each) => COMMANDS[each](host)));
}

/** @throws EvanesceError for a name that is no command's */
function requireCommand(name: string): void {
  if (Object.hasOwn(COMMANDS, name) || name === "help" || name.startsWith("-")) return;
  const near = nearest(name, Object.keys(COMMANDS));
  const remedy = near === undefined ? "`evanesce help` lists them" : `did you mean ${near}?`;
  throw new EvanesceError("help", "a command", name, remedy);
}

/** Runs one command line and returns its exit code. Never throws. */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  try {
    if (argv.length === 0) {
      await host.stdout.write((await program(argv, host)).helpInformation());
      return EXIT.done;
    }
    if (argv[0] === "help" && argv.length > 1) requireCommand(argv[1]);
    await (await program(argv, { ...host, argv })).parseAsync(argv as string[], { from: "user" });
    return EXIT.done;
  } catch (error) {
    return await report(error, host).catch(() => EXIT.failed); // stderr itself is gone
  }
}

/** The message a user sees, and the exit code: a caller's mistake in a line, our own with what helps to find it. */
async function report(error: unknown, { stderr }: Host): Promise<number> {
  if (error instanceof ReaderGone) return EXIT.done;
  if (error instanceof Interrupted) {
    await stderr.write("interrupted\n");
    return EXIT.interrupted;
  }
  if (error instanceof Unfinished) {
    await stderr.write(`evanesce: ${error.message}\n`);
    return EXIT.partial;
  }
  if (error instanceof CommanderError) {
    // commander has written its message, or the help that was asked for
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof EvanesceError) {
    await stderr.write(`evanesce: ${error.message}\n`);
    return EXIT.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join("\n") : "";
  const text = error instanceof InternalError ? message : `internal: ${message}`;
  await stderr.write(`evanesce: ${text}; a defect of evanesce ${VERSION}: please report it\n${trace}\n`);
  return EXIT.failed;
}

async function program(argv: readonly string[], host: Host): Promise<Command> {
  const root = new Command("evanesce")
    .description("A laboratory for vanishing and exploding gradients.")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "print a command's help")
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn", "watch a tanh RNN's gradient die over 1,000 steps"],
        ["evanesce rnn --cell lstm --steps 5000", "an LSTM's over 5,000"],
        ["evanesce mlp --depth 100 --activation sigmoid", "a deep network, layer by layer"],
        ["evanesce propagate SPEC.json --weights W.safetensors --json", "your own network, for a program"],
        ["evanesce help rnn", "every option of a command"],
      ),
    );
  for (const command of await commandsFor(argv, host)) root.addCommand(command);
  const columns = host.stdout.columns || 100;
  // Written as they come: help to stdout, complaints to stderr, both short.
  const output = {
    writeOut: (text: string) => void host.stdout.write(text).catch(() => undefined),
    writeErr: (text: string) => void host.stderr.write(text).catch(() => undefined),
    outputError: (text: string, write: (text: string) => void) => write(complaint(text)),
    getOutHelpWidth: () => Math.min(100, columns),
    getErrHelpWidth: () => Math.min(100, columns),
  };
  for (const command of [root, ...root.commands]) {
    command
      .helpOption("-h, --help", "print this help")
      .exitOverride()
      .configureOutput(output)
      .showSuggestionAfterError(true)
      .allowExcessArguments(false);
  }
  return root;
}
