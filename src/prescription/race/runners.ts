import { createPause } from "../../base/cooperative-work.ts";
import { type RaceJob, type RaceRun, type RaceSetup, RaceTrack } from "./training.ts";

/** Who trains: this thread, or worker threads. */
export interface Runner {
  /** Trainings at once. */
  readonly lanes: number;
  /** Rejects where the signal of the race has aborted. */
  run(job: RaceJob): Promise<RaceRun>;
  close(): Promise<void>;
}

/** Trains on this thread, in turns with its event loop. @throws the signal's reason (rejects) where it aborts */
export function inThread(setup: RaceSetup, signal: AbortSignal | undefined): Runner {
  const track = new RaceTrack(setup);
  const pause = createPause(signal);
  return {
    lanes: 1,
    async run(job) {
      const work = track.run(job);
      let ended = false;
      try {
        for (;;) {
          await pause();
          const { done, value } = work.next();
          if (!done) continue;
          ended = true;
          return value;
        }
      } finally {
        if (!ended) work.return(undefined as never);
      }
    },
    close: async () => {},
  };
}

/** A job that has ended. */
export interface Ended {
  readonly index: number;
  readonly run: RaceRun;
}

/** Runs jobs, as many at once as the runner has lanes, and yields each as it ends. */
export async function* asTheyEnd(jobs: readonly RaceJob[], { lanes, run }: Runner): AsyncGenerator<Ended, void> {
  const running = new Map<number, Promise<Ended>>();
  let next = 0;
  while (next < jobs.length || running.size > 0) {
    while (next < jobs.length && running.size < lanes) {
      const index = next++;
      running.set(
        index,
        run(jobs[index]).then((result) => ({ index, run: result })),
      );
    }
    const ended = await Promise.race(running.values());
    running.delete(ended.index);
    yield ended;
  }
}
