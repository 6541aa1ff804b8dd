import { count, significant } from "../../words/numbers.ts";
import type { CommandContext } from "../context.ts";
import { duration } from "../progress.ts";

/** Milliseconds between two drawings, and the share of the time that drawing may take. */
const EVERY_MS = 200;
const SHARE = 0.05;
/** Rows of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

export interface SweepProgressOptions {
  /** Cells of the sweep. */
  readonly total: number;
  readonly quiet: boolean;
  /** The map as far as it is, in lines. */
  readonly drawing: () => readonly string[];
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * On a terminal the map as it fills, where it has the rows for it, and under it a line: cells done, rate, time left,
 * failures. Both are rewritten in place. Elsewhere nothing.
 */
export function createSweepProgress(
  { stderr }: Pick<CommandContext, "stderr">,
  { total, quiet, drawing, now = () => performance.now() }: SweepProgressOptions,
) {
  const silent = quiet || !stderr.isTTY;
  const start = now();
  let [done, fresh, failed, next, above] = [0, 0, 0, start, 0];
  /** To the first line of what stands there, and everything from there on wiped. */
  const wipe = () => `${above === 0 ? "" : `\u001b[${above}A`}\r\u001b[J`;
  return {
    add: async (kept: boolean, failure: boolean) => {
      done++;
      if (!kept) fresh++;
      if (failure) failed++;
      const began = now();
      if (silent || (began < next && done < total)) return;
      const elapsed = (began - start) / 1000;
      const rate =
        fresh === 0
          ? ""
          : `  ${significant(fresh / elapsed, 2)} cells/s  ${duration(((total - done) * elapsed) / fresh)} left`;
      const failures = failed === 0 ? "" : `  ${count(failed)} failed`;
      const drawn = drawing();
      const lines = drawn.length < (stderr.rows ?? USUAL_ROWS) ? drawn : [];
      const text = [...lines, `${count(done)} of ${count(total)} cells${rate}${failures}`].join("\n");
      await stderr.write(`${wipe()}${text}`);
      above = lines.length;
      next = began + Math.max(EVERY_MS, (now() - began) / SHARE);
    },
    clear: async () => {
      if (!silent) await stderr.write(wipe());
      above = 0;
    },
  };
}
