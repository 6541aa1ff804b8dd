/** The program of a worker thread: it trains the networks it is given, one after the other. */
import { workerData } from "node:worker_threads";
import { finish } from "../../../base/time-slicing.ts";
import { type RaceJob, type RaceRun, type RaceSetup, RaceTrack } from "../training.ts";

let track: RaceTrack | undefined;

export default function run(job: RaceJob): RaceRun {
  track ??= new RaceTrack(workerData as RaceSetup);
  return finish(track.run(job));
}
