/**
 * One pass on one thread and split over workers, in turns, so that both meet the same machine. First both must give the same bits, those that the
 * other groups hold against float64.
 */
import { createNetwork, type MeasureOptions } from "../src/network/create.ts";
import { resolveTask } from "../src/tasks/index.ts";
import { BARE, type Case, feedforwardCase, recurrentCase } from "./cases.ts";
import { FEEDFORWARD, feedforwardName, RECURRENT, recurrentName } from "./shapes.ts";
import { formatColumns } from "./table.ts";

/** Times of a split pass and of the whole pass in milliseconds: the shortest of many runs of each. */
export interface ThreadsRow {
  readonly what: string;
  readonly shape: string;
  readonly threads: number;
  readonly one: number;
  readonly split: number;
}

interface Work {
  readonly what: string;
  readonly shape: string;
  readonly make: () => Case;
  readonly options: MeasureOptions;
}

const large = RECURRENT.filter(({ B, H }) => B >= 32 && H >= 128);
const [classic] = large;

/** A task that needs memory and has a loss at every step, for which credit is made. */
function copyCase(): Case {
  const batch = resolveTask({ name: "copy", steps: 400 }, { batch: 32, seed: 1, kind: "recurrent" });
  const { inputSize: inputs, outputSize: outputs } = batch;
  return { network: createNetwork({ kind: "recurrent", hidden: 128 }, { seed: 1, inputs, outputs }), batch };
}

const WORK: readonly Work[] = [
  ...large.map((shape) => ({
    what: shape.cell,
    shape: recurrentName(shape),
    make: () => recurrentCase(createNetwork, shape),
    options: BARE,
  })),
  {
    what: "tanh, contributions",
    shape: recurrentName(classic),
    make: () => recurrentCase(createNetwork, classic),
    options: { ...BARE, contributions: true },
  },
  {
    what: "tanh, credit",
    shape: "B 32 · H 128, copy of 400 steps",
    make: copyCase,
    options: { ...BARE, credit: true },
  },
  {
    what: "mlp tanh, batch norm",
    shape: "B 256 · width 256 · depth 50",
    make: () => feedforwardCase(createNetwork, { B: 256, width: 256, depth: 50 }, undefined, "batch"),
    options: BARE,
  },
  ...[...FEEDFORWARD, { B: 256, width: 256, depth: 50 }].map((shape) => ({
    what: "mlp tanh",
    shape: feedforwardName(shape),
    make: () => feedforwardCase(createNetwork, shape),
    options: BARE,
  })),
];

/** Number of turns of the two, and the length of a turn in milliseconds. */
const TURNS = 2;
const TIME = 400;

export async function benchThreads(threads: number): Promise<ThreadsRow[]> {
  const rows: ThreadsRow[] = [];
  for (const { what, shape, make, options } of WORK) {
    const { network, batch } = make();
    const whole = () => network.propagate(batch, options);
    const split = () => network.propagateAsync(batch, { ...options, threads });
    const gradients = () => network.parameters.names.map((name) => network.gradients.get(name));
    const expected = [whole(), gradients()];
    requireSame(expected, [await split(), gradients()], what);
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [which, run] of [whole, split].entries()) {
        for (let i = 0; i < 3; i++) await run(); // a switch between the two may plan memory anew, and finds caches cold
        for (const end = performance.now() + TIME; performance.now() < end; ) {
          const start = performance.now();
          await run();
          least[which] = Math.min(least[which], performance.now() - start);
        }
      }
    }
    rows.push({ what, shape, threads, one: least[0], split: least[1] });
    network.dispose();
  }
  return rows;
}

/** @throws Error if a split pass has another result than the whole pass */
function requireSame(expected: unknown, got: unknown, what: string): void {
  const [a, b] = [expected, got].map((one) =>
    JSON.stringify(one, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array, String) : value)),
  );
  if (a !== b) throw new Error(`${what}: the split pass has other bits`);
}

/** A table for people, with one line for each row. */
export const formatThreads = (rows: readonly ThreadsRow[]): string =>
  formatColumns(
    ["split over workers", "shape", "workers", "one thread, ms", "split, ms", "ratio"],
    rows.map(({ what, shape, threads, one, split }) => [
      what,
      shape,
      String(threads),
      one.toPrecision(3),
      split.toPrecision(3),
      (one / split).toFixed(2),
    ]),
  );
