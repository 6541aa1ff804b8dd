import { activationFacts } from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { hiddenLayerSpec } from "../../spec/layers.ts";
import type { DepthPass } from "../../wasm/feedforward/pass.ts";
import { arrivalSlot } from "../feedforward.ts";
import { inFrame } from "../log-norm.ts";
import type { GradientFlow, ParameterFlow, StationStatistics } from "../types/index.ts";
import { type End, isPositive, LN_LEAST_NORMAL, type Presence, SUBNORMAL_SQUARE } from "./presence.ts";

/**
 * The first station, going back from the loss, where a φ' that is never exactly zero left no digit, or too few digits,
 * of a sample's gradient: a single factor was below float32's normal range. Needs a pass with the ledger.
 */
export function findUnderflow(pass: DepthPass): GradientFlow["underflow"] {
  const { spec, options, B } = pass.shape;
  if (!options.ledger) return undefined;
  const { squares, exponents } = pass.norms(0);
  const { activations, operations } = pass.tape;
  for (let l = spec.depth - 1; l >= 0; l--) {
    if (activations[l] < 0 || isFlat(spec, l)) continue;
    const gate = operations[activations[l]];
    const arrival = arrivalSlot(pass.tape, gate.out);
    for (let b = 0; b < B; b++) {
      const [left, came] = [gate.xSlot * B + b, arrival * B + b];
      if (squares[came] === 0) continue;
      // φ' only shrinks; where nothing is left the exponent has no meaning
      const orders = squares[left] === 0 ? 0 : Math.min(exponents[left] - exponents[came], 0);
      if (inFrame(squares[left], orders) < squares[came] * SUBNORMAL_SQUARE) return { station: l, layer: l };
    }
  }
  return undefined;
}

/** Whether the φ' of layer l may be exactly zero. */
const isFlat = (spec: FeedforwardSpec, l: number): boolean =>
  activationFacts(hiddenLayerSpec(spec, l).activation).flat === true;

/**
 * Where the gradients of the loss and of the probe are not zero: `[streams, L, B]`, or `[streams, L]` of all samples
 * together where φ' may be exactly zero, as ReLU's often is for a single sample.
 */
export function presenceInDepth(pass: DepthPass): Presence {
  const { spec, B, options } = pass.shape;
  const L = spec.depth;
  const streams = options.probe ? ([0, 1] as const) : ([0] as const);
  if (streams.every((stream) => isPositive(pass.norms(stream).squares, L * B))) {
    return { alive: new Uint8Array(streams.length * L * B).fill(1), ends: () => [] };
  }
  const together = Array.from({ length: L }, (_, l) => isFlat(spec, l)).includes(true);
  const width = together ? 1 : B;
  const alive = new Uint8Array(streams.length * L * width);
  for (const stream of streams) {
    const { squares } = pass.norms(stream);
    for (let i = 0; i < L * B; i++) {
      if (squares[i] !== 0) alive[stream * L * width + (together ? Math.floor(i / B) : i)] = 1;
    }
  }
  const ends = () => {
    const found: End[] = [];
    for (const stream of streams) {
      for (let l = L - 1; l > 0; l--) {
        for (let b = 0; b < width; b++) {
          const at = (stream * L + l - 1) * width + b;
          if (alive[at + width] === 1 && alive[at] === 0) found.push({ station: l, layer: l, at });
        }
      }
    }
    return found;
  };
  return { alive, ends };
}

/** Rounding error of such a logarithm. */
const ROUNDING = 1e-9;

/**
 * The first station, going forward, whose activations are too small for a float32's digits: gradients of the weights
 * that read them have few digits or are zero. A zero counts if the layer's product may have lost it: if ‖h‖ ‖W‖ lies
 * below float32's range and W is not zero.
 */
export function findSmallActivation(
  { lnForwardNorm }: StationStatistics,
  parameters: readonly ParameterFlow[],
): GradientFlow["forwardUnderflow"] {
  const lnNorm = (name: string) => parameters.find((each) => each.name === name)?.lnNorm ?? Number.NEGATIVE_INFINITY;
  for (let l = 0; l < lnForwardNorm.length; l++) {
    const here = lnForwardNorm[l];
    if (here > LN_LEAST_NORMAL - ROUNDING || Number.isNaN(here)) continue;
    if (here > Number.NEGATIVE_INFINITY) return { station: l, layer: l };
    if (l === 0) continue;
    const most = lnForwardNorm[l - 1] + lnNorm(`layers.${l}.weight`);
    if (most > Number.NEGATIVE_INFINITY && most < LN_LEAST_NORMAL) return { station: l, layer: l };
  }
  return undefined;
}
