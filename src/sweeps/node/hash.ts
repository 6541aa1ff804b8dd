import { createHash } from "node:crypto";
import { canonical } from "../encode.ts";
import { RESULTS_VERSION } from "../results-version.ts";
import type { CellPlan } from "../types.ts";

/** SHA-256 of bytes, in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * What tells one cell's work from another's: the hash of everything its numbers depend on, and of the version of the
 * results. The id is not among it: a cell whose axis gets another name keeps its result.
 */
export function cellHash(cell: CellPlan): string {
  const { seed, network, task, data, batch, plan, lyapunov, coordinates, profile } = cell;
  const files = data?.map(({ option, sha256: hash }) => [option, hash]);
  const version = RESULTS_VERSION;
  return sha256(canonical({ version, seed, network, task, files, batch, plan, lyapunov, coordinates, profile }));
}
