import type { Activation } from "./activations.ts";
import { correlationFixedPoint, correlationSlope, depthScale } from "./correlation-map.ts";
import { criticality } from "./critical-line.ts";
import { type LengthLimit, lengthLimit } from "./length-map.ts";
import type { Phase, Prediction, PredictOptions } from "./prediction.ts";

/** A network is called critical if |χ₁ − 1| is at most this: then ξ_grad is a million layers. */
const CRITICAL = 1e-6;

export const phaseOf = (chi1: number): Phase =>
  Math.abs(chi1 - 1) <= CRITICAL ? "critical" : chi1 < 1 ? "ordered" : "chaotic";

/** The results that follow from the fixed point of (σ_w², σ_b²). */
export type FixedPointResults = Pick<
  Prediction,
  "phase" | "sigmaW2" | "sigmaB2" | "criticalSigmaW2" | "qStar" | "chi1" | "chiQ" | "cStar" | "xiQ" | "xiC" | "xiGrad"
>;

/**
 * Fixed point, phase and depth scales of a plain network that starts at q₀ (Poole et al. 2016; Schoenholz et al. 2017).
 *
 * @throws EvanesceError for a bad variance
 */
export function fixedPointResults(
  phi: Activation,
  sigmaW2: number,
  sigmaB2: number,
  q0: number,
  {
    critical: seeksCritical = true,
    correlations: seeksCorrelations = true,
  }: Pick<PredictOptions, "critical" | "correlations">,
): { results: FixedPointResults; notes: string[] } {
  const limit = lengthLimit(phi, sigmaW2, sigmaB2, q0);
  const { cStar, xiC, note } = seeksCorrelations
    ? correlations(phi, sigmaW2, sigmaB2, limit)
    : { cStar: null, xiC: null, note: null };
  const critical = seeksCritical ? criticality(phi, sigmaB2) : undefined;
  const notes = note === null ? [] : [note];
  if (limit.kind === "diverges")
    notes.push("The length map has no fixed point above q₀, so the pre-activations grow without bound.");
  if (critical?.sigmaW2 === null) {
    notes.push(
      critical.points.length > 0
        ? `At σ_b² = ${sigmaB2}, χ₁ = 1 only at an unstable q* (χ_q > 1), so no network stays critical.`
        : `At σ_b² = ${sigmaB2}, no σ_w² is critical.`,
    );
  }
  return {
    results: {
      phase: phaseOf(limit.chi1),
      sigmaW2,
      sigmaB2,
      criticalSigmaW2: critical?.sigmaW2 ?? null,
      qStar: limit.q,
      chi1: limit.chi1,
      chiQ: limit.chiQ,
      cStar,
      xiQ: depthScale(limit.chiQ),
      xiC,
      xiGrad: depthScale(limit.chi1),
    },
    notes,
  };
}

function correlations(
  phi: Activation,
  sigmaW2: number,
  sigmaB2: number,
  { kind, q, chi1 }: LengthLimit,
): { cStar: number | null; xiC: number | null; note: string | null } {
  const scaleFree = phi.negativeSlope !== undefined;
  if (phi.negativeSlope === 1 && sigmaB2 === 0) {
    return {
      cStar: null,
      xiC: Infinity,
      note: "A linear network without biases keeps every correlation, so c* is the correlation of the inputs.",
    };
  }
  if (kind === "diverges") {
    // If q grows without bound, biases do not matter. A scale-free φ then leads to c = 1.
    if (scaleFree && phi.negativeSlope !== 1) return { cStar: 1, xiC: Infinity, note: null };
    return { cStar: null, xiC: null, note: "c* is not defined, because q diverges." };
  }
  if (q === 0) {
    // A scale-free φ has C'(1) = 1 for every σ_w; any other φ is linear near its origin.
    if (scaleFree) return { cStar: 1, xiC: Infinity, note: null };
    return { cStar: 1, xiC: depthScale(chi1), note: "q* = 0: c* and ξ_c are the limits as σ_b → 0 from above." };
  }
  const cStar = correlationFixedPoint(phi, sigmaW2, sigmaB2, q);
  return { cStar, xiC: depthScale(correlationSlope(phi, sigmaW2, q, cStar)), note: null };
}
