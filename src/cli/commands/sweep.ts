import { EvanesceError } from "../../base/errors.ts";
import { mapToDrawing } from "../../report/index.ts";
import { hostThreads } from "../../parallel/thread.ts";
import type { PlotInput } from "../../sweeps/map.ts";
import type { MapCell } from "../../sweeps/map-cell.ts";
import { mergeJournals } from "../../sweeps/node/merge.ts";
import { cellById, defaultPlot, phaseMap } from "../../sweeps/phase-map.ts";
import { rowOf, rowsToCsv } from "../../sweeps/rows.ts";
import { type RunnerOptions, runSweep, type SweptCell } from "../../sweeps/run-sweep.ts";
import type { PlacedCell } from "../../sweeps/types.ts";
import { count, counted, significant } from "../../words/numbers.ts";
import { command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { type CommandContext, Unfinished } from "../context.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples } from "../help.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { nothingLeft, type ValuesOf } from "../options/option.ts";
import { terminal, terminalOptions } from "../options/terminal.ts";
import { duration } from "../progress.ts";
import { type Presentation, showResult } from "../show-result.ts";
import { wholeFlow, writeFlows } from "../sweep/flows.ts";
import { estimate } from "../sweep/estimate.ts";
import { MAP, RUNNING, TABLES } from "../sweep/options.ts";
import { createSweepProgress } from "../sweep/progress.ts";
import { type PlannedMap, readMap } from "../sweep/read-map.ts";
import { statusText } from "../sweep/status.ts";

/** `evanesce sweep`: measures many networks over axes, keeps them in a journal, and draws a phase map. */
export const sweep = command({
  name: "sweep",
  summary: "Measure many networks over axes, on every core or on many machines, and draw the map.",
  argument: {
    name: "[MAP.json]",
    help: "a map with base, axes and replicates (see `evanesce schema map`); - for standard input",
  },
  options: { map: MAP, running: RUNNING, tables: TABLES, files: FILES, terminal: terminal("evanesce.map/1") },
  help: [
    `\nA journal keeps the result of every cell as it ends. A second run, or one after
Ctrl-C or a crash, runs only what is missing. The exit code is 3 where a cell
failed, and 130 after Ctrl-C.`,
    examples(
      ["evanesce sweep --preset poole-2016 --html map.html", "a published figure, with smaller networks"],
      ["evanesce sweep map.json --dry-run", "checks a map and prints how long it takes"],
      ["evanesce sweep map.json --plot x=init.gain,y=depth,value=gain", "draws other axes from the journal"],
      ["evanesce sweep map.json --queue redis://127.0.0.1:6379", "on the workers of `evanesce work`"],
      ["evanesce sweep map.json --shard 1/4", "a quarter of the cells"],
    ),
  ],
  run: async ({ argument, map: chosen, running, tables, ...output }, context) => {
    const { preset, dryRun, cell, plot, ...moreOfMap } = chosen;
    nothingLeft(moreOfMap);
    const { stdout } = context;
    const planned = await readMap(argument, preset);
    const path = running.journal ?? planned.journal;
    if (running.status) return stdout.write(statusText(path));
    if (!output.terminal.quiet) for (const note of planned.notes) await context.stderr.write(`${note}\n`);
    await requireFiles(output.files);
    if (cell !== undefined) return showCell(cellById(planned.cells, cell), output, context);
    if (dryRun) return stdout.write(planText(planned, threadsOf(running.threads)));
    for (const file of [tables.csv, tables.parquet]) if (file !== undefined) requireWritable(file);
    const drawn = { ...defaultPlot(planned.cells), ...planned.map.plot, ...plot } as PlotInput;
    const quiet = output.terminal.quiet === true || output.terminal.json === true;
    const options = terminalOptions(output.terminal, { ...context, stdout: context.stderr });
    const swept = await sweepAll(planned, running, path, quiet, context, (soFar) =>
      mapToDrawing(phaseMap(soFar, drawn, null), options),
    );
    const { flows, ...asTables } = tables;
    await writeTables(swept, asTables);
    const [command, { html }, { signal }] = [commandLine(context), output.files, context];
    const measured = swept.filter(({ end }) => end.result !== undefined).map(({ cell: one }) => one);
    const pages =
      flows === undefined ? undefined : await writeFlows(measured, { folder: flows, html, command, signal });
    const result = phaseMap(swept, drawn, planned.map.source ?? null, pages);
    await showResult({ schema: "evanesce.map/1", result, command }, output, context);
    if (swept.length < planned.cells.length) context.signal.throwIfAborted();
    requireWhole(swept);
  },
});

type Running = ValuesOf<typeof RUNNING>;

const threadsOf = (threads: number | "auto") => (threads === "auto" ? hostThreads() : threads);

/** Runs the cells that the journal does not hold. Returns all finished cells in the order of the map. */
async function sweepAll(
  { map, cells }: PlannedMap,
  running: Running,
  path: string,
  quiet: boolean,
  context: CommandContext,
  draw: (soFar: readonly MapCell[]) => readonly string[],
): Promise<SweptCell[]> {
  const { threads, timeLimit, journal, keep, retry, shard, merge, status, queue, priority, ...more } = running;
  nothingLeft(more);
  void status; // handled before
  if (!keep && journal !== undefined)
    throw new EvanesceError("--no-keep", "not together with --journal", journal, "leave out one of the two");
  const { stderr, signal } = context;
  if (merge !== undefined) {
    const taken = mergeJournals(path, merge);
    if (!quiet) await stderr.write(`${path}: took ${counted(taken, "result")} of other journals\n`);
  }
  const options: RunnerOptions = {
    ...{ signal, threads, timeLimit, shard, retry: retry === true },
    ...(keep ? { journal: path } : {}),
    ...(queue === undefined ? {} : { runner: await queueOf(queue, priority, signal) }),
  };
  const soFar: MapCell[] = cells.map((cell) => ({ cell, end: {} }));
  const progress = createSweepProgress(context, {
    total: shard === undefined ? cells.length : Math.ceil(cells.length / shard.of),
    quiet,
    drawing: () => draw(soFar),
  });
  const steps = runSweep(cells, map, options);
  const swept: SweptCell[] = [];
  for (;;) {
    const { done, value } = await steps.next();
    if (done) {
      await progress.clear();
      if (!quiet) for (const note of value) await stderr.write(`${note}\n`);
      return swept.sort((a, b) => a.index - b.index);
    }
    swept.push(value);
    soFar[value.index] = value;
    await progress.add(value.kept, value.end.failed);
  }
}

async function queueOf(url: string, priority: number, signal: AbortSignal): Promise<RunnerOptions["runner"]> {
  const { queueRunner } = await import("../../sweeps/node/queue/coordinator.ts");
  return (hashes) => queueRunner(hashes, { url, priority, signal });
}

/** The report of one cell. */
async function showCell(cell: PlacedCell, output: Presentation, context: CommandContext): Promise<void> {
  await showResult(await wholeFlow(cell, commandLine(context)), output, context);
}

/** The number of cells, time and memory of a map. */
function planText({ cells, map, where }: PlannedMap, threads: number): string {
  const { seconds, bytes } = estimate(cells, threads, () => performance.now());
  const trained = cells.filter(({ plan }) => plan !== undefined).length;
  return [
    `${where}: ${counted(cells.length, "cell")}, ${count(map.replicates)} for each place${trained > 0 ? `, ${count(trained)} of them trained` : ""}`,
    `  the first: ${cells[0].id}`,
    `  the last:  ${cells[cells.length - 1].id}`,
    `  about ${duration(seconds)} on ${counted(threads, "thread")}; the largest cell takes ${significant(bytes / 2 ** 20)} MiB`,
    "",
  ].join("\n");
}

async function writeTables(
  swept: readonly SweptCell[],
  { csv, parquet, ...more }: Omit<ValuesOf<typeof TABLES>, "flows">,
): Promise<void> {
  nothingLeft(more);
  if (csv === undefined && parquet === undefined) return;
  const rows = swept.map(rowOf);
  if (csv !== undefined) writeWhole(csv, new TextEncoder().encode(rowsToCsv(rows)));
  if (parquet !== undefined) {
    const { rowsToParquet } = await import("../../sweeps/node/parquet.ts");
    writeWhole(parquet, rowsToParquet(rows));
  }
}

/** @throws Unfinished, with the most frequent reason, if cells failed */
function requireWhole(swept: readonly SweptCell[]): void {
  const reasons = new Map<string, number>();
  for (const { end } of swept)
    if (end.failed !== undefined) reasons.set(end.failed, (reasons.get(end.failed) ?? 0) + 1);
  if (reasons.size === 0) return;
  const [[reason, times]] = [...reasons].sort(([, a], [, b]) => b - a);
  const all = [...reasons.values()].reduce((sum, each) => sum + each, 0);
  throw new Unfinished(`${counted(all, "cell")} failed, ${count(times)} of them: ${reason}; --retry runs them again`);
}
