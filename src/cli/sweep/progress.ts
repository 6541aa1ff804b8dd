import { count, significant } from "../../words/numbers.ts";
import type { CommandContext } from "../context.ts";
import { duration } from "../progress.ts";

/** Least milliseconds between two drawings. */
const EVERY_MS = 200;
const SHARE = 0.05;
/** Number of rows of a terminal, if it is not known. */
const USUAL_ROWS = 24;

export interface SweepProgressOptions {
  /** Number of cells of the sweep. */
  readonly total: number;
  readonly quiet: boolean;
  /** The lines of the map so far. */
  readonly drawing: () => readonly string[];
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/**
 * Shows, on a terminal, the map while it fills (if it has enough rows) and a line with the finished cells, the rate,
 * the time left and the failures. Both are drawn again in place. Writes nothing elsewhere.
 */
export function createSweepProgress(
  { stderr }: Pick<CommandContext, "stderr">,
  { total, quiet, drawing, now = () => performance.now() }: SweepProgressOptions,
) {
  const silent = quiet || !stderr.isTTY;
  const start = now();
  let [done, fresh, failed, next, above] = [0, 0, 0, start, 0];
  /** Moves to the first line of the drawing and erases everything from there. */
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
