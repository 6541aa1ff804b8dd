/**
 * Whatever lives and is disposed of leaves nothing behind: WASM memory stays as it is, the heap flat, no worker remains. `npm run test:leaks` shows
 * it over ten thousand lives of each kind; a few hundred show the same leak, were there one.
 */
import { expect, it } from "vitest";
import { createNetwork, createTrainer, type Network } from "../src/index.ts";
import { poolOf } from "../src/parallel/pool.ts";
import { resolveTask } from "../src/tasks/index.ts";
import { Engine } from "../src/wasm/engine.ts";
import { heapBytes } from "./setup/heap.ts";

/** Bytes a life may leave in the heap: below any plan or network's, above the noise of a few hundred lives. */
const A_LIFE = 2000;
const NOISE = 1e6;

const recurrent = { kind: "recurrent", hidden: 2, inputs: 2, outputs: 1 } as const;
const deep = { kind: "feedforward", width: 2, depth: 2, inputs: 8, outputs: 10 } as const;
const sequence = resolveTask({ name: "adding", steps: 3 }, { batch: 2, seed: 1, kind: "recurrent" });
const wide = resolveTask({ name: "adding", steps: 3 }, { batch: 16, seed: 1, kind: "recurrent" });
const many = resolveTask({ name: "gaussian", inputs: 8 }, { batch: 16, seed: 1, kind: "feedforward" });
const points = resolveTask({ name: "gaussian", inputs: 8 }, { batch: 2, seed: 1, kind: "feedforward" });

const trained = (network: Network, batch: typeof points) => {
  const trainer = createTrainer(network, { optimizer: "adam" });
  trainer.step(batch);
  trainer.dispose();
};

interface Life {
  readonly name: string;
  readonly spec: typeof recurrent | typeof deep;
  readonly lives: number;
  readonly live: (network: Network) => unknown;
}

const LIVES: readonly Life[] = [
  { name: "a recurrent network", spec: recurrent, lives: 800, live: (network) => network.propagate(sequence) },
  { name: "a deep network", spec: deep, lives: 800, live: (network) => network.propagate(points) },
  { name: "a recurrent network's trainer", spec: recurrent, lives: 400, live: (net) => trained(net, sequence) },
  { name: "a deep network's trainer", spec: deep, lives: 400, live: (network) => trained(network, points) },
  {
    name: "a pass shared by two workers",
    spec: recurrent,
    lives: 400,
    live: (network) => network.propagateAsync(wide, { threads: 2, contributions: false }),
  },
  {
    name: "a deep network's pass shared by two workers",
    spec: deep,
    lives: 200,
    live: (network) => network.propagateAsync(many, { threads: 2 }),
  },
];

const asked = process.env.LIVES === undefined ? undefined : Number(process.env.LIVES);

it.each(LIVES)("$name", { timeout: 600_000 }, async ({ spec, lives, live }) => {
  const count = asked ?? lives;
  const engine = new Engine();
  const whole = async (seed: number) => {
    const network = createNetwork(spec, { seed, engine });
    network.on("pass", () => undefined);
    await live(network);
    network.dispose();
  };
  for (let i = 0; i < 200; i++) await whole(i);
  const memory = engine.memoryBytes;
  const heap = heapBytes();
  for (let i = 0; i < count; i++) await whole(i);
  expect(engine.memoryBytes).toBe(memory);
  expect(heapBytes() - heap).toBeLessThan(NOISE + A_LIFE * count * (asked === undefined ? 1 : 0.1));
  poolOf(engine.module).dispose();
});
