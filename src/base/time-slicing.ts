import { InternalError } from "./errors.ts";

/*
 * Long work that a host may stop or report on is a generator: it pauses every few milliseconds, and returns its result.
 */

/** Numbers worked on between two pauses: some milliseconds. */
const SLICE = 65_536;

/** Runs `work` over stations 0 ≤ s < S of `width` numbers each, a slice at a time, pausing between slices. */
export function* inSlices(S: number, width: number, work: (from: number, to: number) => void): Generator<void, void> {
  const stations = Math.max(1, Math.floor(SLICE / width));
  for (let from = 0; from < S; from += stations) {
    work(from, Math.min(from + stations, S));
    yield;
  }
}

/** The time in ms after which units pause. */
const SLICE_MS = 10;

/**
 * Runs work on units 0 ≤ u < count, at most `most` of them in one call; so many should take about a millisecond, so
 * that a call lengthens a slice only a little. Yields the share done whenever `SLICE_MS` are over: short work has no
 * pause.
 */
export function* unitsInSlices(
  count: number,
  most: number,
  work: (from: number, to: number) => void,
): Generator<number, void> {
  let began = performance.now();
  for (let from = 0; from < count; ) {
    const to = Math.min(from + most, count);
    work(from, to);
    from = to;
    if (from === count || performance.now() - began < SLICE_MS) continue;
    yield from / count;
    began = performance.now();
  }
}

/** The value that work yields at a point where it must not be stopped. */
export const UNDIVIDED = Symbol("undivided");

/**
 * Runs `work` and returns its result. If the signal aborts between two of its parts, ends the work and returns
 * undefined; a pause that yields `UNDIVIDED` is no such place. Yields the promises that the work yields.
 */
export function* stoppable<Result>(
  work: Generator<unknown, Result>,
  signal: AbortSignal | undefined,
): Generator<Promise<void> | undefined, Result | undefined> {
  let ended = false;
  let undivided = false;
  try {
    for (;;) {
      if (signal?.aborted && !undivided) return undefined;
      const { done, value } = work.next();
      ended = done === true;
      undivided = value === UNDIVIDED;
      if (done) return value;
      yield value instanceof Promise ? value : undefined;
    }
  } finally {
    if (!ended) work.return(undefined as never);
  }
}

/**
 * Waits for a promise in work whose host awaits the promises that the work yields; returns its value.
 *
 * @throws what it rejects with
 */
export function* awaited<Result>(promise: Promise<Result>): Generator<Promise<void>, Result> {
  let outcome: { readonly value: Result } | { readonly error: unknown } | undefined;
  yield promise.then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  if (outcome === undefined) throw new InternalError("work went on before its promise was settled");
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

/** Runs a generator and returns its result, without its progress. */
export function* asPauses<Result>(work: Generator<unknown, Result>): Generator<undefined, Result> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    yield undefined;
  }
}

/** Runs work without pausing, and returns its result. */
export function finish<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
