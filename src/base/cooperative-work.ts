/*
 * Long work is a run: it reports its progress as it goes, obeys an AbortSignal, and has a result.
 */

/** What every long run takes. */
export interface RunOptions {
  /** Stops the run between two of its parts: what was done is kept and returned. */
  readonly signal?: AbortSignal | undefined;
}

/** How an asynchronous form of a synchronous call goes about it. None of it changes a bit of the result. */
export interface TurnOptions {
  /** Rejects with the signal's reason between two parts of the work: half a result is none. */
  readonly signal?: AbortSignal | undefined;
  /** Told the share done, 0 … 1, as it grows. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Work that reports its progress and has a result: iterate over it for the events, await `result` for what they led to.
 * Either drives it, once: whoever only awaits the result need not iterate. Leaving a `for await` early abandons the
 * run, and `result` rejects.
 */
export interface Run<Event, Result> extends AsyncIterable<Event> {
  readonly result: Promise<Result>;
}

/** Longest time in ms a run keeps its host's event loop waiting. */
const TURN_MS = 20;

/** What a run does: it yields events (undefined: a pause without one) and returns its result. */
export type Work<Event, Result> = Generator<Event | undefined, Result>;
/** The same for work that waits for other threads. */
export type AsyncWork<Event, Result> = AsyncGenerator<Event | undefined, Result>;

/**
 * A run over `work`, or over what `work` loads. The host's event loop gets a turn between its events. It starts when it
 * is first iterated over or `result` is read.
 */
export function startRun<Event, Result>(
  work: Work<Event, Result> | AsyncWork<Event, Result> | (() => Promise<Work<Event, Result>>),
): Run<Event, Result> {
  const { promise, resolve, reject } = deferred<Result>();
  let driven = false;
  async function* drive(): AsyncGenerator<Event, void> {
    let settled = false;
    let steps: Work<Event, Result> | AsyncWork<Event, Result> | undefined;
    try {
      steps = typeof work === "function" ? await work() : work;
      let turn = performance.now();
      for (;;) {
        const next = steps.next();
        const { done, value } = next instanceof Promise ? await next : next;
        if (done) {
          settled = true;
          resolve(value);
          return;
        }
        if (value !== undefined) yield value;
        if (performance.now() - turn >= TURN_MS) {
          await new Promise((next) => setTimeout(next, 0));
          turn = performance.now();
        }
      }
    } catch (error) {
      settled = true;
      reject(error);
      throw error;
    } finally {
      if (!settled) {
        await steps?.return(undefined as Result);
        reject(new Error("the run was left before its end"));
      }
    }
  }
  const once = (): AsyncGenerator<Event, void> => {
    if (driven) throw new Error("a run is driven once: iterate over it, or await its result");
    driven = true;
    promise.catch(() => undefined); // whoever iterates hears of a failure there
    return drive();
  };
  return {
    [Symbol.asyncIterator]: once,
    get result() {
      if (!driven) {
        const events = once();
        void (async () => {
          for await (const _ of events);
        })().catch(() => undefined);
      }
      return promise;
    },
  };
}

/**
 * Drives work that yields the share done on this thread, the event loop taking turns with it. `parts` ends with its
 * cleanup, stopped or not.
 */
export async function inTurns<Result>(
  parts: Generator<number, Result>,
  { signal, onProgress }: TurnOptions,
): Promise<Result> {
  function* work(): Generator<number, Result> {
    let done = false;
    try {
      for (;;) {
        signal?.throwIfAborted();
        const next = parts.next();
        done = next.done === true;
        if (next.done) return next.value;
        yield next.value;
      }
    } finally {
      if (!done) parts.return(undefined as never);
    }
  }
  const run = startRun(work());
  if (onProgress === undefined) return run.result;
  for await (const share of run) onProgress(share);
  return run.result;
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
