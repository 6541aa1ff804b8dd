import { jsonText, type ReadResult, resultFields, resultLine, resultText } from "../report/index.ts";
import { hintOf } from "./hint.ts";
import type { Host } from "./host.ts";
import type { MeasureFlags } from "./options.ts";
import { type FileFlags, writeFiles } from "./outputs.ts";
import { terminalOptions } from "./terminal.ts";
import { createTurns } from "./event-loop.ts";

/** What decides how a result is shown. */
export type ShowFlags = Pick<MeasureFlags, "json" | "quiet" | "color" | "ascii" | "columns"> & FileFlags;

/**
 * Shows any result, measured just now or read from a file, as the flags ask: JSON, a line, or the whole report; and
 * writes the files asked for.
 *
 * @param saved where a prescription's network was written
 */
export async function showResult(read: ReadResult, flags: ShowFlags, host: Host, saved?: string): Promise<void> {
  const hint = read.schema === "evanesce.prescription/1" ? hintOf(read.result, saved) : undefined;
  // a run that Ctrl-C has ended is shown all the same
  const turn = host.signal.aborted ? async () => {} : createTurns(host);
  await writeFiles(read, flags, host);
  await turn();
  if (flags.json) {
    for (const piece of jsonText(resultFields(read))) {
      await host.stdout.write(piece);
      await turn();
    }
    return;
  }
  const options = { ...terminalOptions(flags, host), hint };
  await host.stdout.write(flags.quiet ? resultLine(read, options) : resultText(read, options));
}
