import { threadPool } from "../../parallel/node/pool.ts";
import { Abandoned, type Runner, WorkerLost } from "../../parallel/runner.ts";
import { PassBench, type PassJob, type PassResult, type PassSetup } from "../passes/bench.ts";
import { inThread as passesInThread, type PassRunner } from "../passes/runner.ts";
import { inThread as raceInThread, type RaceRunner } from "../race/runners.ts";
import type { RaceJob, RaceRun, RaceSetup } from "../race/training.ts";
import { verifyInThread, type VerifyJob, type VerifyRunner, type VerifySetup } from "../verify-training.ts";
import type { WorkerSetup } from "./worker.ts";

/** The worker's program: beside this file in the sources; in the package, where the bundle puts it. */
const WORKER = import.meta.url.endsWith(".ts")
  ? new URL("./worker.ts", import.meta.url)
  : new URL("../prescription/worker.js", import.meta.url);

interface PoolOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the reason each time a worker is lost and this thread does its job. */
  readonly onLost: (reason: string) => void;
  /** Another program for the workers. */
  readonly worker?: URL;
}

/**
 * Worker threads that each train one network at a time. This thread does the training of a worker that died or did not
 * start: the numbers are the same.
 */
export const racePool = (setup: RaceSetup, options: PoolOptions): RaceRunner =>
  helped<RaceJob, RaceRun>({ race: setup }, options, () => raceInThread(setup, options.signal), isLost);

/**
 * Worker threads that each run one pass at a time. This thread also does a pass that a worker refused: its error is
 * then thrown here, as it is.
 */
export const passPool = (setup: PassSetup, options: PoolOptions): PassRunner =>
  helped<PassJob, PassResult>(
    { passes: setup },
    options,
    () => passesInThread(new PassBench(setup), options.signal),
    (error) => !(error instanceof Abandoned),
  );

/** Worker threads that each train one network at a time. This thread also does a training that a worker refused. */
export const verifyPool = (setup: VerifySetup, options: PoolOptions): VerifyRunner =>
  helped<VerifyJob, number | null>(
    { verify: setup },
    options,
    () => verifyInThread(setup, options.signal),
    (error) => !(error instanceof Abandoned),
  );

const isLost = (error: unknown): boolean => error instanceof WorkerLost;

/** Workers; this thread does the jobs whose errors satisfy `isDoneHere`. */
function helped<Job, Result>(
  workerData: WorkerSetup,
  { threads, signal, onLost, worker = WORKER }: PoolOptions,
  thisThread: () => Runner<Job, Result>,
  isDoneHere: (error: unknown) => boolean,
): Runner<Job, Result> {
  const pool = threadPool<Job, Result>({ threads, worker, workerData, abandon: signal });
  let here: Runner<Job, Result> | undefined;
  return {
    ...pool,
    async run(job) {
      try {
        return await pool.run(job);
      } catch (error) {
        if (!isDoneHere(error)) throw error;
        if (error instanceof WorkerLost) onLost(error.message);
        here ??= thisThread();
        return here.run(job);
      }
    },
    async close() {
      await Promise.all([pool.close(), here?.close()]);
    },
  };
}
