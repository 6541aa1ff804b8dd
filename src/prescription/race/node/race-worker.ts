/** The program of a worker thread that trains the networks of a race. */
import { workerData } from "node:worker_threads";
import { finish } from "../../../base/time-slicing.ts";
import { program } from "../../../parallel/node/program.ts";
import { type RaceJob, type RaceSetup, RaceTrack } from "../training.ts";

let track: RaceTrack | undefined;

export default program((job: RaceJob) => {
  track ??= new RaceTrack(workerData as RaceSetup);
  return finish(track.run(job));
});
