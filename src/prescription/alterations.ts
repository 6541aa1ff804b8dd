import {
  CELL_TABLE,
  gateOpening,
  isElmanCell,
  normalizesActivations,
  OPEN,
  residualFacts,
} from "../catalogue/index.ts";
import { slopeReference } from "../diagnosis/flow/reference.ts";
import type { Network } from "../network/create.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";

/*
 * What knock-outs are made of: specs with a factor left out, and edits of parameters.
 */

/** A network with one factor taken out. */
export interface Altered {
  readonly spec: NetworkSpec;
  /** The batch it runs on; the network's where left out. */
  readonly batch?: Batch;
  /** Whether the network's own value of a parameter is kept. */
  readonly keeps: (name: string) => boolean;
  /** Further changes, after the network's parameters were copied in. */
  readonly edit?: (network: Network) => void;
}

/** Keeps every parameter. */
export const all = () => true;

/** Copies the network's own parameters into an altered network, where it has them and keeps them. */
export function copyParameters(from: Network, to: Network, { keeps, edit }: Altered): void {
  const known = new Set(from.parameters.names);
  for (const name of to.parameters.names) {
    if (!known.has(name) || !keeps(name)) continue;
    if (String(from.parameters.shape(name)) === String(to.parameters.shape(name))) {
      to.parameters.set(name, from.parameters.get(name));
    }
  }
  edit?.(to);
}

/** The last `steps` of every sequence, with the losses that stand there. */
export function lastSteps(batch: Batch, steps: number): Batch {
  const { batch: B, inputSize: X, inputs, targets, lossAt } = batch;
  const T = batch.steps as number;
  const perStep = targets === undefined ? 0 : targets.length / T;
  return {
    ...batch,
    steps,
    inputs: inputs.subarray((T - steps) * B * X),
    ...(batch.tokens === undefined ? {} : { tokens: batch.tokens.subarray((T - steps) * B) }),
    ...(targets === undefined || lossAt === "last" ? {} : { targets: targets.subarray((T - steps) * perStep) }),
  };
}

/**
 * √E φ'² of a rectifier with half its units open, which its weights are expected to make up for; 1 of every bounded φ.
 */
export function slopeOf(spec: NetworkSpec): number {
  const reference = slopeReference({ spec } as Parameters<typeof slopeReference>[0]);
  return reference === null || reference.bounded ? 1 : Math.exp(reference.lnSlope);
}

/** The weights a gradient passes on its way from station to station. */
export const onPath = (name: string): boolean =>
  name.startsWith("rnn.weight_hh") || (/^layers\.\d+\.weight(_g)?$/.test(name) && !name.startsWith("layers.0."));

/** Multiplies a parameter in place. */
export function scale({ parameters }: Network, name: string, factor: number): void {
  parameters.set(
    name,
    parameters.get(name).map((value) => factor * value),
  );
}

/** φ(u) = u. */
const LINEAR = "identity";

/** The same network with φ the identity; null where it has no φ of its own, or none but the identity. */
export function linearized(spec: NetworkSpec): NetworkSpec | null {
  if (spec.kind === "feedforward") {
    const init = { ...spec.init, lsuv: false, gain: spec.init.gain === "auto" ? 1 : spec.init.gain };
    return spec.activation === LINEAR ? null : { ...spec, activation: LINEAR, init };
  }
  if (isElmanCell(spec.cell)) return spec.cell === LINEAR ? null : { ...spec, cell: LINEAR };
  if (CELL_TABLE[spec.cell].activation !== "option" || spec.cellOptions.activation === LINEAR) return null;
  return { ...spec, cellOptions: { ...spec.cellOptions, activation: LINEAR } };
}

/** Whether the backward pass of the linear network reads no forward state. */
export function readsNoState(spec: NetworkSpec): boolean {
  if (spec.kind === "recurrent") return spec.norm === "none";
  return !normalizesActivations(spec.norm) && residualFacts(spec.residual).join !== "mixture";
}

/** A highway network whose gates carry all: h_l = h_{l−1}. */
export function openHighway(spec: FeedforwardSpec): Altered {
  return {
    spec,
    keeps: all,
    edit: ({ parameters }) => {
      for (const name of parameters.names) {
        if (!name.startsWith("gates.")) continue;
        parameters.set(name, parameters.get(name).fill(name.endsWith("bias") ? -OPEN : 0));
      }
    },
  };
}

/** The same network with its carrying gate open; null where the cell has none. */
export function openCell(spec: RecurrentSpec): Altered | null {
  const opening = gateOpening(spec);
  if (opening === null) return null;
  return {
    spec: { ...spec, cellOptions: { ...spec.cellOptions, ...opening.options } },
    keeps: all,
    edit: ({ parameters }) => {
      for (const name of parameters.names) {
        for (const change of opening.parameters) {
          if (!name.startsWith(`rnn.${change.name}_l`)) continue;
          const [rows, columns = 1] = parameters.shape(name);
          const block = spec.hidden * columns; // numbers of one gate's rows
          if (rows * columns < change.to * block) continue;
          parameters.set(name, parameters.get(name).fill(change.value, change.from * block, change.to * block));
        }
      }
    },
  };
}
