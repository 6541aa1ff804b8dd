import { meanSquare, slopeSquare } from "../../theory/moments.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { Charge, Stretch } from "../charges.ts";
import { slopeReference } from "./reference.ts";

/** A factor is a cause by itself if setting it right restores at least this part of the nats. */
const RESTORES = 0.5;
/** Rounds of the fixed-point iteration for h. The map contracts, because φ is bounded. */
const ROUNDS = 20;
/** Causes that share the nats of a plain recurrence. */
const TOGETHER: readonly string[] = ["weights", "small-derivatives", "saturation", "length"];

/**
 * In a plain recurrence with a bounded activation, weights and derivatives depend on each other: with weights that keep
 * the norm, h is larger (or smaller), and φ' then takes more (or less) than was measured. If neither orthogonal weights
 * alone nor a linear activation alone would restore half of the nats, the length is the cause: fewer steps would help.
 */
export function withoutSingleCause(
  flow: GradientFlow,
  charges: readonly Charge[],
  stretch: Stretch,
): readonly Charge[] {
  const weights = charges.find(({ factor }) => factor === "weights");
  const lnCareful = carefulSlope(flow);
  if (weights === undefined || lnCareful === null) return charges;
  const { gain, from, to } = stretch;
  const leftByWeights = (to - from) * -lnCareful;
  const leftBySlopes = stretch.direction < 0 ? Math.abs(weights.nats) : gain;
  if (Math.min(leftByWeights, leftBySlopes) <= (1 - RESTORES) * gain) return charges;
  const shared = charges.filter(({ factor }) => TOGETHER.includes(factor));
  const charged = shared.reduce((sum, one) => sum + one.charged, 0);
  const length: Charge = { factor: "length", charged, nats: charged, stations: [from, to] };
  return [length, ...charges.filter((one) => !shared.includes(one))];
}

/**
 * ½ ln E[φ'(√q z)²] of one step under orthogonal weights and these inputs. q is the fixed point of q = E[φ(√q z)²] +
 * the variance that the inputs add. Null if that variance is not known.
 */
function carefulSlope(flow: GradientFlow): number | null {
  const { spec, entrance, data } = flow;
  const reference = slopeReference(flow);
  if (spec.kind !== "recurrent" || spec.norm !== "none" || spec.layers > 1 || spec.bidirectional) return null;
  if (reference === null || !reference.bounded || entrance === undefined || data === undefined) return null;
  // if a table is wide, only some columns are kept; they stand for the others
  const kept = data.inputs / Math.max(entrance.lnDrive.length, 1);
  const driven = kept * entrance.lnDrive.reduce((sum, ln) => sum + Math.exp(2 * ln), 0);
  if (!Number.isFinite(driven)) return null;
  let q = driven;
  for (let round = 0; round < ROUNDS; round++) q = driven + meanSquare(reference.name, q);
  return 0.5 * Math.log(slopeSquare(reference.name, q));
}
