import { random } from "../../src/base/random.ts";
import { deep } from "./float64/deep.ts";
import type { Passes } from "./float64/passes.ts";
import { recurrent } from "./float64/recurrent.ts";
import { affine } from "./float64/vectors.ts";
import { type Plant, valuesOf } from "./plant.ts";

/**
 * What a plant does to a gradient, by a float64 network that shares no code with the core and no cotangent with its probe: `COTANGENTS`
 * random directions for every sample.
 */
export interface Measured {
  /** [S] ½ ln of the mean square over samples and cotangents, relative to the last station: nats. */
  readonly gains: Float64Array;
  /** The same for each sample, [B] of [S]. */
  readonly samples: readonly Float64Array[];
  /** The first station whose state exceeds float32; null if there is none. */
  readonly overflow: number | null;
  /** ŷ `[B, Y]`. */
  readonly outputs: Float64Array;
  /** h of the last station `[B, H]`. */
  readonly last: Float64Array;
}

const COTANGENTS = 4;
const LARGEST = (2 - 2 ** -23) * 2 ** 127; // float32's

export function passesOf(plant: Plant): Passes {
  const { spec, batch } = plant;
  const values = (name: string) => Float64Array.from(valuesOf(plant, name));
  const inputs = Float64Array.from(batch.inputs);
  return spec.kind === "recurrent"
    ? recurrent(spec, values, inputs, batch.steps as number, batch.batch)
    : deep(spec, values, inputs, batch.batch);
}

export function measure(plant: Plant, cotangents = COTANGENTS): Measured {
  const { stations, back } = passesOf(plant);
  const S = stations.length;
  const last = stations[S - 1];
  const B = plant.batch.batch;
  const H = last.length / B;
  const overflow = stations.findIndex((h) => h.some((value) => !(Math.abs(value) <= LARGEST)));
  const readout = Float64Array.from(valuesOf(plant, "readout.weight"));
  const bias = Float64Array.from(valuesOf(plant, "readout.bias"));
  const draws: Float64Array[][] = [];
  if (overflow < 0) {
    const stream = random(plant.seed, "calibrate/cotangents");
    for (let k = 0; k < cotangents; k++) draws.push(back(units(B, H, () => stream.normal())));
  }
  const sample = (b: number) =>
    Float64Array.from({ length: S }, (_, s) => lnSum(draws.map((profile) => profile[s][b])));
  const samples = Array.from({ length: B }, (_, b) => sample(b));
  return {
    gains: gainsOf(Float64Array.from({ length: S }, (_, s) => lnSum(samples.map((square) => square[s])))),
    samples: samples.map(gainsOf),
    overflow: overflow < 0 ? null : overflow,
    outputs: affine(last, readout, bias, bias.length),
    last,
  };
}

/** Half of the difference between ln of the square and that of the last station. */
const gainsOf = (lnSquares: Float64Array) =>
  lnSquares.map((square) => 0.5 * (square - lnSquares[lnSquares.length - 1]));

function lnSum(logarithms: readonly number[]): number {
  const most = Math.max(...logarithms);
  if (!Number.isFinite(most)) return most;
  return most + Math.log(logarithms.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** `[B, H]` directions of norm 1. */
function units(B: number, H: number, normal: () => number): Float64Array {
  const v = Float64Array.from({ length: B * H }, normal);
  for (let b = 0; b < B; b++) {
    const row = v.subarray(b * H, (b + 1) * H);
    const norm = Math.hypot(...row);
    for (let i = 0; i < H; i++) row[i] /= norm;
  }
  return v;
}
