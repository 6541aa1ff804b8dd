import { InternalError } from "../base/errors.ts";
import type { AsyncWork } from "../base/cooperative-work.ts";
import { runCells } from "../sweeps/run-cells.ts";
import type { CellEnd } from "../sweeps/types.ts";
import { choose, reportOf, type Settings } from "./judging.ts";
import { claimPool } from "./node/pool.ts";
import type { Claim, ClaimEvent, ClaimsReport } from "./types.ts";

/**
 * The work of `claims` on worker threads; each thread judges one claim at a time. Claims end in any order and are
 * reported in the order of the table. When the signal aborts, the claims in progress are abandoned.
 *
 * @throws InternalError if a worker ends before its claim is judged
 */
export async function* judgeOnThreads(settings: Settings, threads: number): AsyncWork<ClaimEvent, ClaimsReport> {
  const { only, size, seed, digits, signal } = settings;
  const chosen = choose(only);
  const count = chosen.length;
  const judged: Claim[] = [];
  const pool = claimPool(Math.min(threads, count), signal);
  const cells = chosen.map(({ id }) => ({ id, size, seed, digits }));
  const ends = new Map<number, CellEnd<Claim>>();
  try {
    if (count > 0 && !signal?.aborted) yield { event: "begin", id: chosen[0].id, index: 0, count };
    for await (const { index: ended, end } of runCells(cells, pool, signal)) {
      ends.set(ended, end);
      for (let end = ends.get(judged.length); end !== undefined; end = ends.get(judged.length)) {
        const index = judged.length;
        if (end.failed !== undefined) throw new InternalError(`${chosen[index].id}: ${end.failed}`);
        judged.push(end.result);
        yield { event: "judged", claim: end.result, index, count };
        if (index + 1 < count) yield { event: "begin", id: chosen[index + 1].id, index: index + 1, count };
      }
    }
  } finally {
    await pool.close();
  }
  return reportOf(settings, judged, judged.length < count ? "stopped" : "complete");
}
