/** Networks and batches of the timed shapes. The library is an argument everywhere, so two builds can be compared. */
import type { Batch, Network, NetworkInput } from "../src/index.ts";
import type { createNetwork } from "../src/network/create.ts";
import { random } from "../src/base/random.ts";
import type { Engine } from "../src/wasm/engine.ts";
import { type FEEDFORWARD, type RecurrentShape, STEPS } from "./shapes.ts";

/** Forward, backward, every weight gradient and the norm of every station; no probe, ledger, quantiles, contributions or statistics. */
export const BARE = {
  ledger: false,
  probe: false,
  contributions: false,
  quantiles: false,
  statistics: false,
} as const;

export interface Case {
  readonly network: Network;
  readonly batch: Batch;
}

type Create = typeof createNetwork;

/** A recurrent network on noise with one output and a squared error at the last step. */
export function recurrentCase(create: Create, { cell, B, X, H }: RecurrentShape, steps = STEPS, engine?: Engine): Case {
  const network = create({ kind: "recurrent", cell, hidden: H, inputs: X, outputs: 1 }, { seed: 1, engine });
  const stream = random(1, `bench/${cell}/${B}/${X}/${H}`);
  const inputs = Float32Array.from({ length: steps * B * X }, () => stream.normal());
  const targets = Float32Array.from({ length: B }, () => stream.normal());
  const batch: Batch = {
    name: "arrays",
    batch: B,
    steps,
    inputSize: X,
    outputSize: 1,
    inputs,
    targets,
    loss: "mse",
    lossAt: "last",
  };
  return { network, batch };
}

/** A deep tanh network on noise with ten classes. */
export function feedforwardCase(
  create: Create,
  { B, width, depth }: (typeof FEEDFORWARD)[number],
  engine?: Engine,
  norm: "none" | "batch" = "none",
): Case {
  const spec: NetworkInput = { kind: "feedforward", width, depth, inputs: width, outputs: 10, norm };
  const network = create(spec, { seed: 1, engine });
  const stream = random(1, `bench/mlp/${B}/${width}/${depth}`);
  const inputs = Float32Array.from({ length: B * width }, () => stream.normal());
  const targets = Int32Array.from({ length: B }, () => Math.floor(10 * stream.uniform()));
  const batch: Batch = {
    name: "arrays",
    batch: B,
    inputSize: width,
    outputSize: 10,
    inputs,
    targets,
    loss: "cross_entropy",
    lossAt: "last",
  };
  return { network, batch };
}
