import { threadPool } from "../../parallel/node/pool.ts";
import type { Runner } from "../../parallel/runner.ts";
import type { Claim } from "../types.ts";
import type { ClaimCell } from "./claim-worker.ts";

/** The worker's program: beside this file in the sources, and where the bundle puts it in the package. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./claim-worker.ts", import.meta.url)
  : new URL("../experiments/claim-worker.js", import.meta.url);

/** Worker threads that each judge one claim at a time. When the signal aborts, they stop in the middle of a claim. */
export const claimPool = (threads: number, signal?: AbortSignal): Runner<ClaimCell, Claim> =>
  threadPool({ threads, worker: WORKER, abandon: signal });
