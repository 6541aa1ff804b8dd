import { CommanderError, Command as CommanderCommand } from "commander";
import { withoutCredentials } from "../base/addresses.ts";
import { EvanesceError, InternalError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Command } from "./command.ts";
import { rnn } from "./commands/rnn.ts";
import { type CommandContext, Interrupted, ReaderGone, Unfinished, type Sink } from "./context.ts";
import { terminalText } from "../report/kit/terminal/printable.ts";
import { inOwnWords } from "./habits.ts";
import { examples } from "./help.ts";
import { parserMessage } from "./parser-messages.ts";
import { VERSION } from "./version.ts";

/** Exit codes of the process. A run that diverged is `done`, because it is a result. */
export const EXIT = { done: 0, failed: 1, usage: 2, partial: 3, interrupted: 130 } as const;

/** Every command, in the order of the help. All but the first are loaded only when they are called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  rnn: async () => rnn,
  mlp: async () => (await import("./commands/mlp.ts")).mlp,
  propagate: async () => (await import("./commands/propagate.ts")).propagate,
  inspect: async () => (await import("./commands/inspect.ts")).inspect,
  train: async () => (await import("./commands/train.ts")).train,
  prescribe: async () => (await import("./commands/prescribe.ts")).prescribe,
  predict: async () => (await import("./commands/predict.ts")).predict,
  compare: async () => (await import("./commands/compare.ts")).compare,
  report: async () => (await import("./commands/report.ts")).report,
  claims: async () => (await import("./commands/claims.ts")).claims,
  sweep: async () => (await import("./commands/sweep.ts")).sweep,
  work: async () => (await import("./commands/work.ts")).work,
  monitor: async () => (await import("./commands/monitor.ts")).monitor,
  schema: async () => (await import("./commands/schema.ts")).schema,
  play: async () => (await import("./commands/play.ts")).play,
};

/** The options that print the version. */
const VERSION_FLAGS = ["-V", "--version"] as const;

/** The commands that a command line needs: its own, none for the version, all for help, suggestions and completion. */
async function commandsFor([first, second]: readonly string[]): Promise<Command[]> {
  if (VERSION_FLAGS.some((flag) => flag === first)) return [];
  const name = (first === "help" ? second : first) ?? "";
  if (Object.hasOwn(COMMANDS, name)) return [await COMMANDS[name]()];
  const all = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const { completion } = await import("./commands/completion.ts");
  return [...all, completion(all)];
}

const NAMES = [...Object.keys(COMMANDS), "completion"];

/** @throws EvanesceError if no command has this name */
function requireCommand(name: string): void {
  if (NAMES.includes(name) || name === "help" || name.startsWith("-")) return;
  const near = nearest(name, NAMES);
  const remedy = near === undefined ? "`evanesce help` lists them" : `did you mean ${near}?`;
  throw new EvanesceError("help", "a command", name, remedy);
}

/**
 * A stream that escapes control characters if it is a terminal, so that a file name or a text from a file cannot
 * control the terminal. A file or a pipe gets the text unchanged.
 */
const guarded = (sink: Sink, isTerminal: boolean): Sink =>
  isTerminal ? { ...sink, write: (text) => sink.write(terminalText(text)) } : sink;

/** Runs one command line and returns its exit code. Never throws. */
export async function run(argv: readonly string[], host: CommandContext): Promise<number> {
  const stderr = guarded(host.stderr, true);
  const context = {
    ...host,
    stdout: guarded(host.stdout, host.stdout.isTTY),
    // a message may quote any word of the command line, also an address in the wrong place
    stderr: { ...stderr, write: (text: string) => stderr.write(withoutCredentials(text)) },
  };
  try {
    if (argv.length === 0) {
      program(await commandsFor(argv), context).outputHelp();
      return EXIT.done;
    }
    if (argv[0] === "help" && argv.length > 1) requireCommand(argv[1]);
    const commands = await commandsFor(argv);
    const isCalled = commands.length === 1 && commands[0].name === argv[0];
    const words = isCalled ? inOwnWords(argv, commands[0]) : [...argv];
    await program(commands, { ...context, argv: words }).parseAsync(words, { from: "user" });
    return EXIT.done;
  } catch (error) {
    return await report(error, argv, context).catch(() => EXIT.failed); // standard error itself has gone
  }
}

/** Prints the message and returns the exit code. A user's mistake is one line; a defect of ours has a stack trace. */
async function report(error: unknown, argv: readonly string[], { stderr, signal }: CommandContext): Promise<number> {
  if (error instanceof ReaderGone) return EXIT.done;
  if (error instanceof Interrupted || (signal.aborted && error === signal.reason)) {
    await stderr.write("interrupted\n");
    return error instanceof Interrupted ? error.exitCode : EXIT.interrupted;
  }
  if (error instanceof Unfinished) {
    await stderr.write(`evanesce: ${error.message}\n`);
    return EXIT.partial;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done; // the help, which is already printed
    await stderr.write(parserMessage(error.message, await commandsFor([]), argv));
    return EXIT.usage;
  }
  if (error instanceof EvanesceError) {
    await stderr.write(`evanesce: ${error.message}\n`);
    return EXIT.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join("\n") : "";
  const text = error instanceof InternalError ? message : `internal: ${message}`;
  await stderr.write(`evanesce: ${text}; this is a defect of evanesce ${VERSION}: please report it\n${trace}\n`);
  return EXIT.failed;
}

function program(commands: readonly Command[], context: CommandContext): CommanderCommand {
  const root = new CommanderCommand("evanesce")
    .description("A laboratory for vanishing and exploding gradients.")
    .version(VERSION, VERSION_FLAGS.join(", "), "print the version")
    .helpCommand("help [command]", "print a command's help")
    .addHelpText(
      "after",
      examples(
        ["evanesce rnn", "see the gradient of a tanh RNN vanish over 1,000 steps"],
        ["evanesce rnn --cell lstm --steps 5000", "the gradient of an LSTM over 5,000 steps"],
        ["evanesce mlp --depth 100 --activation sigmoid", "the gradient of a deep network, layer by layer"],
        ["evanesce propagate SPEC.json --weights W.safetensors --json", "your own network, with output for a program"],
        ["evanesce help rnn", "every option of a command"],
      ),
    );
  for (const command of commands) root.addCommand(command.parser(context));
  const columns = context.stdout.columns || 100;
  // The parser's texts are short: help goes to stdout, messages go to stderr.
  const output = {
    writeOut: (text: string) => void context.stdout.write(text).catch(() => undefined),
    writeErr: (text: string) => void context.stderr.write(text).catch(() => undefined),
    outputError: () => {}, // the thrown error has the message
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
