import { onThisThread, type Runner, runJobs } from "../parallel/runner.ts";
import type { TaskInput } from "../tasks/index.ts";
import { measureCell, type Weights } from "./run-cell.ts";
import type { CellEnd, CellPlan, CellResult } from "./types.ts";

/** Computes cells. A cell is any job: a network of a sweep, a claim, a row of a study. */
export type CellRunner<Cell = CellPlan, Result = CellResult> = Runner<Cell, Result>;

/** The contents of a cell's files: its task with the data, and its initial parameters. */
export interface CellFiles {
  readonly task: TaskInput;
  readonly weights: Weights | undefined;
}

/** Measures cells on this thread, one at a time. */
export const inThread = (filesOf: (cell: CellPlan) => CellFiles, signal?: AbortSignal): CellRunner =>
  onThisThread((cell) => {
    const { task, weights } = filesOf(cell);
    return measureCell(cell, task, weights);
  }, signal);

/** A finished cell. */
export interface EndedCell<Result = CellResult> {
  readonly index: number;
  readonly end: CellEnd<Result>;
}

/** Runs cells as `runJobs` does. A cell that fails ends with the reason and does not affect the others. */
export async function* runCells<Cell, Result>(
  cells: readonly Cell[],
  runner: CellRunner<Cell, Result>,
  signal?: AbortSignal,
): AsyncGenerator<EndedCell<Result>, void> {
  for await (const { index, outcome } of runJobs(cells, runner, signal)) {
    yield { index, end: "error" in outcome ? { failed: messageOf(outcome.error) } : outcome };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
