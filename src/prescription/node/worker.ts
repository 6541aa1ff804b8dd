/** The program of a worker thread that runs the passes of a prescription, or trains networks. */
import { workerData } from "node:worker_threads";
import { finish } from "../../base/time-slicing.ts";
import { program } from "../../parallel/node/program.ts";
import { PassBench, type PassJob, type PassSetup } from "../passes/bench.ts";
import { type RaceJob, type RaceSetup, RaceTrack } from "../race/training.ts";
import { trainOnce, type VerifyJob, type VerifySetup } from "../verify-training.ts";

/** Data that a worker gets once. */
export type WorkerSetup =
  | { readonly passes: PassSetup }
  | { readonly race: RaceSetup }
  | { readonly verify: VerifySetup };

let run: ((job: never) => unknown) | undefined;

function runnerOf(setup: WorkerSetup): (job: never) => unknown {
  if ("race" in setup) {
    const track = new RaceTrack(setup.race);
    return (job: RaceJob) => finish(track.run(job));
  }
  if ("verify" in setup) {
    const bench = new PassBench(setup.verify);
    return (job: VerifyJob) => finish(trainOnce(bench, setup.verify.oneBatch, job));
  }
  const bench = new PassBench(setup.passes);
  return (job: PassJob) => finish(bench.run(job));
}

export default program((job: never) => {
  run ??= runnerOf(workerData as WorkerSetup);
  return run(job);
});
