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
import type { FaintFlow } from "./types/index.ts";

/** The fewest and the most samples that are read, the most steps of each, and the most multiplications. */
const LEAST_SAMPLES = 4;
const MOST_SAMPLES = 64;
const MOST_STEPS = 8;
const MOST_PRODUCTS = 2 ** 20;

/**
 * The samples that are far larger than the others and put the first layer onto the flat ends of its activations, from
 * the inputs, W and b alone. Null if there is none, for rectifiers, whose derivatives do not depend on the scale, and
 * for normed layers.
 */
export function readFaint(
  spec: NetworkSpec,
  { inputs, inputSize: X, batch: B, steps: T = 1 }: Batch,
  value: (name: string) => ArrayLike<number> | undefined,
): FaintFlow | null {
  const isFlat = flatTests(spec);
  const names =
    spec.kind === "recurrent"
      ? ["weight_ih", "bias_ih", "bias_hh"].map((leaf) => `${firstStack(spec)}.${leaf}_l0`)
      : ["layers.0.weight", "layers.0.bias"];
  const [W, ...biases] = names.map(value);
  if (isFlat === null || W === undefined || normalizesActivations(layerNorms(spec)[0])) return null;
  const rows = W.length / X;
  const H = rows / isFlat.length;
  if (B < LEAST_SAMPLES) return null;
  const affordable = Math.floor(MOST_PRODUCTS / (rows * X));
  const samples = Math.min(B, MOST_SAMPLES, Math.max(affordable, LEAST_SAMPLES));
  const steps = Math.min(T, MOST_STEPS, Math.max(Math.floor(affordable / samples), 1));
  const read = Array.from({ length: samples }, (_, k) => {
    const b = Math.floor((k * B) / samples);
    let [flat, square] = [0, 0];
    for (let step = 0; step < steps; step++) {
      const row = (Math.floor((step * T) / steps) * B + b) * X;
      for (let k = 0; k < X; k++) square += inputs[row + k] ** 2 / (X * steps);
      for (let i = 0; i < rows; i++) {
        let a = (biases[0]?.[i] ?? 0) + (biases[1]?.[i] ?? 0);
        for (let k = 0; k < X; k++) a += W[i * X + k] * inputs[row + k];
        if (isFlat[Math.floor(i / H)]!(a)) flat += 1 / (rows * steps);
      }
    }
    return { flat, square };
  });
  const faint = loudAndFlat(read);
  if (faint === null) return null;
  const others = read.filter((one) => !faint.includes(one));
  const lnScale = (some: typeof read) =>
    0.5 * Math.log(some.reduce((sum, { square }) => sum + square / some.length, 0));
  return {
    share: faint.length / samples,
    lnScale: lnScale(faint),
    lnOthers: lnScale(others),
    flatOthers: others.reduce((sum, { flat }) => sum + flat / others.length, 0),
  };
}

interface Sample {
  readonly flat: number;
  readonly square: number;
}

/** The mean square of loud samples is this many times that of all the others; more of theirs than this is flat. */
const LOUD = 10 ** 2;
const LOUD_FLAT = 0.5;

/**
 * Samples that are far larger than all the others, so that most of their derivatives are flat. A part of their inputs
 * may be zero, and then a part of their derivatives is not. Null if there is no such group.
 */
function loudAndFlat(read: readonly Sample[]): Sample[] | null {
  const sorted = [...read].sort((a, b) => a.square - b.square);
  const at = sorted.findIndex(
    ({ square }, k) => k > 0 && sorted[k - 1].square > 0 && square >= LOUD * sorted[k - 1].square,
  );
  if (at < 0) return null;
  const loud = sorted.slice(at);
  const flat = loud.reduce((sum, one) => sum + one.flat / loud.length, 0);
  return flat >= LOUD_FLAT ? loud : null;
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
