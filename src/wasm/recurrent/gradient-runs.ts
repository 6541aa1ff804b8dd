import { pad4 } from "../panels.ts";
import type { DenseLayer } from "../../spec/dense.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import { cellVectors } from "../../catalogue/index.ts";
import type { Arena } from "../engine.ts";
import { GRADIENT } from "../generated/records.ts";
import { type ScaledTensor, sumUnit, type TensorSums } from "../scaled.ts";
import { denseRecord } from "./dense.ts";
import { deltaRowsOf } from "./dense-plan.ts";
import { type Geometry, gradientSets } from "./geometry.ts";
import { gradientFloats } from "./sizes.ts";

/*
 * Where the gradient of a parameter is among the sums that a pass computes. The kernels sum the gradients of all gates
 * of a layer in one tensor, float64:
 *
 *     [⌈X/8⌉][R][8]   ∂L/∂W_ih, in panels of eight columns
 *     [⌈H/8⌉][R][8]   ∂L/∂W_hh
 *     [delta rows]    Σ over steps and samples of every row of ∂L/∂a: biases and vectors
 *
 * Gate g of W_ih is a run of H rows out of the R of every panel; so a parameter is a list of runs of equal size.
 */

/** The gradient of the whole pass, or the truncated one. */
export type GradientSet = "whole" | "truncated";

/** The frames of one sum: a power of two each for ∂L/∂W_ih, ∂L/∂W_hh and the bias. */
type Frame = "inputExponent" | "hiddenExponent" | "biasExponent";

/**
 * A parameter's gradient as equal runs of rows, the first rows of the parameter first; the true value is `·
 * 2^exponent`.
 */
export interface GradientRuns {
  readonly exponent: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows of the panels that contain the runs; 0 for plain vectors. */
  readonly stride: number;
  /** Byte address of each run's first number. */
  readonly addresses: readonly number[];
}

/** The sum of one Gradient record: its address, the floats in it, and its frames. */
interface Sum {
  readonly address: number;
  readonly floats: number;
  readonly exponent: (frame: Frame) => number;
}

/**
 * The runs of a parameter; undefined if it has none: an embedding, a first state, or a head or readout that the pass
 * leaves out.
 */
export function gradientRuns(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace,
  set: GradientSet,
): GradientRuns | undefined {
  switch (place.module) {
    case "rnn":
      return recurrentRuns(arena, g, place, set);
    case "stem":
    case "head": {
      const layer = g[place.module][place.index];
      // truncation does not reach a head: both gradients are the same there
      return layer && denseRuns(arena, g, layer, place.part, place.module === "stem" ? set : "whole");
    }
    case "readout":
      // a pass without a loss leaves head and readout out
      return g.loss === "none" ? undefined : readoutRuns(arena, g, place.part === "bias");
    default:
      return undefined;
  }
}

/** The runs of the readout's weight [Y, features] or bias [Y], which truncation does not change. */
export function readoutRuns(arena: Arena, g: Geometry, bias: boolean): GradientRuns {
  const Y = g.sizes.outputs!;
  const R = pad4(Y);
  const sum = sumOf(arena, g, "readout", g.weights.length, "whole", gradientFloats(R, R, g.features, 0));
  return bias ? vectors(sum, Y, [sum.floats - R]) : panels(sum, "inputExponent", Y, g.features, R, [0]);
}

/** The runs of the matrix [P, H] inside the step, of the n-th set of weights. */
export function innerRuns(arena: Arena, g: Geometry, n: number, set: GradientSet): GradientRuns {
  const { H, outputs, deltaRows, weights } = g.weights[n];
  const rows = pad4(outputs);
  const floats = gradientFloats(rows, deltaRows, 0, H);
  const sum = sumOf(arena, g, `inner.${weights}`, g.weights.length + 1 + n, set, floats);
  return panels(sum, "hiddenExponent", outputs, H, rows, [0]);
}

/** The set of weights of the pass to which a parameter belongs. */
export const weightsOf = (g: Geometry, { stack, level, reverse }: ParameterPlace & { readonly module: "rnn" }) =>
  g.weights.findIndex((layer) => layer.stack === stack && layer.level === level && layer.reverse === reverse);

function recurrentRuns(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace & { readonly module: "rnn" },
  set: GradientSet,
): GradientRuns | undefined {
  const n = weightsOf(g, place);
  const { inputs, weights, H, H4, R, cell, deltaRows, recurrentColumns, spec } = g.weights[n];
  const floats = gradientFloats(R, deltaRows, inputs, recurrentColumns);
  const sum = sumOf(arena, g, weights, n, set, floats);
  const rows = floats - deltaRows; // the sums of the rows of ∂L/∂a begin here
  const slabAt = (slab: number) => rows + slab * H4;
  // the sums have the gates in the order of the cell's slabs; the parameter has its own order
  const slabs = (gates: readonly number[]) => gates.map((_, gate) => gates.indexOf(gate));
  switch (place.part) {
    case "input":
      return panels(
        sum,
        "inputExponent",
        H,
        inputs,
        R,
        slabs(cell.inputGates).map((slab) => slab * H4 * 8),
      );
    case "recurrent": {
      const first = Math.ceil(inputs / 8) * R * 8;
      const starts = slabs(cell.hiddenGates).map((slab) => first + slab * H4 * 8);
      return panels(sum, "hiddenExponent", H, recurrentColumns, R, starts);
    }
    case "inner":
      return innerRuns(arena, g, n, set);
    case "inputBias":
      return vectors(sum, H, slabs(cell.inputGates).map(slabAt));
    case "recurrentBias":
      return vectors(
        sum,
        H,
        slabs(cell.hiddenGates).map((slab) => slabAt(cell.hiddenAt + slab)),
      );
    case "state":
      return undefined;
    case "vector": {
      const all = cellVectors(spec);
      const own = all.findIndex(({ name }) => name === place.leaf);
      const first = all.slice(0, own).reduce((slab, { blocks = 1 }) => slab + blocks, cell.vectorAt);
      return vectors(
        sum,
        H,
        Array.from({ length: all[own].blocks ?? 1 }, (_, block) => slabAt(first + block)),
      );
    }
  }
}

/** The runs of a dense layer's weight [out, in], bias, γ or β [out]. */
function denseRuns(
  arena: Arena,
  g: Geometry,
  layer: DenseLayer,
  part: (ParameterPlace & { readonly module: "stem" })["part"],
  set: GradientSet,
): GradientRuns {
  const { name, inputs, width } = layer;
  const [H4, deltaRows] = [pad4(width), deltaRowsOf(layer)];
  const floats = gradientFloats(H4, deltaRows, inputs, 0);
  const sum = sumOf(arena, g, name, denseRecord(g, layer), set, floats);
  if (part === "weight") return panels(sum, "inputExponent", width, inputs, H4, [0]);
  const slab = { bias: 0, "norm.weight": 1, "norm.bias": 2 }[part];
  return vectors(sum, width, [floats - deltaRows + slab * H4]);
}

/** The sum over all panels, which follows the sums of the F panels in flight. */
function sumOf(arena: Arena, g: Geometry, tensor: string, n: number, set: GradientSet, floats: number): Sum {
  const whole = set === "whole";
  const record = (n * gradientSets(g) + (whole ? 0 : 1)) * (g.F + 1) + g.F;
  return {
    address: arena.address(`${whole ? "" : "truncated."}${tensor}.gradientTotal`) + g.F * floats * 8,
    floats,
    exponent: (frame) => arena.i32("gradients")[record * GRADIENT.size + GRADIENT.at[frame]],
  };
}

const panels = (
  { address, exponent }: Sum,
  frame: Frame,
  rows: number,
  columns: number,
  stride: number,
  starts: readonly number[],
): GradientRuns => ({
  exponent: exponent(frame),
  rows,
  columns,
  stride,
  addresses: starts.map((start) => address + start * 8),
});

const vectors = ({ address, exponent }: Sum, rows: number, starts: readonly number[]): GradientRuns => ({
  exponent: exponent("biasExponent"),
  rows,
  columns: 1,
  stride: 0,
  addresses: starts.map((start) => address + start * 8),
});

/** Numbers copied between two pauses: this takes some milliseconds, because the numbers are far apart in memory. */
const PART = 250_000;

/** Copies the runs, row-major, with pauses. */
export function* readRuns(
  arena: Arena,
  { exponent, rows, columns, stride, addresses }: GradientRuns,
): Generator<void, ScaledTensor> {
  const size = rows * columns;
  const data = new Float64Array(addresses.length * size);
  const part = Math.ceil(PART / columns);
  for (let run = 0; run < addresses.length; run++) {
    const address = addresses[run];
    for (let from = 0; from < rows; from += part) {
      const numbers = new Float64Array(arena.core.memory.buffer as ArrayBuffer, address);
      const to = Math.min(from + part, rows);
      for (let i = from; i < to; i++) {
        for (let j = 0; j < columns; j++) {
          data[run * size + i * columns + j] = numbers[stride === 0 ? i : ((j >> 3) * stride + i) * 8 + (j & 7)];
        }
      }
      if (to < rows) yield;
    }
  }
  return { data, exponent };
}

/** Numbers summed between two pauses: about a millisecond. */
const SUMMED = 500_000;

/** Sums over the numbers of the runs, in the order in which `readRuns` copies them, with pauses. */
export function* sumsOfRuns(arena: Arena, runs: GradientRuns): Generator<void, TensorSums> {
  const { largest, ...plain } = yield* sumsIn(arena, runs, 1);
  const unit = sumUnit(largest);
  return unit === 1 ? { largest, ...plain } : { ...(yield* sumsIn(arena, runs, unit)), largest };
}

/** The same, in a given unit. */
function* sumsIn(arena: Arena, runs: GradientRuns, unit: number): Generator<void, TensorSums> {
  // a vector is one row of the panels [⌈n/8⌉][1][8]
  const { rows, columns, stride, addresses } =
    runs.stride > 0 ? runs : { ...runs, rows: 1, columns: runs.rows, stride: 1 };
  const part = Math.ceil(SUMMED / columns);
  let [largest, squares, magnitudes, zeros] = [0, 0, 0, 0];
  for (const address of addresses) {
    for (let from = 0; from < rows; from += part) {
      if (from > 0) yield;
      const count = Math.min(part, rows - from);
      const at = arena.core.doubleNumbers(address + from * 64, count, columns, stride, unit, squares, magnitudes);
      const found = arena.doublesAt(at, 4);
      largest = Math.max(largest, found[0]);
      [squares, magnitudes] = [found[1], found[2]];
      zeros += found[3];
    }
  }
  return { largest, squares, magnitudes, zeros, count: addresses.length * rows * columns };
}
