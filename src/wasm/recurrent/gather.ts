import { CELL_TABLE, cellVectors } from "../../catalogue/index.ts";
import type { Arena } from "../engine.ts";
import { DEAD } from "../generated/constants.ts";
import { lnOf } from "../scaled.ts";
import { placeGradient } from "../training/place.ts";
import type { Geometry } from "./plan.ts";
import { gradientFloats, pad4 } from "./sizes.ts";
import { exponentOf } from "./totals.ts";
import { readGradient } from "./weights.ts";

/** Equal runs of rows of a gradient: where each stands among the sums a pass leaves, in doubles from their start. */
interface Runs {
  readonly exponent: number;
  readonly rows: number;
  readonly columns: number;
  /** Rows of the panels the runs are cut from; 0 where they are plain vectors. */
  readonly stride: number;
  /** Byte offset of each run's first number among the sums. */
  readonly from: readonly number[];
  readonly total: number;
}

/** Squares below it may have lost summands to float64's range; above its inverse they may have overflowed. */
const SAFE_SQUARE = 1e-250;

/**
 * Writes a parameter's gradient at byte address `to`, row-major, rounded to float32; returns ln of its norm before
 * that. Parameters the step uses a function of go through the host, all others stay in WASM memory.
 */
export function gatherGradient(arena: Arena, g: Geometry, name: string, value: Float32Array, to: number): number {
  const runs = runsOf(arena, g, name);
  if (runs === undefined) return placeGradient(arena, to, readGradient(arena, g, name, value));
  const { core } = arena;
  const { exponent, rows, columns, stride, from, total } = runs;
  let square = 0;
  from.forEach((offset, i) => {
    const at = total + offset;
    const place = to + i * rows * columns * 4;
    if (stride > 0) {
      core.gatherDoublePanels(place, at, rows, columns, stride, exponent);
      square += core.doublePanelSquares(at, rows, columns, stride);
    } else {
      core.gatherDoubles(place, at, rows, exponent);
      square += core.doubleSquares(at, rows);
    }
  });
  if (exponent === DEAD) return Number.NEGATIVE_INFINITY;
  return square > SAFE_SQUARE && square < 1 / SAFE_SQUARE
    ? lnOf(square, exponent)
    : placeGradient(arena, to, readGradient(arena, g, name, value));
}

/** Where a parameter's gradient stands; undefined for one that is a function of what stands there. */
function runsOf(arena: Arena, g: Geometry, name: string): Runs | undefined {
  const { H, H4, R, F, features: W, cell, deltaRows, recurrentColumns, spec, sizes } = g;
  const base = (tensor: string, floats: number) => arena.address(`${tensor}.gradientTotal`) + F * floats * 8;
  if (name.startsWith("readout.")) {
    if (sizes.outputs === null || g.loss === "none") return undefined;
    const stride = pad4(sizes.outputs);
    const floats = gradientFloats(stride, stride, W, 0);
    const [exponents, total] = [g.layers.length, base("readout", floats)];
    return name === "readout.bias"
      ? {
          exponent: exponentOf(arena, g, exponents, "biasExponent"),
          rows: sizes.outputs,
          columns: 1,
          stride: 0,
          from: [(floats - stride) * 8],
          total,
        }
      : {
          exponent: exponentOf(arena, g, exponents, "inputExponent"),
          rows: sizes.outputs,
          columns: W,
          stride,
          from: [0],
          total,
        };
  }
  if (name === "embedding.weight" || /^(stem|head)\./.test(name)) return undefined;
  const [, kind, suffix] = /^rnn\.(\w+?)_(l\d+(?:_reverse)?)$/.exec(name) as RegExpExecArray;
  if (cellVectors(spec).some((vector) => vector.name === kind)) return undefined;
  const n = g.layers.findIndex((layer) => layer.suffix === suffix);
  if (kind === CELL_TABLE[spec.cell].innerMatrix) {
    return {
      exponent: exponentOf(arena, g, g.layers.length + 1 + n, "hiddenExponent"),
      rows: H,
      columns: H,
      stride: H4,
      from: [0],
      total: base(`inner.${suffix}`, gradientFloats(H4, deltaRows, 0, H)),
    };
  }
  const ofInput = kind.endsWith("_ih");
  if (!ofInput && kind.startsWith("weight") && (cell.recurrence ?? cell.innerGate) !== undefined) return undefined;
  const { inputs } = g.layers[n];
  const floats = gradientFloats(R, deltaRows, inputs, recurrentColumns);
  const total = base(suffix, floats);
  const gates = ofInput ? cell.inputGates : cell.hiddenGates;
  const inOrder = gates.map((_, gate) => gates.indexOf(gate)); // slabs, first gate first
  if (kind.startsWith("bias")) {
    const first = floats - deltaRows + (ofInput ? 0 : cell.hiddenAt * H4);
    return {
      exponent: exponentOf(arena, g, n, "biasExponent"),
      rows: H,
      columns: 1,
      stride: 0,
      from: inOrder.map((slab) => (first + slab * H4) * 8),
      total,
    };
  }
  const first = ofInput ? 0 : Math.ceil(inputs / 8) * R * 8;
  return {
    exponent: exponentOf(arena, g, n, ofInput ? "inputExponent" : "hiddenExponent"),
    rows: H,
    columns: ofInput ? inputs : recurrentColumns,
    stride: R,
    from: inOrder.map((slab) => (first + slab * H4 * 8) * 8),
    total,
  };
}
