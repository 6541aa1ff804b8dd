/** The program of a browser's worker. It measures the cells that it receives, one after the other. */
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellPlan, CellResult } from "../types.ts";

/** Messages of the worker: that it begins, so that its start does not count as the cell's time; then the result. */
export type Reply = { readonly begun: true } | { readonly result: CellResult } | { readonly failed: string };

const host = globalThis as unknown as {
  onmessage: (event: { readonly data: CellPlan }) => void;
  postMessage(reply: Reply): void;
};

host.onmessage = ({ data }) => {
  host.postMessage({ begun: true });
  try {
    host.postMessage({ result: measureCellAtOnce(data) });
  } catch (error) {
    host.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
};
