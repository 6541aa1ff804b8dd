import { ELMAN_CELLS } from "../../../../src/catalogue/index.ts";
import { activation, meanSquare, slopeSquare, WEIGHT_LAWS } from "../../../../src/theory/index.ts";
import type { ActivationName } from "../../../../src/catalogue/index.ts";
import { biasSpreadOf, gainOf } from "./controls/changes.ts";
import type { Whole } from "./controls/control.ts";
import type { Experiment } from "./experiment.ts";
import { merged } from "./merge-patch.ts";

/** A point of the plane of initial weights. */
export interface Place {
  readonly sigmaW: number;
  readonly sigmaB: number;
}

/** The largest values of the plane. */
export const PLANE = { sigmaW: 3, sigmaB: 3 } as const;

/** The activation whose plane it is; null for a network that has none: gates, shortcuts and norms move the line. */
export function planeOf({ network }: Whole): ActivationName | null {
  if (network.kind === "recurrent") {
    const plain = (ELMAN_CELLS as readonly string[]).includes(network.cell) && network.norm === "none";
    return plain ? (network.cell as ActivationName) : null;
  }
  return network.norm === "none" && network.residual === "none" ? network.activation : null;
}

/** The point of an experiment; null if its weights have no σ_w. */
export function placeOf(experiment: Whole): Place | null {
  const { network } = experiment;
  const law = WEIGHT_LAWS[network.kind === "recurrent" ? network.init.recurrent : network.init.weight];
  const n = network.kind === "recurrent" ? network.hidden : Number(network.width);
  const variance = law.sigmaW2(n, n, n);
  if (variance === null) return null;
  return { sigmaW: Math.sqrt(variance) * Math.abs(gainOf(experiment)), sigmaB: biasSpreadOf(experiment) };
}

/** The experiment with Gaussian first weights and biases of these spreads. */
export function movedTo(experiment: Whole, { sigmaW, sigmaB }: Place): Experiment {
  const law = experiment.network.kind === "recurrent" ? { recurrent: "gaussian" } : { weight: "gaussian" };
  const gain = Number(sigmaW.toFixed(3));
  const biasStd = Number(sigmaB.toFixed(3));
  const patch = { constraint: null, init: { ...law, gain, biasStd, sigmaW: null, sigmaB: null, lsuv: null } };
  const { network } = experiment;
  return { ...experiment, network: merged(network, patch) as Experiment["network"] };
}

/**
 * The line between order and chaos, where a gradient keeps its length: χ₁ = σ_w² E φ'² = 1 at a fixed point q of the
 * length map. One point for each q (Hayou et al. 2019):
 *
 *     σ_w² = 1/E φ'²,     σ_b² = q − E φ²/E φ'²
 *
 * For a rectifier E φ'² does not depend on q, so the line is vertical (He et al. 2015).
 */
export function criticalLine(name: ActivationName): Place[] {
  const phi = activation(name);
  if (phi.negativeSlope !== undefined) {
    const sigmaW = Math.sqrt(2 / (1 + phi.negativeSlope ** 2));
    return [0, PLANE.sigmaB].map((sigmaB) => ({ sigmaW, sigmaB }));
  }
  const places: Place[] = [];
  for (let power = -4; power <= 3; power += 1 / 12) {
    const q = 10 ** power;
    const slope = slopeSquare(phi, q);
    const sigmaB2 = q - meanSquare(phi, q) / slope;
    if (sigmaB2 >= -1e-9 * q) places.push({ sigmaW: 1 / Math.sqrt(slope), sigmaB: Math.sqrt(Math.max(0, sigmaB2)) });
  }
  return places;
}
