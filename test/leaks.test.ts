/**
 * Networks that are used and disposed of leave nothing behind: WASM memory and the heap stay as they are, and no worker remains. `npm run test:leaks`
 * shows this over ten thousand networks of each kind; here a few hundred are made, which would show the same leak.
 */
import { expect, it } from "vitest";
import { createNetwork, createTrainer, type Network } from "../src/index.ts";
import { poolOf } from "../src/parallel/pool.ts";
import { resolveTask } from "../src/tasks/index.ts";
import { Engine } from "../src/wasm/engine.ts";
import { heapBytes } from "./setup/heap.ts";

/** Bytes that a network may leave in the heap: fewer than any plan or network has, more than the noise of a few hundred. */
const A_NETWORK = 2000;
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

interface Repeated {
  readonly name: string;
  readonly spec: typeof recurrent | typeof deep;
  readonly repeats: number;
  readonly use: (network: Network) => unknown;
}

const REPEATED: readonly Repeated[] = [
  { name: "a recurrent network", spec: recurrent, repeats: 800, use: (network) => network.propagate(sequence) },
  { name: "a deep network", spec: deep, repeats: 800, use: (network) => network.propagate(points) },
  { name: "a recurrent network's trainer", spec: recurrent, repeats: 400, use: (net) => trained(net, sequence) },
  { name: "a deep network's trainer", spec: deep, repeats: 400, use: (network) => trained(network, points) },
  {
    name: "a pass shared by two workers",
    spec: recurrent,
    repeats: 400,
    use: (network) => network.propagateAsync(wide, { threads: 2, contributions: false }),
  },
  {
    name: "a deep network's pass shared by two workers",
    spec: deep,
    repeats: 200,
    use: (network) => network.propagateAsync(many, { threads: 2 }),
  },
];

const asked = process.env.LIVES === undefined ? undefined : Number(process.env.LIVES);

it.each(REPEATED)("$name", { timeout: 600_000 }, async ({ spec, repeats, use }) => {
  const count = asked ?? repeats;
  const engine = new Engine();
  const whole = async (seed: number) => {
    const network = createNetwork(spec, { seed, engine });
    network.on("pass", () => undefined);
    await use(network);
    network.dispose();
  };
  for (let i = 0; i < 200; i++) await whole(i);
  const memory = engine.memoryBytes;
  const heap = heapBytes();
  for (let i = 0; i < count; i++) await whole(i);
  expect(engine.memoryBytes).toBe(memory);
  expect(heapBytes() - heap).toBeLessThan(NOISE + A_NETWORK * count * (asked === undefined ? 1 : 0.1));
  poolOf(engine.module).dispose();
});
