import { createPause } from "../base/cooperative-work.ts";
import { jsonText, type ReadResult, resultFields, resultLine, resultText } from "../report/index.ts";
import { type CommandContext, Unfinished } from "./context.ts";
import { UnwritableError } from "./files.ts";
import { type FileValues, writeFiles, writtenPaths } from "./options/files.ts";
import { type NoMore, nothingLeft } from "./options/option.ts";
import { type TerminalValues, terminalOptions } from "./options/terminal.ts";
import { prescriptionHint } from "./prescription-options.ts";

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
  const hint = read.schema === "evanesce.prescription/1" ? prescriptionHint(read.result, saved) : undefined;
  const { signal, stdout } = context;
  // a run that was ended by Ctrl-C is shown too
  const pause = createPause(signal.aborted ? undefined : signal);
  // the result is printed even if a file cannot be written
  const unwritten = await writeFiles(read, files, context).catch((error: unknown) => {
    if (error instanceof UnwritableError) return error;
    throw error;
  });
  await pause();
  if (json) {
    for (const piece of jsonText(resultFields(read))) {
      await stdout.write(piece);
      await pause();
    }
  } else {
    const options = { ...terminalOptions({ color, ascii, columns }, context), hint };
    await stdout.write(quiet ? resultLine(read, options) : resultText(read, options));
  }
  if (unwritten !== undefined) throw new Unfinished(unwritten.message);
  if (quiet !== true && context.stderr.isTTY) {
    for (const path of writtenPaths(files)) await context.stderr.write(`wrote ${path}\n`);
  }
}
