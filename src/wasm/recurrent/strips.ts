import type { DenseLayer } from "../../spec/dense.ts";
import { BLOCK } from "../generated/constants.ts";
import { UNIT } from "../unit-work.ts";

/*
 * How a pass is divided into units (`assembly/passes/run.ts`). Work is that of a panel of eight samples.
 */

/** Steps of a chunk where every state is stored: 64 · H · 8 floats stay in a second-level cache up to H = 256. */
const CHUNK = 64;

/**
 * Steps of a chunk, in whole blocks, if each step takes `products` multiplications for δ and as many for the weights.
 */
export const chunkOf = (products: number): number => {
  const blocks = Math.floor(UNIT / (2 * products) / BLOCK);
  return Math.min(Math.max(blocks, 1) * BLOCK, CHUNK);
};

/**
 * The element-wise work of a step counts as this many more columns of its product, and its other work as this many more
 * rows.
 */
const COLUMNS = 16;
const ROWS = 64;

/** The parts of a `PlannedLayer` on which a layer's work depends. */
interface LayerSizes {
  readonly R: number;
  readonly H: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly recurrentColumns: number;
  readonly cell: { readonly innerAt?: number | undefined };
}

/**
 * Products of one step of a layer forward. ∂L/∂h and ∂L/∂x together take as many, and the gradients of its weights too.
 */
const layerWork = ({ R, H, inputs, outputs, recurrentColumns, cell }: LayerSizes): number =>
  8 * ((R + ROWS) * (inputs + recurrentColumns + COLUMNS) + (cell.innerAt === undefined ? 0 : H * outputs));

/** The same of a run of dense layers. */
const denseWork = (layers: readonly DenseLayer[]): number =>
  8 * layers.reduce((sum, { width, inputs }) => sum + (width + ROWS) * (inputs + COLUMNS), 0);

/** The parts of a geometry on which the division of a pass depends. */
export interface Divisible {
  readonly layers: readonly LayerSizes[];
  readonly stem: readonly DenseLayer[];
  readonly head: readonly DenseLayer[];
  readonly features: number;
  /** Y; 0 without a readout. */
  readonly Y: number;
  readonly lossEvery: boolean;
  readonly P: number;
  readonly C: number;
}

/** Multiplications of one step of the largest unit, forward or backward, without the gradients of weights. */
export function stepWork({ layers, stem, head, features, Y, lossEvery }: Divisible): number {
  const [first, ...others] = layers.map(layerWork);
  // the head and the readout run forward and back in one unit; the first layer's strips include the stem
  const loss = lossEvery ? 2 * (denseWork(head) + 8 * (Y + ROWS) * (features + COLUMNS)) : 0;
  return Math.max(first + denseWork(stem), ...others, loss);
}

/** The division into units, as `TimePass` in assembly/records/pass.ts has it. */
export interface Strips {
  readonly strip: number;
  readonly parts: number;
  readonly contributionSteps: number;
}

/**
 * The division of a pass, and the multiplications of its largest unit. Strips of whole blocks also add the gradients of
 * their weights; a part of a block's gradients takes as much work as such a strip without them.
 */
export function stripsOf(pass: Divisible): { readonly strips: Strips; readonly unitWork: number } {
  const work = stepWork(pass);
  const steps = UNIT / work;
  const blocks = Math.floor(steps / 2 / BLOCK);
  const samples = pass.P * 8;
  const rows = pass.layers.reduce((sum, { R, recurrentColumns }) => sum + R + recurrentColumns + ROWS, 0);
  const contributionSteps = Math.min(Math.max(1, Math.floor((2 * UNIT) / (samples * samples * rows))), pass.C);
  if (blocks > 0) {
    const strip = Math.min(blocks * BLOCK, pass.C);
    return { strips: { strip, parts: 0, contributionSteps }, unitWork: 2 * strip * work };
  }
  const strip = 2 ** Math.floor(Math.log2(Math.min(Math.max(steps, 1), BLOCK / 2)));
  return { strips: { strip, parts: BLOCK / strip, contributionSteps }, unitWork: strip * work };
}
