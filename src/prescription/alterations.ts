import { CELL_TABLE, gateOpening, isElmanCell, OPEN, residualFacts } from "../catalogue/index.ts";
import { slopeReference } from "../diagnosis/flow/reference.ts";
import type { Network } from "../network/create.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../spec/index.ts";
import { normalizesPath } from "../spec/norms.ts";
import type { Group } from "../spec/parameter-groups.ts";
import type { Batch } from "../tasks/index.ts";

/*
 * The parts of knock-outs: specs with one factor left out, and edits of parameters.
 */

/** A network with one factor taken out. */
export interface Altered {
  readonly spec: NetworkSpec;
  /** The batch on which it runs; by default that of the network. */
  readonly batch?: Batch;
  /** The parameters that keep the value of the network. */
  readonly keeps: Group;
  /** Further changes after the network's parameters were copied. */
  readonly edit?: (network: Network) => void;
}

/** Keeps every parameter. */
export const all = () => true;

/** Copies the parameters of a network into an altered network that has and keeps them. */
export function copyParameters(from: Network, to: Network, { keeps, edit }: Altered): void {
  const known = new Set(from.parameters.names);
  for (const parameter of to.training.table) {
    const { name } = parameter;
    if (!known.has(name) || !keeps(parameter)) continue;
    if (String(from.parameters.shape(name)) === String(to.parameters.shape(name))) {
      to.parameters.set(name, from.parameters.get(name));
    }
  }
  edit?.(to);
}

/** The last `steps` of every sequence, with their losses. */
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
 * √E φ'² of a rectifier with half of its units on, for which the weights should make up; 1 for every bounded φ.
 */
export function slopeOf(spec: NetworkSpec): number {
  const reference = slopeReference({ spec } as Parameters<typeof slopeReference>[0]);
  return reference === null || reference.bounded ? 1 : Math.exp(reference.lnSlope);
}

/** Multiplies a parameter in place. */
export function scale({ parameters }: Network, name: string, factor: number): void {
  parameters.set(
    name,
    parameters.get(name).map((value) => factor * value),
  );
}

/** φ(u) = u. */
const LINEAR = "identity";

/** The same network with φ(u) = u; null if it has no φ, or if its φ is already the identity. */
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
  if (normalizesPath(spec)) return false;
  return spec.kind === "recurrent" || residualFacts(spec.residual).join !== "mixture";
}

/** A highway network whose gates carry everything: h_l = h_{l−1}. */
export function openHighway(spec: FeedforwardSpec): Altered {
  return {
    spec,
    keeps: all,
    edit: ({ parameters, training: { table } }) => {
      for (const { name, place } of table) {
        if (place.module !== "gates") continue;
        parameters.set(name, parameters.get(name).fill(place.part === "bias" ? -OPEN : 0));
      }
    },
  };
}

/** The same network with the gate that carries the past open; null if the cell has no such gate. */
export function openCell(spec: RecurrentSpec): Altered | null {
  const opening = gateOpening(spec);
  if (opening === null) return null;
  return {
    spec: { ...spec, cellOptions: { ...spec.cellOptions, ...opening.options } },
    keeps: all,
    edit: ({ parameters, training: { table } }) => {
      for (const { name, place, shape } of table) {
        for (const change of opening.parameters) {
          if (place.module !== "rnn" || place.leaf !== change.name) continue;
          const [rows, columns = 1] = shape;
          const block = spec.hidden * columns; // size of the rows of one gate
          if (rows * columns < change.to * block) continue;
          parameters.set(name, parameters.get(name).fill(change.value, change.from * block, change.to * block));
        }
      }
    },
  };
}
