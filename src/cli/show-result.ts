import { createPause } from "../base/cooperative-work.ts";
import { jsonText, type ReadResult, resultFields, resultLine, resultText } from "../report/index.ts";
import { type CommandContext, Unfinished } from "./context.ts";
import { UnwritableError } from "./files.ts";
import { type FileValues, writeFiles, writtenPaths } from "./options/files.ts";
import { type NoMore, nothingLeft } from "./options/option.ts";
import { type TerminalValues, terminalOptions } from "./options/terminal.ts";
import { prescriptionHint } from "./prescription-options.ts";

/** The sections of a request that say where a result goes. */
export interface Shown {
  readonly terminal: TerminalValues;
  readonly files: FileValues;
}

/**
 * Shows a result, measured just now or read from a file, as the options ask: as JSON, as one line, or as the whole
 * report; and writes the files asked for.
 *
 * @param saved where a prescription's network was written
 */
export async function showResult<Given extends Shown>(
  read: ReadResult,
  output: NoMore<Given, Shown>,
  context: CommandContext,
  saved?: string,
): Promise<void> {
  const { terminal, files }: Shown = output;
  const { json, quiet, color, ascii, columns, ...rest } = terminal;
  nothingLeft(rest);
  const hint = read.schema === "evanesce.prescription/1" ? prescriptionHint(read.result, saved) : undefined;
  const { signal, stdout } = context;
  // a run that Ctrl-C has ended is shown all the same
  const pause = createPause(signal.aborted ? undefined : signal);
  // a file that cannot be written does not keep the result from being printed
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
