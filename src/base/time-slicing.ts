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

/** What such work returns, run without pausing. */
export function finish<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
