/** The program of a browser's worker: it measures the cells it is sent, one after the other. */
import { measureCellAtOnce } from "../run-cell.ts";
import type { CellPlan, CellResult } from "../types.ts";

/** From the worker: that it begins, as its start is not the cell's time; then how the cell ended. */
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
