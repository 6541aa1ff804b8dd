import { activationFacts, saturationSlope } from "../catalogue/index.ts";
import { InternalError } from "../base/errors.ts";
import { hiddenLayerSpec } from "../spec/layers.ts";
import type { DepthPass, SlotNorms } from "../wasm/feedforward/pass.ts";
import { shareBelow, stationNumbers } from "../wasm/feedforward/station-numbers.ts";
import type { Factor, Interval, Tape, TapeValue } from "../wasm/feedforward/tape.ts";
import { fitDecay } from "./decay.ts";
import { type Route, splitGains } from "./ledger.ts";
import { lnFrobenius } from "./log-norm.ts";
import { quantiles } from "./quantiles.ts";
import type { EntranceFlow, Ledger, StationStatistics, Transport } from "./types/index.ts";

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
 * Splits together all intervals whose routes have the same factors. A factor that an interval does not have is 0 there;
 * before a station whose gradient is exactly zero it is NaN, as all factors are.
 */
function depthLedger(
  profile: Float64Array,
  intervals: readonly Interval[],
  lnNormOf: (slot: number) => number,
): Ledger {
  const makes = new Map<string, number[]>();
  intervals.forEach(({ prefix, routes }, s) => {
    const make = [prefix, ...routes].map((parts) => parts.map(({ name }) => name).join()).join(";");
    const alike = makes.get(make);
    if (alike === undefined) makes.set(make, [s]);
    else alike.push(s);
  });
  const factors: Record<string, Float64Array> = {};
  const total = new Float64Array(intervals.length);
  for (const alike of makes.values()) {
    const column = (partsOf: (interval: Interval) => readonly Factor[]): Route => {
      const parts = partsOf(intervals[alike[0]]);
      return {
        names: parts.map(({ name }) => name),
        lnNorms: parts.map((_, i) => {
          const lnNorms = new Float64Array(intervals.length);
          for (const s of alike) lnNorms[s] = lnNormOf(partsOf(intervals[s])[i].slot);
          return lnNorms;
        }),
      };
    };
    const routes = intervals[alike[0]].routes.map((_, r) => column((interval) => interval.routes[r]));
    const split = splitGains(
      profile,
      column((interval) => interval.prefix),
      routes,
    );
    for (const s of alike) total[s] = split.total[s];
    for (const [name, values] of Object.entries(split.factors)) {
      factors[name] ??= new Float64Array(intervals.length);
      for (const s of alike) factors[name][s] = values[s];
    }
  }
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

/**
 * The gain of the gradient in the first layer's φ', and the share of samples whose gradient is exactly zero after it.
 * Needs a pass with the ledger; empty for a linear first layer.
 */
export function readLayerEntrance(pass: DepthPass): Pick<EntranceFlow, "lnSlope" | "silent"> {
  const { B, options } = pass.shape;
  const at = pass.tape.activations[0];
  if (!options.ledger || at < 0) return {};
  const norms = pass.norms(0);
  const operation = pass.tape.operations[at];
  const arrived = lnSlot(norms, arrivalSlot(pass.tape, operation.out), B);
  let silent = 0;
  for (let b = 0; b < B; b++) if (norms.squares[operation.xSlot * B + b] === 0) silent++;
  return { lnSlope: lnSlot(norms, operation.xSlot, B) - arrived, silent: silent / B };
}

/** Statistics of activations and gradients of every station: see `StationStatistics`. */
export function readStatistics(pass: DepthPass): StationStatistics {
  const { spec } = pass.shape;
  const L = spec.depth;
  const names = Array.from({ length: L }, (_, l) => hiddenLayerSpec(spec, l).activation);
  const numbers = names.map((name, l) => stationNumbers(pass, l, saturationSlope(name)));
  const facts = names.map((name) => activationFacts(name));
  const bounded = facts.every(({ ends }) => ends !== undefined);
  const shares = (slope: (layer: (typeof facts)[number]) => number) =>
    Float64Array.from({ length: L }, (_, l) => shareBelow(pass, l, slope(facts[l])));
  const column = (key: keyof (typeof numbers)[number]) => Float64Array.from(numbers, (station) => station[key]);
  return {
    mean: column("mean"),
    variance: column("variance"),
    lnForwardNorm: column("norm").map(Math.log),
    saturated: column("saturated"),
    // φ' falls with |a|, so the share with φ' below φ'(5) is the share beyond ±5
    ...(bounded
      ? { beyond5: shares(({ slope }) => slope(5)), atBound: shares(({ slope, ends }) => slope(ends!.bound)) }
      : {}),
    dead: column("dead"),
    zero: column("zero"),
    subnormal: column("subnormal"),
  };
}

/**
 * The slot of ‖∂L/∂value‖: that of the operation that writes the value, if it has one, else that of the one operation
 * that reads it.
 */
export function arrivalSlot(tape: Tape, value: TapeValue): number {
  const station = tape.stations.indexOf(value);
  if (station >= 0) return station;
  const reader = tape.operations.find(({ x, y }) => x === value || y === value);
  if (reader === undefined) throw new InternalError("a value of the tape that nothing reads");
  if (reader.x === value) return reader.xSlot;
  return reader.ySlot >= 0 ? reader.ySlot : arrivalSlot(tape, reader.out); // a branch that is added without a factor
}
