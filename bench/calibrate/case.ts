import {
  type Diagnosis,
  diagnose,
  type LossState,
  type PresetReport,
  type Verdict,
} from "../../src/diagnosis/index.ts";
import type { GradientFlow } from "../../src/flow/index.ts";
import { type CauseTruth, causeOf } from "./cause.ts";
import { KNOBS, offRange, type Trial, type TrueCause } from "./knobs.ts";
import { relabel } from "./labels.ts";
import { measure, type Measured } from "./measure.ts";
import { networkOf } from "./network.ts";
import { type Fault, grow, layerOf, type Plant } from "./plant.ts";
import { type Truth, truthOf } from "./truth.ts";

/** One judged plant: the truth, and our verdict. */
export interface Case {
  /** Index of the row. */
  readonly row: number;
  readonly seed: number;
  readonly truth: Truth & { readonly state: LossState | null; readonly cause: CauseTruth | null };
  readonly ours: {
    readonly verdict: Verdict;
    readonly state: LossState;
    readonly factor: string | null;
    readonly cause: string | null;
    readonly share: number;
    readonly stations: readonly [number, number];
    readonly gain: number;
  };
  /** For each other tool, the gravest of its alarms about the gradient or the units. */
  readonly presets: Readonly<Record<string, PresetVerdict>>;
  /** The layer in which a fault of one layer was planted. */
  readonly layer: number | null;
}

export type PresetVerdict = "vanishing" | "exploding" | "dead" | "healthy" | "other";

/** Makes the plant of a row and seed, measures it in float64, turns its knobs, and diagnoses it with the core. */
export function judgeCase(fault: Fault, row: number, seed: number): Case {
  const { plant, measured } = relabel(grow(fault, seed), fault);
  const truth = truthOf(measured);
  const flow = pass(plant);
  const judged = diagnose(flow);
  const top = judged.causes[0];
  return {
    row,
    seed,
    truth: { ...truth, state: stateOf(plant, measured, fault), cause: turnKnobs(plant, fault, truth, measured) },
    ours: {
      // the path's: the truth is of the path alone
      verdict: pathVerdict(judged),
      state: judged.state,
      factor: top?.factor ?? null,
      cause: top === undefined ? null : nameOf(top.factor, plant),
      share: top?.share ?? Number.NaN,
      stations: top?.stations ?? judged.stations,
      gain: judged.evidence.worst.gain,
    },
    presets: Object.fromEntries(judged.presets.map((report) => [report.system, presetVerdict(report)])),
    layer: plantedLayer(plant, fault),
  };
}

/** The state of the path, without other parts that block training. */
function pathVerdict({ verdict }: Diagnosis): Verdict {
  return verdict === "blocked" ? "healthy" : verdict;
}

/**
 * A tool's alarms as one verdict. Saturated units are taken for a vanishing gradient, which is what they cause; a tool that only judges
 * activations at the start says `other`. Alarms about steps need a learning rate, and are left out.
 */
function presetVerdict({ findings }: PresetReport): PresetVerdict {
  const found = (problem: string) => findings.some((finding) => finding.problem === problem);
  if (found("exploding")) return "exploding";
  if (found("vanishing")) return "vanishing";
  if (found("dead")) return "dead";
  if (found("saturated")) return "vanishing";
  return findings.some(({ quantity }) => quantity.startsWith("standard deviation")) ? "other" : "healthy";
}

function plantedLayer({ spec }: Plant, { edits = [] }: Fault): number | null {
  const placed = edits.find((edit) => "at" in edit && edit.at !== undefined && edit.edit !== "poison");
  if (placed === undefined || !("at" in placed) || spec.kind !== "feedforward") return null;
  return layerOf(placed.at as number, spec.depth);
}

function pass(plant: Plant): GradientFlow {
  const network = networkOf(plant);
  try {
    return network.propagate(plant.batch, { contributions: false });
  } finally {
    network.dispose();
  }
}

/** Our causes in the terms of the reversals. */
const NAMES: Readonly<Record<string, TrueCause>> = {
  weights: "weights",
  "hidden-route": "weights",
  saturation: "saturation",
  "dead-units": "dead units",
  "small-derivatives": "derivatives",
  "closed-gate": "closed gate",
  "residual-sum": "residual sum",
  depth: "path length",
  length: "path length",
  "nonfinite-value": "nonfinite value",
};

/** Unscaled inputs are what drives the units out of range: the reversal of the inputs is named after the units. */
const nameOf = (factor: string, plant: Plant): string =>
  factor === "input-scale" || factor === "sample-scale" ? offRange(plant) : (NAMES[factor] ?? factor);

function turnKnobs(plant: Plant, fault: Fault, truth: Truth, measured: Measured): CauseTruth | null {
  if (truth.verdict === "healthy" || fault.part === "realistic") return null;
  const gainOf = (turned: Plant) => farthest(measure(turned, 2), truth.verdict === "mixed");
  const trials: Trial[] = [];
  let careful = plant;
  for (const { name, level, turn, cause } of KNOBS) {
    if (level === "parameters") careful = turn(careful, fault) ?? careful;
    const turned = turn(plant, fault);
    if (turned === null) continue;
    trials.push({ knob: name, level, gain: gainOf(turned), cause: cause(plant, turned, truth.verdict) });
  }
  return causeOf(farthest(measured, truth.verdict === "mixed"), gainOf(careful), trials);
}

/** The gain farthest from 0 nats, of the batch or of any sample; NaN if the pass leaves float32. */
function farthest({ gains, samples, overflow }: Measured, ofSamples: boolean): number {
  if (overflow !== null) return Number.NaN;
  const all = ofSamples ? samples : [gains];
  return all
    .flatMap((row) => [...row])
    .reduce((most, gain) => (Math.abs(gain) > Math.abs(most) || Number.isNaN(gain) ? gain : most), 0);
}

/** The state of the loss from the labels, in float64; null for random labels, from which nothing can be learned. */
function stateOf({ batch }: Plant, { outputs, overflow }: Measured, { labels }: Fault): LossState | null {
  if (overflow !== null) return "nonfinite";
  if (batch.baseline === 0) return "constant-labels";
  const targets = batch.targets as Float32Array;
  const loss = outputs.reduce((sum, y, i) => sum + (y - targets[i]) ** 2, 0) / outputs.length;
  if (loss <= 0.01 * (batch.baseline as number)) return "converged";
  return labels === "plateau" ? "plateau" : null;
}
