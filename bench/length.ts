import { createNetwork } from "../src/network/create.ts";
import { resolveTask } from "../src/tasks/index.ts";
import { MIB } from "../src/wasm/plan.ts";
import { shortest } from "./measure.ts";
import { BARE } from "./cases.ts";

/** The time of a step in a long sequence, and the additional time of recomputing from checkpoints. */
export interface LengthRow {
  readonly steps: number;
  readonly checkpointed: boolean;
  readonly microsecondsPerStep: number;
  readonly mebibytes: number;
}

const SHAPE = { B: 32, X: 16, H: 64 } as const;
const STEPS = [1_000, 5_000, 20_000, 100_000] as const;
const WIDE = 3072 * MIB;

/** Passes of one tanh network over sequences of growing length, with every state stored and with checkpoints. */
export async function benchLength(): Promise<LengthRow[]> {
  const rows: LengthRow[] = [];
  for (const steps of STEPS) {
    const batch = resolveTask(
      { name: "noise", steps, inputs: SHAPE.X },
      { batch: SHAPE.B, seed: 1, kind: "recurrent" },
    );
    let whole = 0; // bytes for all states; with one byte less, the pass keeps checkpoints
    const losses: number[] = [];
    for (const checkpointed of [false, true]) {
      const memoryLimit = checkpointed ? whole - 1 : WIDE;
      const network = createNetwork(
        { kind: "recurrent", cell: "tanh", hidden: SHAPE.H, inputs: SHAPE.X, outputs: 1 },
        { seed: 1, memoryLimit },
      );
      losses.push(network.propagate(batch, BARE).loss as number);
      const milliseconds = await shortest(() => network.propagate(batch, BARE), { time: 200, warmup: 1 });
      if (!checkpointed) whole = network.memoryBytes;
      rows.push({
        steps,
        checkpointed,
        microsecondsPerStep: (1000 * milliseconds) / steps,
        mebibytes: network.memoryBytes / MIB,
      });
      network.dispose();
    }
    if (!Object.is(losses[0], losses[1])) throw new Error(`T = ${steps}: the checkpointed pass has another loss`);
  }
  return rows;
}

/** A table for people. */
export function formatLengths(rows: readonly LengthRow[]): string {
  const { B, X, H } = SHAPE;
  const lines = rows.map(({ steps, checkpointed, microsecondsPerStep, mebibytes }) => {
    const stored = checkpointed ? "checkpoints" : "every state";
    return `T ${String(steps).padStart(7)}  ${stored}  ${microsecondsPerStep.toFixed(1).padStart(6)} µs a step  ${mebibytes.toFixed(0).padStart(5)} MiB`;
  });
  return [`Length (tanh, B ${B} · X ${X} · H ${H})`, ...lines].join("\n");
}
