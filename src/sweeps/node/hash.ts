import { createHash } from "node:crypto";
import { canonical } from "../encode.ts";
import { RESULTS_VERSION } from "../results-version.ts";
import type { CellPlan } from "../types.ts";

/** SHA-256 of bytes, in hexadecimal. */
export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/**
 * The hash of everything that the numbers of a cell depend on, with the version of the results. It identifies the work
 * of a cell. The id is not part of it, so a cell whose axis gets another name keeps its result.
 */
export function cellHash(cell: CellPlan): string {
  const { seed, network, task, data, weights, batch, plan, lyapunov, coordinates, profile } = cell;
  const files = data?.map(({ option, sha256: hash }) => [option, hash]);
  const version = RESULTS_VERSION;
  const own = { seed, network, task, files, weights: weights?.sha256, batch, plan, lyapunov, coordinates, profile };
  return sha256(canonical({ version, ...own }));
}
