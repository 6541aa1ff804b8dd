import { addressOf } from "./bind.ts";
import type { DepthPass } from "./pass.ts";
import type { TapeValue } from "./tape.ts";

/*
 * Statistics of the values that a forward sweep stored, over the real samples: of a station, or of an operation's
 * output.
 */

/** The activations and the gradient of one station. */
export interface StationNumbers {
  readonly mean: number;
  readonly variance: number;
  /** Share of entries with |φ'| below the given slope. */
  readonly saturated: number;
  /** Share of units with φ' = 0 for the whole batch. */
  readonly dead: number;
  /** ‖h‖_F. */
  readonly norm: number;
  /** Shares of entries of ∂L/∂h that are zero, and that are subnormal. */
  readonly zero: number;
  readonly subnormal: number;
}

/** The numbers of station l of a pass with `statistics`. */
export function stationNumbers(pass: DepthPass, l: number, smallSlope: number): StationNumbers {
  const station = pass.tape.stations[l];
  const { sum, squares } = moments(pass, station);
  const { below, zero } = slopeCounts(pass, l, smallSlope);
  const entries = pass.arena.f64("entries");
  const count = pass.shape.B * station.rows;
  return {
    mean: sum / count,
    variance: Math.max(squares / count - (sum / count) ** 2, 0),
    saturated: below,
    dead: zero,
    norm: Math.sqrt(squares),
    zero: entries[2 * l] / count,
    subnormal: entries[2 * l + 1] / count,
  };
}

/**
 * Share of station l's entries with |φ'| below `slope`; 0 if the station has no activation. The pass needs the option
 * `statistics`.
 */
export const shareBelow = (pass: DepthPass, l: number, slope: number): number => slopeCounts(pass, l, slope).below;

/** The variance of operation i's output over batch and units. */
export function outputVariance(pass: DepthPass, i: number): number {
  const { out } = pass.tape.operations[i];
  const { sum, squares } = moments(pass, out);
  const count = pass.shape.B * out.rows;
  return squares / count - (sum / count) ** 2;
}

/**
 * Two shares of a layer: of its entries, those with |φ'| below `slope`; of its units, those with φ' = 0 for every
 * sample.
 */
function slopeCounts({ arena, shape: { B }, tape }: DepthPass, l: number, slope: number) {
  const activation = tape.activations[l];
  if (activation < 0) return { below: 0, zero: 0 };
  const units = tape.operations[activation].out.rows;
  arena.core.slopeCounts(arena.address("numbers"), arena.address(`tape:${activation}`), units, B, slope);
  const [below, zero] = arena.f64("numbers");
  return { below: below / (B * units), zero: zero / units };
}

/** Σ x and Σ x² of a value after the last forward sweep. */
function moments({ arena, shape: { B } }: DepthPass, { data, rows }: TapeValue): { sum: number; squares: number } {
  const numbers = arena.address("numbers");
  arena.core.activationMoments(numbers, addressOf(arena, data), data.stride, rows, B, arena.address("scratch"));
  const [sum, squares] = arena.f64("numbers");
  return { sum, squares };
}
