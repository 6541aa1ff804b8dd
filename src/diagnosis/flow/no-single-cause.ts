import { meanSquare, slopeSquare } from "../../theory/moments.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { Charge, Stretch } from "../charges.ts";
import { slopeReference } from "./reference.ts";

/** A factor is a cause by itself where taking it back restores at least this part of the nats. */
const RESTORES = 0.5;
/** Rounds of the fixed point, which contracts: h of a bounded φ. */
const ROUNDS = 20;
/** What weights and derivatives of a plain recurrence share between them. */
const TOGETHER: readonly string[] = ["weights", "small-derivatives", "saturation", "length"];

/**
 * A plain recurrence of a bounded activation whose weights and derivatives both push: with weights that neither shrink
 * nor grow, h is larger (or smaller), and φ' takes more (or less) than it was measured to. Where neither orthogonal
 * weights nor a linear activation alone would restore half of the nats, the length is the cause: fewer steps would.
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
 * ½ ln E[φ'(√q z)²] a step where orthogonal weights carry h of these inputs: q = E[φ(√q z)²] + what the inputs bring.
 * Null where that is not known.
 */
function carefulSlope(flow: GradientFlow): number | null {
  const { spec, entrance, data } = flow;
  const reference = slopeReference(flow);
  if (spec.kind !== "recurrent" || spec.norm !== "none" || spec.layers > 1 || spec.bidirectional) return null;
  if (reference === null || !reference.bounded || entrance === undefined || data === undefined) return null;
  // of a wide table the columns that are kept stand for the others
  const kept = data.inputs / Math.max(entrance.lnDrive.length, 1);
  const driven = kept * entrance.lnDrive.reduce((sum, ln) => sum + Math.exp(2 * ln), 0);
  if (!Number.isFinite(driven)) return null;
  let q = driven;
  for (let round = 0; round < ROUNDS; round++) q = driven + meanSquare(reference.name, q);
  return 0.5 * Math.log(slopeSquare(reference.name, q));
}
