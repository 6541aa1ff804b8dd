import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { diagnose } from "../../diagnosis/index.ts";
import { jsonText, resultFields } from "../../report/index.ts";
import type { ReadResult } from "../../report/pages.ts";
import { taskWithData } from "../../sweeps/node/data.ts";
import { cellHash } from "../../sweeps/node/hash.ts";
import { loadWeights, weightsOf } from "../../sweeps/node/weights.ts";
import { flowOfCell } from "../../sweeps/run-cell.ts";
import type { PlacedCell } from "../../sweeps/types.ts";
import { writeWhole } from "../files.ts";

/** Runs a cell's pass with every measurement that `evanesce propagate` shows. */
export async function wholeFlow(cell: PlacedCell, command: string | undefined): Promise<ReadResult> {
  await loadWeights(cell);
  const flow = flowOfCell(cell, taskWithData(cell), weightsOf(cell));
  return { schema: "evanesce.flow/1", result: { flow, diagnosis: diagnose(flow), extras: { command } } };
}

/**
 * Writes the whole flow of every cell into a folder, as JSON and as a page; files that are there already stay. Stops at
 * the signal.
 *
 * @param html where the map's page will stand
 * @returns the page of a cell by its id, as a link from the map's page
 */
export async function writeFlows(
  cells: readonly PlacedCell[],
  { folder, html, command, signal }: FlowFiles,
): Promise<(id: string) => string | undefined> {
  mkdirSync(folder, { recursive: true });
  const { pageOf, reportToHtml } = await import("../../report/pages.ts");
  const pages = new Map<string, string>();
  for (const cell of cells) {
    if (signal.aborted) break;
    const file = join(folder, cellHash(cell).slice(0, 16));
    if (!existsSync(`${file}.html`)) {
      const whole = await wholeFlow(cell, command && `${command} --cell '${cell.id.replaceAll("'", "'\\''")}'`);
      writeWhole(`${file}.json`, new TextEncoder().encode([...jsonText(resultFields(whole))].join("")));
      writeWhole(`${file}.html`, new TextEncoder().encode(reportToHtml(pageOf(whole))));
      await new Promise((resume) => setTimeout(resume, 0)); // a pause, in which Ctrl-C can stop the loop
    }
    const link = relative(dirname(html ?? "."), `${file}.html`);
    pages.set(cell.id, link.split(sep).map(encodeURIComponent).join("/"));
  }
  return (id) => pages.get(id);
}

interface FlowFiles {
  readonly folder: string;
  readonly html: string | undefined;
  readonly command: string | undefined;
  readonly signal: AbortSignal;
}
