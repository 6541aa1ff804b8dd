import { activationFacts, type ActivationName, cellActivation } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { activation, steepestSlope } from "../../theory/activations.ts";
import { slopeSquare } from "../../theory/moments.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { CauseName } from "../types.ts";

/** The nats that the derivative of an activation costs in a healthy network. */
export interface SlopeReference {
  readonly name: ActivationName;
  /**
   * ½ ln E[φ'(√q z)²], z ~ N(0, 1), in nats a station: the smaller of the values at q = 1 and q → 0. In a sound network
   * the variance q of the pre-activations lies between these two, so a `gate` entry below the reference shows a fault.
   */
  readonly lnSlope: number;
  /** ln sup |φ'|, at most 0: the entry of a bounded activation at its steepest point. */
  readonly lnSteepest: number;
  /**
   * Whether φ' falls toward 0 on both sides. Then larger weights cannot make up for it, because they saturate it. For
   * other activations the initialization should make up for `lnSlope` (He et al. 2015: √2 for ReLU); if it does not,
   * the weights are at fault.
   */
  readonly bounded: boolean;
}

/** Variance of a signal that has almost vanished. There φ'(√q z) is φ'(0), or one of the two slopes of a rectifier. */
const FADED = 1e-8;
const known = new Map<string, SlopeReference>();

/** The reference for the activation of a flow; null for gated cells, whose ledger has no entry `gate`. */
export function slopeReference({ spec }: GradientFlow): SlopeReference | null {
  // layers with different activations have no common reference
  if (spec.layerwise?.some((own) => "activation" in own || "cell" in own)) return null;
  const name = spec.kind === "recurrent" ? cellActivation(spec) : spec.activation;
  if (name === null) return null;
  let found = known.get(name);
  if (found === undefined) {
    found = {
      name,
      lnSlope: 0.5 * Math.log(Math.min(slopeSquare(name, 1), slopeSquare(name, FADED))),
      lnSteepest: Math.min(0, Math.log(steepestSlope(activation(name)))),
      bounded: activationFacts(name).saturates ?? false,
    };
    known.set(name, found);
  }
  return found;
}

/** The loss along a path that even a careful initialization has. */
export interface CarefulLoss {
  /** Of the whole path, ≥ 0. */
  readonly nats: number;
  /** The factor in which it appears; null if it appears in all factors alike. */
  readonly bearer: CauseName | null;
}

/**
 * - Deep network of width n: max(0.02, 5/(4n)) nats a layer, at most 0.1. The reason is the finite width.
 * - Recurrent network: all steps share one matrix, and an orthogonal matrix loses nothing at any length. A bounded
 *   activation still loses something by its curvature: under critical weights h² falls like 1/t (h' = h − h³/3 for
 *   tanh), and φ' = 1 − h² then loses ln(length) in all.
 * - Gated cell: its gate can be opened for any length. A bias of ln(length) loses 1 nat in all (Tallec and Ollivier
 *   2018).
 */
export function carefulLoss(flow: GradientFlow, stations: number): CarefulLoss {
  const { spec } = flow;
  if (spec.kind === "feedforward") {
    const { tolerance, toleranceMost } = THRESHOLDS;
    const width = typeof spec.width === "number" ? spec.width : Math.min(...spec.width);
    return { nats: stations * Math.min(Math.max(tolerance, 5 / (4 * width)), toleranceMost), bearer: null };
  }
  const reference = slopeReference(flow);
  if (reference === null) return { nats: 1, bearer: "closed-gate" };
  return { nats: reference.bounded ? Math.log(stations) : 0, bearer: "small-derivatives" };
}
