import { dirname, join } from "node:path";
import { createPause } from "../../base/cooperative-work.ts";
import { EvanesceError } from "../../base/errors.ts";
import { judgeRun } from "../../monitor/run/judge.ts";
import type { MonitoredRun } from "../../monitor/run/types.ts";
import {
  RECORD_FORMATS,
  type RecordFormat,
  readRecord,
  Run,
  type RunOptions,
  withArrays,
} from "../../records/index.ts";
import { runToLine, runToLiveText } from "../../report/monitor/text.ts";
import { command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { type CommandContext, Interrupted } from "../context.ts";
import { readBytes } from "../files.ts";
import { examples } from "../help.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { group, option } from "../options/option.ts";
import { real, whole } from "../options/parsers.ts";
import { terminal, terminalOptions, type TerminalValues } from "../options/terminal.ts";
import { recordSource } from "../record-source.ts";
import { showResult } from "../show-result.ts";

/** Milliseconds between two judgements of a run that is followed. */
const EVERY_MS = 1000;

const RECORD = group("Record", [
  option("-f, --follow", "keep reading while the run writes, until Ctrl-C"),
  option("--format <name>", "format of the record (default: found from its first bytes)", { choices: RECORD_FORMATS }),
  option(
    "--order <names>",
    "names of the layers from the input to the loss, separated by commas, instead of the order in the record",
  ),
  option("--axis <name>", "meaning of the tensors: layers, or one hidden state at successive steps", {
    choices: ["layer", "step"],
  }),
  option("--baseline <loss>", "loss of the best answer that ignores the input", { parse: real }),
  option("--window <n>", "number of last updates that decide the verdict (default: 50)", { parse: whole(1) }),
]);

/** `evanesce monitor`: judges training runs of other programs from their records. */
export const monitor = command({
  name: "monitor",
  summary: "Judge a training run of another program from its record, during the run or later.",
  argument: {
    name: "<RECORD...>",
    help: "JSON lines of evanesce_log.py, TensorBoard events or their folder, a CSV of norms, W&B's history; - for standard input; several records are compared",
  },
  options: { record: RECORD, files: FILES, terminal: terminal("evanesce.monitor/1, or evanesce.runs/1 of several") },
  help: [
    examples(
      ["evanesce monitor run.jsonl", "the verdict, since which update, which layers, what to do"],
      ["evanesce monitor run.jsonl --follow", "the same during the run"],
      ["evanesce monitor run.jsonl --html run.html", "the same as a page"],
      ["evanesce monitor a.jsonl b.jsonl", "two runs side by side"],
      ["evanesce monitor logs/run1", "a folder of TensorBoard's event files"],
    ),
  ],
  run: async ({ argument: paths, record, ...output }, context) => {
    const { follow, format, order, axis, baseline, window } = record;
    if (follow === true && paths.length > 1) {
      throw new EvanesceError("--follow", "one record", paths.length, "follow each record in a terminal of its own");
    }
    await requireFiles(output.files);
    const options: RunOptions = {
      order: order?.split(",").map((name) => name.trim()),
      axis: axis as RunOptions["axis"],
      baseline,
      window,
    };
    const runs: MonitoredRun[] = [];
    for (const path of paths) {
      const live = follow === true ? createLive(output.terminal, context) : undefined;
      const run = await readRun(path, format as RecordFormat | undefined, options, live, context);
      runs.push(judgeRun(run));
    }
    const made = commandLine(context);
    if (runs.length === 1) {
      await showResult({ schema: "evanesce.monitor/1", result: runs[0], command: made }, output, context);
    } else
      await showResult(
        { schema: "evanesce.runs/1", result: { schema: "evanesce.runs/1", runs }, command: made },
        output,
        context,
      );
    if (context.signal.aborted) throw new Interrupted();
  },
});

async function readRun(
  path: string,
  format: RecordFormat | undefined,
  options: RunOptions,
  live: Live | undefined,
  { signal }: CommandContext,
): Promise<Run> {
  const source = recordSource(path, {
    follow: live !== undefined,
    signal,
    caughtUp: async () => live?.show(run),
  });
  const run = new Run(source.name, options);
  // Ctrl-C ends a record that is followed, and its report is printed; it abandons a record that is only read
  const pause = createPause(live === undefined ? signal : undefined);
  const readSibling = (file: string) => readBytes(join(path === "-" ? "." : dirname(path), file));
  for await (const event of withArrays(readRecord(source.pieces, source.name, format), readSibling)) {
    run.accept(event);
    await pause();
    if (live !== undefined && signal.aborted) break;
  }
  await live?.end();
  if (run.measured === 0) {
    const got = run.updates === 0 ? "none" : `${run.updates} updates without norms`;
    throw new EvanesceError(
      source.name,
      "at least one update with norms of gradients",
      got,
      "record with evanesce_log.py",
    );
  }
  return run;
}

/** Shows a run that goes on. */
interface Live {
  show(run: Run): Promise<void>;
  /** Erases it. */
  end(): Promise<void>;
}

/** On a terminal the report is drawn again in its place. Elsewhere a line is written when the verdict changes. */
function createLive(values: TerminalValues, context: CommandContext): Live {
  const { stdout, stderr } = context;
  const { json, quiet } = values;
  const options = terminalOptions(values, context);
  const draws = stdout.isTTY && json !== true && quiet !== true;
  let lines = 0;
  let last: { readonly updates: number; readonly at: number; readonly word: string } | undefined;
  const wipe = () => (lines === 0 ? "" : `\u001b[${lines}A\r\u001b[J`);
  return {
    show: async (run) => {
      const now = performance.now();
      if (run.measured === 0 || last?.updates === run.updates || now - (last?.at ?? 0) < EVERY_MS) return;
      const judged = judgeRun(run);
      const word = `${judged.verdict} ${judged.run.activity}`;
      const changed = last?.word !== word;
      last = { updates: run.updates, at: now, word };
      if (draws) {
        const text = runToLiveText(judged, options);
        await stdout.write(wipe() + text);
        lines = text.split("\n").length - 1;
      } else if (changed && quiet !== true)
        await stderr.write(`update ${run.lastUpdate}: ${runToLine(judged, options)}`);
    },
    end: async () => {
      if (draws) await stdout.write(wipe());
      lines = 0;
    },
  };
}
