/*
 * Long work is a run: it reports its progress as it goes, obeys an AbortSignal, and has a result.
 */

/** Options of every long run. */
export interface RunOptions {
  /** Stops the run between two of its parts; the run then returns what it has so far. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of the asynchronous form of a synchronous call. None of them changes a bit of the result. */
export interface TurnOptions {
  /** Stops the work between two of its parts; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the share done, 0 … 1, as it grows. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * Work that reports its progress and has a result: iterate over it for the events, await `result` for the result.
 * Either one drives the run, and only once: to get the result alone, you need not iterate. Leaving a `for await` early
 * abandons the run, and `result` rejects.
 */
export interface Run<Event, Result> extends AsyncIterable<Event> {
  readonly result: Promise<Result>;
}

/**
 * A run gives its host's event loop a turn at the first pause after so many ms. A turn costs Node some microseconds, a
 * browser up to four milliseconds.
 */
const TURN_MS = typeof setImmediate === "function" ? 10 : 20;

/**
 * The work of a run: a generator that yields events (undefined: a pause without an event; a promise: a pause until it
 * is settled) and returns the result.
 */
export type Work<Event, Result> = Generator<Event | Promise<void> | undefined, Result>;
/** The same for work that waits for other threads. */
export type AsyncWork<Event, Result> = AsyncGenerator<Event | undefined, Result>;

/**
 * A run over `work`, or over what `work` loads. The host's event loop gets a turn between its events. It starts when it
 * is first iterated over or `result` is read.
 */
export function startRun<Event, Result>(
  work:
    | Work<Event, Result>
    | AsyncWork<Event, Result>
    | (() => Promise<Work<Event, Result> | AsyncWork<Event, Result>>),
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
        if (value instanceof Promise) await value;
        else if (value !== undefined) yield value as Event;
        if (performance.now() - turn >= TURN_MS) {
          await nextTurn();
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
    promise.catch(() => undefined); // the iterating code gets the failure there
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
 * Drives work on this thread, with pauses for the event loop. A number that it yields is the share done. The
 * generator's cleanup runs even if the work is stopped.
 *
 * @throws the signal's reason where it aborts
 */
export async function inTurns<Result>(
  parts: Generator<unknown, Result>,
  { signal, onProgress }: InTurnsOptions = {},
): Promise<Result> {
  const pause = createPause(signal);
  let ended = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = parts.next();
      if (next.done) {
        ended = true;
        return next.value;
      }
      if (typeof next.value === "number") await onProgress?.(next.value);
      await pause();
    }
  } finally {
    if (!ended) parts.return(undefined as never);
  }
}

/** As `TurnOptions`, for callers that need time to show the progress. */
interface InTurnsOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((share: number) => void | Promise<void>) | undefined;
}

/**
 * A function that long work calls between its parts: it gives the event loop a turn if the loop had none for some
 * milliseconds.
 *
 * @throws the signal's reason (rejects) where it has aborted
 */
export function createPause(signal?: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= TURN_MS) {
      await nextTurn();
      last = performance.now();
    }
    signal?.throwIfAborted();
  };
}

/** Resolves in the event loop's next turn. Node's `setImmediate` does not wait for a timer's millisecond. */
const nextTurn = () =>
  new Promise<void>((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
