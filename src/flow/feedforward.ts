import type { DepthPass, SlotNorms } from "../wasm/feedforward/pass.ts";
import type { Factor, Interval } from "../wasm/feedforward/tape.ts";
import { fitDecay } from "./decay.ts";
import { type Route, splitGains } from "./ledger.ts";
import { lnFrobenius } from "./logNorm.ts";
import { quantiles } from "./quantiles.ts";
import type { Ledger, StationStatistics, Transport } from "./types.ts";

/** Reads one sweep of a finished pass: the profile over layers, and its ledger. */
export function readSweep(pass: DepthPass, stream: 0 | 1, wantQuantiles: boolean): Transport & { ledger?: Ledger } {
  const { B, options, spec } = pass.shape;
  const norms = pass.norms(stream);
  const lnGradientNorm = Float64Array.from({ length: spec.depth }, (_, l) => lnSlot(norms, l, B));
  const ledger = options.ledger
    ? depthLedger(lnGradientNorm, pass.tape.intervals, (slot) => lnSlot(norms, slot, B))
    : undefined;
  return {
    lnGradientNorm,
    decay: fitDecay(lnGradientNorm),
    ...(wantQuantiles ? { quantiles: quantiles(norms.squares, norms.exponents, 1, spec.depth, B) } : {}),
    ...(ledger === undefined ? {} : { ledger, ledgers: [ledger] }),
  };
}

const lnSlot = ({ squares, exponents }: SlotNorms, slot: number, B: number) =>
  lnFrobenius(squares, exponents, slot * B, B);

/**
 * Interval by interval: their operations differ from block to block. A factor an interval has not is 0 there, and NaN like all others
 * behind a gradient of exactly zero.
 */
function depthLedger(
  profile: Float64Array,
  intervals: readonly Interval[],
  lnNormOf: (slot: number) => number,
): Ledger {
  const factors: Record<string, Float64Array> = {};
  const total = new Float64Array(intervals.length);
  const route = (parts: readonly Factor[]): Route => ({
    names: parts.map(({ name }) => name),
    lnNorms: parts.map(({ slot }) => Float64Array.of(lnNormOf(slot))),
  });
  intervals.forEach(({ prefix, routes }, s) => {
    const one = splitGains(profile.subarray(s, s + 2), route(prefix), routes.map(route));
    total[s] = one.total[0];
    for (const [name, values] of Object.entries(one.factors)) {
      factors[name] ??= new Float64Array(intervals.length);
      factors[name][s] = values[0];
    }
  });
  total.forEach((gain, s) => {
    if (Number.isNaN(gain)) for (const values of Object.values(factors)) values[s] = Number.NaN;
  });
  return { factors, total };
}

/** ln ‖∂L/∂h_last‖ − ln ‖∂L/∂y‖; null without a readout. */
export function readDepthReadoutGain(pass: DepthPass, profile: Float64Array): number | null {
  const { sizes, loss, B } = pass.shape;
  if (sizes.outputs === null || loss === "none") return null;
  return profile[profile.length - 1] - lnSlot(pass.norms(0), pass.tape.outputSlot, B);
}

/** Activations and gradients of every station, as `StationStatistics` says. @param largestSlope max |φ'| */
export function readStatistics(pass: DepthPass, largestSlope: number): StationStatistics {
  const L = pass.shape.spec.depth;
  const numbers = Array.from({ length: L }, (_, l) => pass.stationNumbers(l, 0.01 * largestSlope));
  const column = (key: keyof (typeof numbers)[number]) => Float64Array.from(numbers, (station) => station[key]);
  return {
    mean: column("mean"),
    variance: column("variance"),
    lnForwardNorm: column("norm").map(Math.log),
    saturated: column("saturated"),
    dead: column("dead"),
    zero: column("zero"),
    subnormal: column("subnormal"),
  };
}
