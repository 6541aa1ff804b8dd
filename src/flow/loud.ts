import {
  activationFacts,
  CELL_TABLE,
  cellActivation,
  normalizesActivations,
  saturationSlope,
} from "../catalogue/index.ts";
import { firstStack } from "../spec/decoder.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { hiddenLayerSpec, layerSpec } from "../spec/layers.ts";
import { layerNorms } from "../spec/norms.ts";
import type { Batch } from "../tasks/batch.ts";
import { flatIn } from "./layer-gates.ts";
import type { LoudFlow } from "./types/index.ts";

/** The fewest samples that are judged, and the most inputs that are read. */
const LEAST_SAMPLES = 4;
const MOST_NUMBERS = 2 ** 18;
/** Of loud samples and of others: the most that are sent through the first layer, and the most steps of each. */
const MOST_SAMPLES = 32;
const MOST_STEPS = 8;
const MOST_PRODUCTS = 2 ** 19;
/** The mean square of loud samples is this many times that of all the others. */
const LOUD = 10 ** 2;

/**
 * The samples that are far larger than all the others, and the share of their derivatives in the first layer that is
 * flat, from the inputs, W and b alone. Null if there is none, and for normed layers.
 */
export function readLoud(
  spec: NetworkSpec,
  batch: Batch,
  value: (name: string) => ArrayLike<number> | undefined,
): LoudFlow | null {
  const { inputSize: X, batch: B, steps: T = 1 } = batch;
  if (B < LEAST_SAMPLES || normalizesActivations(layerNorms(spec)[0])) return null;
  const steps = Math.min(T, Math.max(Math.floor(MOST_NUMBERS / (B * X)), 1));
  const sorted = Array.from({ length: B }, (_, b) => ({ b, square: meanSquare(batch, b, steps) })).sort(
    (a, b) => a.square - b.square,
  );
  const at = sorted.findIndex(
    ({ square }, k) => k > 0 && sorted[k - 1].square > 0 && square >= LOUD * sorted[k - 1].square,
  );
  if (at < 0) return null;
  const [others, loud] = [sorted.slice(0, at), sorted.slice(at)];
  const lnScale = (some: typeof sorted) =>
    0.5 * Math.log(some.reduce((sum, { square }) => sum + square / some.length, 0));
  const flat = flatReader(spec, batch, value);
  const common = { share: loud.length / B, lnScale: lnScale(loud), lnOthers: lnScale(others) };
  return flat === null ? common : { ...common, flat: flat(loud), flatOthers: flat(others) };
}

function meanSquare({ inputs, inputSize: X, batch: B, steps: T = 1 }: Batch, b: number, steps: number): number {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const row = (Math.floor((step * T) / steps) * B + b) * X;
    for (let k = 0; k < X; k++) sum += inputs[row + k] ** 2;
  }
  return sum / (X * steps);
}

/** Gives the share of flat derivatives in the first layer for some samples; null for a layer of rectifiers. */
function flatReader(
  spec: NetworkSpec,
  { inputs, inputSize: X, batch: B, steps: T = 1 }: Batch,
  value: (name: string) => ArrayLike<number> | undefined,
): ((some: readonly { readonly b: number }[]) => number) | null {
  const isFlat = flatTests(spec);
  const names =
    spec.kind === "recurrent"
      ? ["weight_ih", "bias_ih", "bias_hh"].map((leaf) => `${firstStack(spec)}.${leaf}_l0`)
      : ["layers.0.weight", "layers.0.bias"];
  const [W, ...biases] = names.map(value);
  if (isFlat === null || W === undefined) return null;
  const rows = W.length / X;
  const H = rows / isFlat.length;
  const affordable = Math.max(Math.floor(MOST_PRODUCTS / (rows * X)), 2);
  return (some) => {
    const samples = Math.min(some.length, MOST_SAMPLES, affordable);
    const steps = Math.min(T, MOST_STEPS, Math.max(Math.floor(affordable / samples), 1));
    let flat = 0;
    for (let n = 0; n < samples * steps; n++) {
      const { b } = some[Math.floor(((n % samples) * some.length) / samples)]!;
      const row = (Math.floor((Math.floor(n / samples) * T) / steps) * B + b) * X;
      for (let i = 0; i < rows; i++) {
        let a = (biases[0]?.[i] ?? 0) + (biases[1]?.[i] ?? 0);
        for (let k = 0; k < X; k++) a += W[i * X + k] * inputs[row + k];
        if (isFlat[Math.floor(i / H)]!(a)) flat++;
      }
    }
    return flat / (rows * samples * steps);
  };
}

/** For each block of rows of the first W, the test whether a derivative is flat; null for a layer of rectifiers. */
function flatTests(spec: NetworkSpec): readonly ((a: number) => boolean)[] | null {
  const first = spec.kind === "recurrent" ? layerSpec(spec, 0) : hiddenLayerSpec(spec, 0);
  if (first.kind === "recurrent" && CELL_TABLE[first.cell].keeps !== undefined && cellActivation(first) === null) {
    return CELL_TABLE[first.cell].letters.length < 2 ? null : flatIn(first);
  }
  const name = first.kind === "recurrent" ? cellActivation(first) : first.activation;
  if (name === null || activationFacts(name).saturates !== true) return null;
  const { slope } = activationFacts(name);
  const least = saturationSlope(name);
  return [(a) => Math.abs(slope(a)) < least];
}
