import { count, significant } from "../../words/numbers.ts";
import type { CommandContext } from "../context.ts";
import { duration } from "../progress.ts";

/** Least milliseconds between two drawings. */
const EVERY_MS = 200;
const SHARE = 0.05;
/** Number of rows of a terminal, if it is not known. */
const USUAL_ROWS = 24;
const USUAL_COLUMNS = 80;
/** Most reasons of failures that are shown. */
const MOST_REASONS = 3;

/** A line for each of the most frequent reasons of failures, no longer than the terminal is wide. */
function failureLines(reasons: ReadonlyMap<string, number>, columns: number): string[] {
  const frequent = [...reasons].sort(([, a], [, b]) => b - a).slice(0, MOST_REASONS);
  return frequent.map(([reason, times]) =>
    `${count(times)} failed: ${reason.replace(/\s+/g, " ")}`.slice(0, columns - 1),
  );
}

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
  let [done, fresh, next, above] = [0, 0, start, 0];
  const reasons = new Map<string, number>();
  /** Moves to the first line of the drawing and erases everything from there. */
  const wipe = () => `${above === 0 ? "" : `\u001b[${above}A`}\r\u001b[J`;
  return {
    /** @param failure the reason why the cell failed */
    add: async (kept: boolean, failure: string | undefined) => {
      done++;
      if (!kept) fresh++;
      if (failure !== undefined) reasons.set(failure, (reasons.get(failure) ?? 0) + 1);
      const began = now();
      if (silent || (began < next && done < total)) return;
      const elapsed = (began - start) / 1000;
      const rate =
        fresh === 0
          ? ""
          : `  ${significant(fresh / elapsed, 2)} cells/s  ${duration(((total - done) * elapsed) / fresh)} left`;
      const failures = failureLines(reasons, stderr.columns ?? USUAL_COLUMNS);
      const drawn = drawing();
      const map = drawn.length + failures.length < (stderr.rows ?? USUAL_ROWS) ? drawn : [];
      const lines = [...map, ...failures];
      const text = [...lines, `${count(done)} of ${count(total)} cells${rate}`].join("\n");
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
