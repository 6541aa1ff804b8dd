import { CELL_TABLE, residualFacts } from "../catalogue/index.ts";
import type { Diagnosis } from "../diagnosis/index.ts";
import { hasDecoder } from "../spec/decoder.ts";
import { EvanesceError } from "../base/errors.ts";
import { type FeedforwardSpec, type NetworkSpec, parseSpec } from "../spec/index.ts";
import { normalizesPath } from "../spec/norms.ts";
import { layerBlocks } from "../spec/layer-blocks.ts";
import { patchedInEveryLayer } from "../spec/uniform.ts";
import { isBias, isOnPath, isRecurrentWeight, scalesHidden } from "../spec/parameter-groups.ts";
import type { Batch } from "../tasks/index.ts";
import { changesBetween, patchOf } from "./changes.ts";
import {
  type Altered,
  all,
  lastSteps,
  linearized,
  openCell,
  openHighway,
  readsNoState,
  scale,
  slopeOf,
} from "./alterations.ts";

/*
 * A knock-out replaces one factor of a network by a neutral one. Seed, batch and probe stay the same, and every
 * parameter with the same name and shape keeps its bits. Then the changed network runs forward and backward, and the
 * gain of its path is compared with that of the original network.
 *
 * The replacement also changes the forward states, and with them the other factors. There is one exception: φ' → 1 in a
 * network whose backward pass reads no forward state but φ' (no batch, layer or RMS norm, no highway, no gated cell).
 * There δ ← Wᵀ δ is exactly the backward pass without φ' over the original forward states.
 */

export interface KnockOutRow {
  readonly name: string;
  readonly causes: readonly string[];
  /** The replacement in words. */
  readonly what: (spec: NetworkSpec) => string;
  /** The altered network; null if the network does not have the factor. */
  readonly alter: (spec: NetworkSpec, batch: Batch) => Altered | null;
  /** Keys of a spec of which it needs one value in all layers. */
  readonly alters?: readonly string[];
  /** Nats that a diagnosis charges to it; by default the sum over its causes. */
  readonly charge?: (diagnosis: Diagnosis) => number;
}

/** The factors that can be replaced, one at a time. */
export const KNOCK_OUTS: readonly KnockOutRow[] = [
  {
    name: "derivative",
    causes: ["saturation", "small-derivatives", "dead-units"],
    alters: ["activation", "cell"],
    what: (spec) =>
      `φ′ → ${slopeOf(spec) === 1 ? "1" : "its root mean square with half of the units on"}, the weights as they are`,
    alter: (spec, batch) => {
      const linear = linearized(spec);
      if (linear === null) return null;
      const slope = slopeOf(spec);
      const free = readsNoState(spec);
      return {
        spec: linear,
        // If the backward pass reads no states, inputs of zero keep the linear forward pass from overflowing.
        ...(free ? { batch: { ...batch, inputs: new Float32Array(batch.inputs.length) } } : {}),
        keeps: all,
        edit: (network) => {
          for (const parameter of network.training.table) {
            if (free && isBias(parameter)) scale(network, parameter.name, 0);
            else if (slope !== 1 && isOnPath(parameter)) scale(network, parameter.name, slope);
          }
        },
      };
    },
  },
  {
    name: "weights",
    causes: ["weights", "hidden-route", "forward"],
    alters: ["activation", "cell"],
    what: (spec) => {
      const gain = 1 / slopeOf(spec);
      const law = spec.kind === "recurrent" ? CELL_TABLE[spec.cell].isometry : "orthogonal";
      return `W → ${law === "identity" ? "1 for every unit" : "orthogonal of the same shape"}${gain === 1 ? "" : `, × ${gain.toPrecision(3)} to make up for φ′`}`;
    },
    alter: (spec) => {
      const gain = 1 / slopeOf(spec);
      if (spec.kind === "feedforward") {
        const { sigmaW: _, ...init } = spec.init;
        return {
          spec: { ...spec, init: { ...init, weight: "orthogonal", gain, lsuv: false } } as FeedforwardSpec,
          keeps: (parameter) => !isOnPath(parameter),
        };
      }
      const { isometry: law } = CELL_TABLE[spec.cell];
      if (law === null) return null;
      return {
        spec: { ...spec, init: { ...spec.init, recurrent: law, gain } },
        keeps: (parameter) => !isOnPath(parameter),
      };
    },
  },
  {
    name: "gate",
    causes: ["closed-gate"],
    alters: ["cell", "hidden", "norm"],
    what: (spec) => (spec.kind === "feedforward" ? "carry gate → open" : "the gate that keeps the past → open"),
    alter: (spec) => {
      if (spec.kind === "feedforward")
        return residualFacts(spec.residual).join === "mixture" ? openHighway(spec) : null;
      return openCell(spec);
    },
  },
  {
    name: "normalisation",
    causes: ["normalisation"],
    what: () => "normalization → none, the weights as they are",
    alter: (spec) => (normalizesPath(spec) ? { spec: patchedInEveryLayer(spec, { norm: "none" }), keeps: all } : null),
  },
  {
    name: "branch",
    causes: ["residual-sum"],
    alters: ["cell"],
    what: () => "branches → 0: only the skip path is left",
    alter: (spec) => {
      if (spec.kind === "recurrent") {
        if (CELL_TABLE[spec.cell].addsToState !== true) return null;
        return {
          spec: { ...spec, init: { ...spec.init, recurrent: "zeros" } },
          keeps: (parameter) => !isRecurrentWeight(parameter),
        };
      }
      const joined = layerBlocks(spec).filter(({ residual }) => residual);
      if (joined.length === 0) return null;
      const lasts = new Set(joined.map(({ last }) => last));
      return {
        spec,
        keeps: all,
        edit: (network) => {
          for (const parameter of network.training.table) {
            if (lasts.has(parameter.layer) && scalesHidden(parameter)) scale(network, parameter.name, 0);
          }
        },
      };
    },
  },
  {
    name: "scale",
    causes: ["branch-scale"],
    what: () => "the branches' multiplier → 1",
    alter: (spec) => {
      if (spec.kind !== "feedforward" || residualFacts(spec.residual).branch === "one") return null;
      return { spec: { ...spec, residual: "identity" }, keeps: all };
    },
  },
  {
    name: "half",
    causes: ["depth", "length"],
    what: (spec) =>
      spec.kind === "feedforward" ? "half the path, the layers next to the input" : "half the path, the last steps",
    alter: (spec, batch) => {
      if (spec.kind === "recurrent") {
        if (hasDecoder(spec)) return null; // the last steps may be the decoder's alone
        const steps = Math.ceil((batch.steps as number) / 2);
        return steps < 2 ? null : { spec, batch: lastSteps(batch, steps), keeps: all };
      }
      const depth = Math.ceil(spec.depth / 2);
      if (depth < 2) return null;
      const width = typeof spec.width === "number" ? spec.width : spec.width.slice(0, depth);
      return { spec: { ...spec, depth, width }, keeps: all };
    },
    charge: ({ evidence }) => evidence.worst.gain / 2,
  },
];

/** The altered network; null if there is none, or if keys of its spec exclude each other. */
export function alteredBy(row: KnockOutRow, spec: NetworkSpec, batch: Batch): Altered | null {
  const altered = row.alter(spec, batch);
  if (altered === null) return null;
  const alike = patchedInEveryLayer(spec, patchOf(changesBetween(spec, altered.spec)));
  try {
    return { ...altered, spec: parseSpec(alike) };
  } catch (error) {
    if (error instanceof EvanesceError) return null;
    throw error;
  }
}

/** A cause is tested if a diagnosis gives it at least this share. */
export const LEAST_SHARE = 0.05;

/** Nats that a diagnosis charges to the causes of a knock-out; 0 if it names none of them. */
export function chargedNats({ causes, charge }: KnockOutRow, diagnosis: Diagnosis): number {
  if (charge !== undefined) return charge(diagnosis);
  const named = diagnosis.causes.filter(({ factor }) => causes.includes(factor));
  return named.reduce((sum, { nats }) => sum + nats, 0);
}
