import { count, significant } from "../../words/numbers.ts";
import type { CommandContext } from "../context.ts";
import { duration } from "../progress.ts";

const EVERY_MS = 200;

/** One line on a terminal, rewritten in place: cells done, rate, time left, failures. Elsewhere nothing. */
export function createSweepProgress({ stderr }: CommandContext, total: number, quiet: boolean | undefined) {
  const silent = quiet === true || !stderr.isTTY;
  const start = performance.now();
  let [done, fresh, failed, shownAt] = [0, 0, 0, 0];
  return {
    add: async (kept: boolean, failure: boolean) => {
      done++;
      if (!kept) fresh++;
      if (failure) failed++;
      const now = performance.now();
      if (silent || (now - shownAt < EVERY_MS && done < total)) return;
      shownAt = now;
      const elapsed = (now - start) / 1000;
      const rate =
        fresh === 0
          ? ""
          : `  ${significant(fresh / elapsed, 2)} cells/s  ${duration(((total - done) * elapsed) / fresh)} left`;
      const failures = failed === 0 ? "" : `  ${count(failed)} failed`;
      await stderr.write(`\r\u001b[2K${count(done)} of ${count(total)} cells${rate}${failures}`);
    },
    clear: async () => {
      if (!silent) await stderr.write("\r\u001b[2K");
    },
  };
}
