import { inTurns } from "../base/cooperative-work.ts";

/*
 * Jobs that plain data describe (a cell of a sweep, a claim, a short training), done by this thread or by others.
 */

/** Does jobs: on this thread, on worker threads, or by the workers of a queue. */
export interface Runner<Job, Result> {
  /** How many jobs it does at once. */
  readonly lanes: number;
  /** @throws an error whose message says why this job has no result; Abandoned if the signal stopped it */
  run(job: Job): Promise<Result>;
  /** Ends its workers. */
  close(): Promise<void>;
}

/** The signal stopped a job before its end: it has neither a result nor a failure. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

/** A worker ended before its job was done, or never started; the message says why. Another worker may do the job. */
export class WorkerLost extends Error {
  override readonly name = "WorkerLost";
}

/** Does one job at a time on this thread, with pauses for the event loop. */
export const onThisThread = <Job, Result>(
  work: (job: Job) => Generator<unknown, Result>,
  signal?: AbortSignal,
): Runner<Job, Result> => ({
  lanes: 1,
  async run(job) {
    try {
      return await inTurns(work(job), { signal });
    } catch (error) {
      throw signal?.aborted ? new Abandoned() : error;
    }
  },
  close: async () => {},
});

/** A job that has ended: its place among the jobs, and its result or the reason why it has none. */
export interface EndedJob<Result> {
  readonly index: number;
  readonly outcome: { readonly result: Result } | { readonly error: unknown };
}

/**
 * Does jobs, as many at once as the runner has lanes, and yields each when it ends. After the signal no job begins;
 * running jobs finish, or are abandoned, and an abandoned job yields nothing.
 */
export async function* runJobs<Job, Result>(
  jobs: readonly Job[],
  runner: Runner<Job, Result>,
  signal?: AbortSignal,
): AsyncGenerator<EndedJob<Result>, void> {
  const ended: EndedJob<Result>[] = [];
  let wake = () => {};
  let [next, running] = [0, 0];
  const start = (index: number) => {
    running++;
    const settle = (outcome?: EndedJob<Result>["outcome"]) => {
      running--;
      if (outcome !== undefined) ended.push({ index, outcome });
      wake();
    };
    runner.run(jobs[index]).then(
      (result) => settle({ result }),
      (error: unknown) => settle(error instanceof Abandoned ? undefined : { error }),
    );
  };
  for (;;) {
    // a single lane waits until the job that ended was read: its reader may stop the work there
    const mayStart = () => runner.lanes > 1 || ended.length === 0;
    while (!signal?.aborted && next < jobs.length && running < runner.lanes && mayStart()) start(next++);
    const first = ended.shift();
    if (first !== undefined) {
      yield first;
      continue;
    }
    if (running === 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
