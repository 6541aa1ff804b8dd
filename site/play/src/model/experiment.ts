import { type Diagnosis, diagnose } from "../../../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../../../src/flow/index.ts";
import { sizesFrom } from "../../../../src/network/fitting.ts";
import { createNetwork, type Network } from "../../../../src/network/create.ts";
import { parseSpec } from "../../../../src/spec/index.ts";
import type { NetworkInput } from "../../../../src/spec/index.ts";
import { type Batch, prepareTask, type Sampler } from "../../../../src/tasks/index.ts";

/** Everything on which a measurement depends: plain data, so an address can hold it. */
export interface Experiment {
  readonly network: NetworkInput;
  readonly task: TaskChoice;
  /** B. */
  readonly batch: number;
  readonly seed: number;
  readonly edits: Edits;
}

export interface TaskChoice {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** Changes of the data and of the network's initial values: faults that the visitor finds and mends. */
export interface Edits {
  /** The first input column is multiplied by it. */
  readonly inputScale?: number;
  /** `same`: every sample has the first sample's label. */
  readonly labels?: "given" | "same";
  /** The bias of every unit of the first layer, in place of the drawn one; deep networks only. */
  readonly firstBias?: number;
}

/** The result of one pass. */
export interface Measured {
  readonly flow: GradientFlow;
  readonly diagnosis: Diagnosis;
}

/** Weights of a file, by name. */
export type Weights = Readonly<Record<string, ArrayLike<number>>>;

/** A network, and the batch on which it is measured. The caller disposes of the network. */
export interface DrawnNetwork {
  readonly network: Network;
  readonly batch: Batch;
}

/** The task of an experiment as a sampler, its faults included. @throws EvanesceError */
export function samplerOf({ task, network, edits }: Experiment, data?: Uint8Array): Sampler {
  const sampler = prepareTask(data === undefined ? task : { ...task, bytes: data }, network.kind);
  return Object.assign((context: Parameters<Sampler>[0]) => edited(sampler(context), edits), {
    outline: sampler.outline,
    ...(sampler.data === undefined
      ? {}
      : { data: { ...sampler.data, batch: (rows: ArrayLike<number>) => edited(sampler.data!.batch(rows), edits) } }),
  });
}

/** @throws EvanesceError that names the field that breaks a rule */
export function drawNetwork(experiment: Experiment, { data, weights }: Own = {}): DrawnNetwork {
  const { batch: B, seed, edits } = experiment;
  const batch = samplerOf(experiment, data)({ batch: B, seed });
  const network = createNetwork(experiment.network, { seed, ...sizesFrom(batch) });
  setByHand(network, edits, weights);
  return { network, batch };
}

/** Gives a network the weights of a file, and the first layer its planted bias. */
export function setByHand(network: Network, { firstBias }: Edits, weights: Weights = {}): void {
  for (const [name, values] of Object.entries(weights)) network.parameters.set(name, values);
  if (firstBias === undefined || network.spec.kind !== "feedforward") return;
  const [units] = network.parameters.shape("layers.0.bias");
  network.parameters.set("layers.0.bias", new Float32Array(units).fill(firstBias));
}

/** The visitor's own data and weights, which an address cannot hold. */
export interface Own {
  readonly data?: Uint8Array | undefined;
  readonly weights?: Weights | undefined;
}

/** The measurements of a pass of the page. */
export const PASS = { contributions: false } as const;

/** One pass and its diagnosis. */
export function measure({ network, batch }: DrawnNetwork): Measured {
  const flow = network.propagate(batch, PASS);
  return { flow, diagnosis: diagnose(flow) };
}

/** Draws a network, measures one pass, and disposes of the network. @throws EvanesceError */
export function measureOnce(experiment: Experiment, own?: Own): Measured {
  const drawn = drawNetwork(experiment, own);
  try {
    return measure(drawn);
  } finally {
    drawn.network.dispose();
  }
}

/** An experiment whose network is filled in and checked. @throws EvanesceError */
export const checked = (experiment: Experiment): Experiment => ({
  ...experiment,
  network: parseSpec(experiment.network),
});

/** The batch with the faults of `edits`. */
function edited(batch: Batch, { inputScale = 1, labels = "given" }: Edits): Batch {
  const scaled = inputScale === 1 ? batch : { ...batch, inputs: withFirstColumn(batch, inputScale) };
  return labels === "same" ? withOneLabel(scaled) : scaled;
}

function withFirstColumn({ inputs, inputSize: X }: Batch, factor: number): Float32Array {
  const values = Float32Array.from(inputs);
  for (let i = 0; i < values.length; i += X) values[i] *= factor;
  return values;
}

/** Every sample's target is the first one's: the best constant answer is always right. */
function withOneLabel(batch: Batch): Batch {
  const { targets, batch: B, steps, lossAt } = batch;
  if (targets === undefined) return batch;
  const rows = lossAt === "every" ? B * (steps ?? 1) : B;
  const each = targets.length / rows;
  const same = targets.slice() as typeof targets;
  for (let i = each; i < same.length; i++) same[i] = same[i % each];
  return { ...batch, targets: same, baseline: 0 };
}
