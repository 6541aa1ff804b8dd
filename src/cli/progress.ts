import { significant } from "../words/numbers.ts";
import type { Sink } from "./context.ts";

/** A pass that is shorter than this shows no progress. */
const SILENT_MS = 500;
const EVERY_MS = 100;

/** Shows share, rate and remaining time on one line of a terminal. Writes nothing elsewhere. */
export interface Progress {
  /** @param note shown at the end of the line */
  update(share: number, note?: string): Promise<void>;
  /** Erases the line. */
  clear(): Promise<void>;
}

/**
 * @param total the number of `noun` of the whole pass
 * @param now a clock in ms
 */
export function createProgress(
  sink: Sink,
  { total, noun, quiet }: { total: number; noun: string; quiet: boolean | undefined },
  now: () => number = () => performance.now(),
): Progress {
  if (quiet === true || !sink.isTTY) return { update: async () => {}, clear: async () => {} };
  const start = now();
  let updatedAt = start + SILENT_MS - EVERY_MS;
  let visible = false;
  return {
    update: async (share, note) => {
      const time = now();
      if (time - updatedAt < EVERY_MS || share <= 0) return;
      updatedAt = time;
      visible = true;
      const elapsed = (time - start) / 1000;
      const rate = significant((share * total) / elapsed);
      const left = duration((elapsed * (1 - share)) / share);
      const percent = `${Math.floor(100 * share)}`.padStart(3);
      await sink.write(
        `\r\u001b[2K${percent} %  ${rate} ${noun}/s  ${left} left${note === undefined ? "" : `  ${note}`}`,
      );
    },
    clear: async () => {
      if (visible) await sink.write("\r\u001b[2K");
    },
  };
}

/** A duration in whole seconds, or in minutes and seconds from two minutes on. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
