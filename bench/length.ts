import { createNetwork } from "../src/network/create.ts";
import { resolveTask } from "../src/tasks/index.ts";
import { Engine } from "../src/wasm/engine.ts";
import { MIB } from "../src/wasm/plan.ts";
import { shortest } from "./measure.ts";
import { BARE } from "./cases.ts";

/** The time of a step in a long sequence, and the additional time of recomputing from checkpoints. */
export interface LengthRow {
  readonly shape: (typeof SHAPES)[number];
  readonly steps: number;
  readonly checkpointed: boolean;
  readonly microsecondsPerStep: number;
  readonly mebibytes: number;
}

const SHAPES = [
  { B: 32, X: 16, H: 64 },
  { B: 1, X: 2, H: 64 },
] as const;
const STEPS = [1_000, 5_000, 20_000, 100_000] as const;
const WIDE = 3072 * MIB;
/** How often every state and checkpoints take turns. */
const TURNS = 5;

/** Passes of a tanh network over sequences of growing length, with every state stored and with checkpoints, in turns. */
export async function benchLength(): Promise<LengthRow[]> {
  const rows: LengthRow[] = [];
  for (const shape of SHAPES) {
    for (const steps of STEPS) rows.push(...(await lengthRows(shape, steps)));
  }
  return rows;
}

async function lengthRows(shape: (typeof SHAPES)[number], steps: number): Promise<LengthRow[]> {
  const { B, X, H } = shape;
  const batch = resolveTask({ name: "noise", steps, inputs: X }, { batch: B, seed: 1, kind: "recurrent" });
  const run = (memoryLimit: number) => {
    const spec = { kind: "recurrent", cell: "tanh", hidden: H, inputs: X, outputs: 1 } as const;
    const engine = new Engine(); // of its own: a limit holds for all plans of an engine
    const network = createNetwork(spec, { seed: 1, memoryLimit, engine });
    const loss = network.propagate(batch, BARE).loss as number;
    return { engine, network, loss, ms: [] as number[] };
  };
  const stored = run(WIDE);
  const checkpointed = run(stored.network.memoryBytes - 1); // with one byte less, the pass keeps checkpoints
  if (!Object.is(stored.loss, checkpointed.loss)) throw new Error(`T = ${steps}: checkpoints give another loss`);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { network, ms } of [stored, checkpointed]) {
      ms.push(await shortest(() => network.propagate(batch, BARE), { time: 100, warmup: 1 }));
    }
  }
  return [stored, checkpointed].map(({ engine, network, ms }, i) => {
    const mebibytes = network.memoryBytes / MIB;
    network.dispose();
    engine.dispose();
    return { shape, steps, checkpointed: i === 1, microsecondsPerStep: (1000 * Math.min(...ms)) / steps, mebibytes };
  });
}

/** A table for people. */
export function formatLengths(rows: readonly LengthRow[]): string {
  return SHAPES.map((shape) => {
    const lines = rows
      .filter((row) => row.shape === shape)
      .map(({ steps, checkpointed, microsecondsPerStep, mebibytes }) => {
        const kept = checkpointed ? "checkpoints" : "every state";
        return `T ${String(steps).padStart(7)}  ${kept}  ${microsecondsPerStep.toFixed(2).padStart(6)} µs a step  ${mebibytes.toFixed(0).padStart(5)} MiB`;
      });
    return [`Length (tanh, B ${shape.B} · X ${shape.X} · H ${shape.H})`, ...lines].join("\n");
  }).join("\n");
}
