import { onThisThread, type Runner } from "../../parallel/runner.ts";
import { type RaceJob, type RaceRun, type RaceSetup, RaceTrack } from "./training.ts";

/** Trains the networks of a race. */
export type RaceRunner = Runner<RaceJob, RaceRun>;

/** Trains on this thread, one network at a time. */
export function inThread(setup: RaceSetup, signal: AbortSignal | undefined): RaceRunner {
  const track = new RaceTrack(setup);
  return onThisThread((job) => track.run(job), signal);
}
