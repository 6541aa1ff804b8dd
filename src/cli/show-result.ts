import { createPause } from "../base/cooperative-work.ts";
import type { Prescription } from "../prescription/index.ts";
import type { ReadResult, TerminalOptions } from "../report/index.ts";
import { PRINTED_FLOW } from "../report/flow/printed.ts";
import { jsonText } from "../report/kit/json.ts";
import { type CommandContext, Unfinished } from "./context.ts";
import { UnwritableError } from "./files.ts";
import { type FileValues, writeFiles, writtenPaths } from "./options/files.ts";
import { type NoMore, nothingLeft } from "./options/option.ts";
import { type TerminalValues, terminalOptions } from "./options/terminal.ts";

/** The sections of a request that decide how a result is shown. */
export interface Presentation {
  readonly terminal: TerminalValues;
  readonly files: FileValues;
}

/**
 * Shows a result of this process or of a file as the options request: as JSON, as one line, or as the whole report. It
 * also writes the requested files.
 *
 * @param saved the path to which a prescription's network was written
 */
export async function showResult<Output extends Presentation>(
  read: ReadResult,
  output: NoMore<Output, Presentation>,
  context: CommandContext,
  saved?: string,
): Promise<void> {
  const { terminal, files }: Presentation = output;
  const { json, quiet, color, ascii, columns, ...rest } = terminal;
  nothingLeft(rest);
  const { signal, stdout } = context;
  // a run that was ended by Ctrl-C is shown too
  const pause = createPause(signal.aborted ? undefined : signal);
  // the result is printed even if a file cannot be written
  const unwritten = await writeFiles(read, files, context).catch((error: unknown) => {
    if (error instanceof UnwritableError) return error;
    throw error;
  });
  const printed = await printedForm(read, saved);
  await pause();
  if (json) {
    for (const piece of jsonText(printed.fields())) {
      await stdout.write(piece);
      await pause();
    }
  } else {
    const options = terminalOptions({ color, ascii, columns }, context);
    await stdout.write(quiet ? printed.line(options) : printed.text(options));
  }
  if (unwritten !== undefined) throw new Unfinished(unwritten.message);
  if (quiet !== true && context.stderr.isTTY) {
    for (const path of writtenPaths(files)) await context.stderr.write(`wrote ${path}\n`);
  }
}

/** The forms in which a result is printed. */
interface Printed {
  readonly fields: () => Readonly<Record<string, unknown>>;
  readonly line: (options: TerminalOptions) => string;
  readonly text: (options: TerminalOptions) => string;
}

/** Loads the code that prints a result. The code for a flow is loaded from the start, for `evanesce rnn`. */
async function printedForm(read: ReadResult, saved: string | undefined): Promise<Printed> {
  if (read.schema === "evanesce.flow/1") {
    return {
      fields: () => PRINTED_FLOW.fields(read.result),
      line: (options) => PRINTED_FLOW.line(read.result, options),
      text: (options) => PRINTED_FLOW.text(read.result, options),
    };
  }
  const { resultFields, resultLine, resultText } = await import("../report/registry.ts");
  const hint = read.schema === "evanesce.prescription/1" ? await hintOf(read.result, saved) : undefined;
  return {
    fields: () => resultFields(read),
    line: (options) => resultLine(read, { ...options, hint }),
    text: (options) => resultText(read, { ...options, hint }),
  };
}

const hintOf = async (prescription: Prescription, saved: string | undefined) =>
  (await import("./prescription-options.ts")).prescriptionHint(prescription, saved);
