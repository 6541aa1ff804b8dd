import { finish } from "../../base/time-slicing.ts";
import { cellVectors } from "../../catalogue/index.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import type { Arena } from "../engine.ts";
import { DEAD } from "../generated/constants.ts";
import { addScaled, lnOf, type ScaledTensor, type TensorSums } from "../scaled.ts";
import { placeGradient } from "../training/place.ts";
import {
  gradientRuns,
  type GradientSet,
  innerRuns,
  readoutRuns,
  readRuns,
  sumsOfRuns,
  weightsOf,
} from "./gradient-runs.ts";
import type { Geometry } from "./geometry.ts";
import { readFirstStateGradient } from "./state.ts";

/*
 * The gradient of a parameter of a recurrent pass: as an array for the host, or written into WASM memory for an
 * optimizer.
 */

/**
 * Copies a parameter's gradient, row-major, in the frame of its exponent.
 *
 * @param value the parameter's own values, for parameters of which the step uses a function
 */
export function readGradient(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace,
  value: Float32Array,
  set: GradientSet = "whole",
): ScaledTensor {
  return finish(readGradientInParts(arena, g, place, value, set));
}

/** `readGradient` with pauses. */
export function* readGradientInParts(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace,
  value: Float32Array,
  set: GradientSet = "whole",
): Generator<void, ScaledTensor> {
  if (place.module === "embedding") return readEmbedding(arena, g, set);
  if (place.module === "rnn" && place.part === "state") return readFirstStateGradient(arena, g, place, set);
  const runs = gradientRuns(arena, g, place, set);
  if (runs === undefined) return { data: new Float64Array(value.length), exponent: 0 };
  const own = yield* readRuns(arena, runs);
  if (place.module !== "rnn") return own;
  const { H, cell, spec } = g.weights[weightsOf(g, place)];
  if (place.part === "vector") {
    const { slope = () => 1 } = cellVectors(spec).find(({ name }) => name === place.leaf)!;
    return { data: own.data.map((sum, i) => slope(value[i]) * sum), exponent: own.exponent };
  }
  if (place.part !== "recurrent") return own;
  if (cell.innerGate !== undefined) {
    const inner = yield* readRuns(arena, innerRuns(arena, g, weightsOf(g, place), set));
    return withInner(own, cell.innerGate * H * H, inner);
  }
  return { data: cell.recurrence?.backward(own.data, H) ?? own.data, exponent: own.exponent };
}

/**
 * Sums over a parameter's gradient, found in WASM memory, with pauses; undefined for one that the host must compute
 * first, see `readGradientInParts`.
 */
export function* sumsOfGradient(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace,
): Generator<void, ScaledSums | undefined> {
  const runs = standsAsItIs(g, place) ? gradientRuns(arena, g, place, "whole") : undefined;
  return runs && { sums: yield* sumsOfRuns(arena, runs), exponent: runs.exponent };
}

/** Sums over a tensor in the frame of its exponent. */
export interface ScaledSums {
  readonly sums: TensorSums;
  readonly exponent: number;
}

/** Squares below it may have lost summands to float64's range; above its inverse they may have overflowed. */
const SAFE_SQUARE = 1e-250;

/**
 * Writes a parameter's gradient at byte address `to`, row-major, rounded to float32; returns ln of its norm before
 * that. If the step uses a function of the parameter, the host computes the gradient; all other gradients stay in WASM
 * memory.
 */
export function gatherGradient(
  arena: Arena,
  g: Geometry,
  place: ParameterPlace,
  value: Float32Array,
  to: number,
): number {
  const byHost = () => placeGradient(arena, to, readGradient(arena, g, place, value));
  const runs = standsAsItIs(g, place) ? gradientRuns(arena, g, place, "whole") : undefined;
  if (runs === undefined) return byHost();
  const { core } = arena;
  const { exponent, rows, columns, stride, addresses } = runs;
  let square = 0;
  addresses.forEach((address, run) => {
    const target = to + run * rows * columns * 4;
    if (stride > 0) {
      core.gatherDoublePanels(target, address, rows, columns, stride, exponent);
      square += core.doublePanelSquares(address, rows, columns, stride);
    } else {
      core.gatherDoubles(target, address, rows, exponent);
      square += core.doubleSquares(address, rows);
    }
  });
  if (exponent === DEAD) return Number.NEGATIVE_INFINITY;
  return square > SAFE_SQUARE && square < 1 / SAFE_SQUARE ? lnOf(square, exponent) : byHost();
}

/** Whether the sums of the pass are the gradient itself, and no further function must be applied. */
function standsAsItIs(g: Geometry, place: ParameterPlace): boolean {
  if (place.module === "readout") return g.loss !== "none";
  if (place.module !== "rnn" || place.part === "vector" || place.part === "state") return false;
  const { cell } = g.weights[weightsOf(g, place)];
  return place.part !== "recurrent" || (cell.recurrence ?? cell.innerGate) === undefined;
}

/** The gradient of the table [V, X]. A tied readout adds its own, which truncation does not change. */
function readEmbedding(arena: Arena, g: Geometry, set: GradientSet): ScaledTensor {
  const exponent = arena.core.embeddingGradient(arena.address("pass"), set === "whole" ? 0 : 1);
  const own = { data: new Float64Array(arena.f32("embeddingGradient")), exponent };
  if (!g.spec.embedding?.tied || g.loss === "none" || g.sizes.outputs === null) return own;
  return addScaled(own, finish(readRuns(arena, readoutRuns(arena, g, false))));
}

/**
 * The gradient of W_hh, the rows of one gate, from number `at` on, replaced by `inner`; the result has the larger of
 * the two exponents.
 */
function withInner(whole: ScaledTensor, at: number, inner: ScaledTensor): ScaledTensor {
  const exponent = Math.max(whole.exponent, inner.exponent);
  const toFrame = ({ data, exponent: from }: ScaledTensor) =>
    data.map((value) => (value === 0 ? 0 : value * 2 ** (from - exponent)));
  const data = toFrame(whole);
  data.set(toFrame(inner), at);
  return { data, exponent };
}
