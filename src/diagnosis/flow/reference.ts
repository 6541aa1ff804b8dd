import { activationFacts, type ActivationName, cellActivation } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { activation, steepestSlope } from "../../theory/activations.ts";
import { slopeSquare } from "../../theory/moments.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { CauseName } from "../types.ts";

/** What an activation's derivative costs when nothing is wrong. */
export interface SlopeReference {
  readonly name: ActivationName;
  /**
   * ½ ln E[φ'(√q z)²], z ~ N(0, 1), nats a station: at q = 1 or q → 0, whichever is less. A gate that takes more is not
   * in the range a sound network works in: from unit-variance pre-activations down to a signal that has almost died
   * out.
   */
  readonly lnSlope: number;
  /** ln sup |φ'|, at most 0: what a bounded activation takes where it is steepest. */
  readonly lnSteepest: number;
  /**
   * φ' falls towards 0 on both sides, so that larger weights cannot make up for it: they saturate it. For all others an
   * initialization is expected to make up for `lnSlope` (He 2015: √2 for ReLU), and what it fails to is the weights'
   * fault.
   */
  readonly bounded: boolean;
}

/**
 * Variance of a signal that has almost died out, where φ'(√q z) is φ'(0), or for a rectifier one of its two sides'
 * slopes.
 */
const FADED = 1e-8;
const known = new Map<string, SlopeReference>();

/** The reference of a flow's activation; null for gated cells, whose ledger has no gate entry. */
export function slopeReference({ spec }: GradientFlow): SlopeReference | null {
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

/** What even a careful initialization loses on a path. */
export interface CarefulLoss {
  /** In all, ≥ 0. */
  readonly nats: number;
  /** The factor that it shows up in; null: in all alike. */
  readonly bearer: CauseName | null;
}

/**
 * - A deep network of width n: max(0.02, 5/(4n)) nats a layer, at most 0.1: finite width, drawn anew at every layer.
 * - A recurrent one's weights are tied, and orthogonal ones lose nothing at any length. What is left, of a bounded
 *   activation, is curvature: under critical weights h² falls like 1/t (h' = h − h³/3 for tanh), and φ' = 1 − h² of it
 *   loses ln(length) in all.
 * - A gated cell's carrying gate can be opened for any length: a bias of ln(length) loses 1 nat in all (Tallec and
 *   Ollivier 2018).
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
