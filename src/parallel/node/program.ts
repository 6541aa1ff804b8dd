/** The message to a worker. */
export interface WorkerTask<Job> {
  readonly job: Job;
  /**
   * One number: the worker writes the time in ms at which it begins. Starting a worker does not count against the job's
   * time.
   */
  readonly begun: BigInt64Array;
}

/** The answer of a worker that did not die. It distinguishes an error that the job threw from the end of the worker. */
export type WorkerReply<Result> = { readonly result: Result } | { readonly thrown: unknown };

/**
 * The program of a worker thread, which its module exports as default. It does the jobs that it receives, one by one.
 */
export const program =
  <Job, Result>(work: (job: Job) => Result) =>
  ({ job, begun }: WorkerTask<Job>): WorkerReply<Result> => {
    Atomics.store(begun, 0, BigInt(Date.now()));
    try {
      return { result: work(job) };
    } catch (thrown) {
      return { thrown };
    }
  };
