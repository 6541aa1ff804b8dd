/**
 * `npm run bench:cores`: how a split recurrent pass would scale to 16 cores. The jobs of the pass run here, one after another, as a worker
 * runs them, and every part is timed: what the calling thread does before the jobs and behind them, its copies for each job, the job itself.
 * From the shortest times a schedule is computed: jobs go to free workers in their order, and the calling thread makes one copy at a time.
 * A last column says how much of the time on 16 cores the calling thread is busy: near 100 % more cores give nothing.
 */
import { finish } from "../src/base/time-slicing.ts";
import type { Call, Job } from "../src/parallel/job.ts";
import { RecurrentPass } from "../src/wasm/recurrent/pass.ts";
import { SplitPass } from "../src/wasm/recurrent/split.ts";
import { timeShape } from "../src/network/time-shape.ts";
import { createNetwork, type MeasureOptions } from "../src/network/create.ts";
import type { CoreExports } from "../src/wasm/generated/exports.ts";
import { DEFAULT_MEMORY_LIMIT, sharedEngine } from "../src/wasm/engine.ts";
import { outlineOf } from "../src/tasks/outline.ts";
import { BARE, recurrentCase } from "./cases.ts";
import { RECURRENT, recurrentName } from "./shapes.ts";
import { formatColumns } from "./table.ts";

const CORES = [1, 2, 4, 8, 16];
const TURNS = 5;
const engine = sharedEngine();

/** Milliseconds of work, and its result. */
function timed<Result>(work: () => Result): [ms: number, result: Result] {
  const start = performance.now();
  const result = work();
  return [performance.now() - start, result];
}

/** A worker in this thread: an instance of its own that answers jobs, as `src/parallel/program.ts` does. */
function worker() {
  const core = new WebAssembly.Instance(engine.module, {}).exports as unknown as CoreExports;
  const base = core.memory.buffer.byteLength;
  let key = "";
  const write = ({ at, data }: { readonly at: number; readonly data: ArrayBuffer }) =>
    new Uint8Array(core.memory.buffer, base + at, data.byteLength).set(new Uint8Array(data));
  return ({ setup, call, reads }: Job, writes: ReturnType<Job["writes"]>): ArrayBuffer[] => {
    const [name, ...operands] = call as Call; // a pass over steps has one
    if (setup.key !== key) {
      const missing = base + setup.bytes - core.memory.buffer.byteLength;
      if (missing > 0) core.memory.grow(Math.ceil(missing / 65536));
      setup.writes.forEach(write);
      key = setup.key;
    }
    writes.forEach(write);
    (core as unknown as Record<string, (...operands: readonly number[]) => void>)[name](...operands);
    return reads.map(({ at, bytes }) => core.memory.buffer.slice(base + at, base + at + bytes) as ArrayBuffer);
  };
}

/** The parts of a split pass in ms. */
interface Parts {
  readonly send: number[];
  readonly work: number[];
  readonly take: number[];
  end: number;
}

/** Milliseconds of the whole on n workers, and of them the calling thread's own. */
function schedule({ send, work, take, end }: Parts, n: number): { readonly whole: number; readonly busy: number } {
  const free = new Array<number>(n).fill(0);
  let main = 0;
  const done = work.map((ms, p) => {
    const w = free.indexOf(Math.min(...free));
    main = Math.max(main, free[w]) + send[p];
    free[w] = main + ms;
    return free[w];
  });
  take.forEach((ms, p) => {
    main = Math.max(main, done[p]) + ms;
  });
  const busy = [...send, ...take, end].reduce((sum, ms) => sum + ms, 0);
  return { whole: main + end, busy };
}

const WORK: readonly (readonly [string, MeasureOptions])[] = [
  ["bare", BARE],
  ["contributions", { ...BARE, contributions: true }],
];
const rows: string[][] = [];
for (const shape of RECURRENT.filter(({ B, H }) => B >= 32 && H >= 128)) {
  for (const [what, options] of WORK) {
    const { network, batch } = recurrentCase(createNetwork, { ...shape, B: 128 });
    const { spec, sizes } = network;
    if (spec.kind !== "recurrent") continue;
    const planned = {
      ...timeShape(spec, sizes, outlineOf(batch), options),
      keepDeltas: options.contributions === true,
    };
    const whole = finish(RecurrentPass.inParts(engine, planned, DEFAULT_MEMORY_LIMIT));
    whole.load(new Map(network.parameters.names.map((name) => [name, network.parameters.get(name)])));
    const split = new SplitPass(engine, whole, DEFAULT_MEMORY_LIMIT, `cores ${rows.length}`);
    const answer = worker();
    let best: Parts | undefined;
    for (let turn = 0; turn < TURNS; turn++) {
      const parts: Parts = { send: [], work: [], take: [], end: 0 };
      split.begin();
      split.jobs(batch).forEach((job, p) => {
        const [send, writes] = timed(job.writes);
        const [work, results] = timed(() => answer(job, writes));
        const [take] = timed(() => split.take(p, results));
        parts.send.push(send);
        parts.work.push(work);
        parts.take.push(take);
      });
      [parts.end] = timed(() => split.end());
      if (best === undefined || schedule(parts, 1).whole < schedule(best, 1).whole) best = parts;
      await new Promise((resolve) => setTimeout(resolve, 50)); // the compiler's threads finish
    }
    whole.dispose();
    network.dispose();
    const times = CORES.map((n) => schedule(best as Parts, n));
    const last = times[times.length - 1];
    rows.push([
      `${shape.cell}, ${what}`,
      recurrentName({ ...shape, B: 128 }),
      times[0].whole.toFixed(0),
      ...times.slice(1).map(({ whole: ms }) => `${(times[0].whole / ms).toFixed(2)} ×`),
      `${((100 * last.busy) / last.whole).toFixed(0)} %`,
    ]);
  }
}
console.log(
  formatColumns(["", "shape", "ms on 1", ...CORES.slice(1).map((n) => `on ${n}`), "calling thread"], rows, 2),
);
