import { Bench } from "tinybench";

/** The time of the shortest of many runs in milliseconds, which is the least disturbed by other work. */
export async function shortest(run: () => void, { time = 1000, warmup = 3 } = {}): Promise<number> {
  for (let i = 0; i < warmup; i++) run();
  await new Promise((resolve) => setTimeout(resolve, 50)); // leaves the processor to V8's compiler
  const bench = new Bench({ time, iterations: 5, warmup: false });
  bench.add("run", run);
  const [task] = await bench.run();
  const result = task.result;
  if (!("latency" in result)) throw new Error("the benchmark did not run");
  return result.latency.min;
}

/** The same for asynchronous work. */
export async function shortestAsync(run: () => Promise<unknown>, { time = 1000, warmup = 3 } = {}): Promise<number> {
  for (let i = 0; i < warmup; i++) await run();
  let least = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + time; performance.now() < end; ) {
    const start = performance.now();
    await run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** ‖a − b‖/‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
