import { beginsElsewhere, stateWidth } from "../../spec/initial-state.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { BatchState } from "../../tasks/batch.ts";
import type { Arena } from "../engine.ts";
import { DEAD } from "../generated/constants.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { type GradientSet, weightsOf } from "./gradient-runs.ts";
import type { Order } from "./lengths.ts";
import type { Geometry } from "./geometry.ts";

/**
 * The layers that have h, or c, and the index at which their numbers begin. The numbers of all samples of a layer come
 * before those of the next layer.
 */
function placesOf({ layers, B }: Geometry, part: "h" | "c"): { n: number; first: number; H: number; H4: number }[] {
  let first = 0;
  return layers.flatMap(({ cell, spec, H4 }, n) => {
    if (part === "c" && cell.direct !== "cell") return [];
    const H = stateWidth(spec, part);
    const place = { n, first, H, H4 };
    first += B * H;
    return [place];
  });
}

/** Numbers of a part of a state. */
const countOf = (g: Geometry, part: "h" | "c"): number => placesOf(g, part).reduce((sum, { H }) => sum + g.B * H, 0);

/**
 * Visits every number of a state in the first `lanes` lanes, with its index in the panels [P][N][most state rows][8]
 * and in the caller's [N, B, H]. Lanes beyond the batch repeat its last sample.
 */
function visit(
  g: Geometry,
  { samples }: Order,
  part: "h" | "c",
  lanes: number,
  visitor: (panel: number, own: number, lane: number, n: number, i: number) => void,
): void {
  const N = g.layers.length;
  const B = samples.length;
  for (let b = 0; b < lanes; b++) {
    const sample = samples[Math.min(b, B - 1)];
    for (const { n, first, H, H4 } of placesOf(g, part)) {
      const record = (b >> 3) * N + n;
      const start = (record * g.mostStateRows + (part === "c" ? H4 : 0)) * 8 + (b & 7);
      for (let i = 0; i < H; i++) visitor(start + i * 8, first + sample * H + i, record * 8 + (b & 7), n, i);
    }
  }
}

const partsOf = ({ layers }: Pick<Geometry, "layers">): readonly ("h" | "c")[] =>
  layers.some(({ cell }) => cell.direct === "cell") ? ["h", "c"] : ["h"];

/** Copies a first state into the memory of a pass. */
export function feedState(arena: Arena, g: Geometry, order: Order, state: BatchState): void {
  const panels = arena.f32("initial");
  for (const part of partsOf(g)) {
    const values = state[part] as Float32Array;
    visit(g, order, part, g.P * 8, (panel, own) => {
      panels[panel] = values[own];
    });
  }
}

/** One state for all samples: a row of H numbers for each layer and direction; c only for those with a cell state. */
export interface StateRows {
  readonly h: readonly ArrayLike<number>[];
  readonly c?: readonly ArrayLike<number>[] | undefined;
}

/** The first state of sequences according to the spec: constant numbers, or parameters; undefined if it is zero. */
export function firstStateOf(g: Geometry, parameters: ParameterMap): StateRows | undefined {
  const { initialState } = g.spec;
  if (!beginsElsewhere(g.spec)) return undefined;
  if (typeof initialState === "object") return initialState;
  const rows = (part: "h" | "c") =>
    placesOf(g, part).map(({ n }) => parameters.get(`${g.layers[n].stack}.${part}0_${g.layers[n].suffix}`)!.slice());
  return { h: rows("h"), ...(partsOf(g).includes("c") ? { c: rows("c") } : {}) };
}

/** Copies one first state into every sample's place. */
export function feedRows(arena: Arena, g: Geometry, order: Order, rows: StateRows): void {
  const panels = arena.f32("initial");
  for (const part of partsOf(g)) {
    const own = new Map(placesOf(g, part).map(({ n }, row) => [n, rows[part]![row]]));
    visit(g, order, part, g.P * 8, (panel, _own, _lane, n, i) => {
      panels[panel] = own.get(n)![i];
    });
  }
}

/** Whether a pass keeps the last state, and the gradient of the first one. */
export const keepsState = (spec: RecurrentSpec, state: BatchState | undefined): boolean =>
  state !== undefined || beginsElsewhere(spec);

/** The state after each sample's last step. */
export function readState(arena: Arena, g: Geometry, order: Order): BatchState {
  const panels = arena.f32("final");
  const read = (part: "h" | "c") => {
    const values = new Float32Array(countOf(g, part));
    visit(g, order, part, g.B, (panel, own) => {
      values[own] = panels[panel];
    });
    return values;
  };
  return Object.fromEntries(partsOf(g).map((part) => [part, read(part)])) as unknown as BatchState;
}

/** The gradient of the first state: of h and of c, each `[N, B, H]` with one binary exponent. */
export function readStateGradient(arena: Arena, g: Geometry, order: Order): { h: ScaledTensor; c?: ScaledTensor } {
  const panels = arena.f32("initialGradient");
  const frames = arena.i32("initialExponents");
  const read = (part: "h" | "c"): ScaledTensor => {
    let exponent = Number.NEGATIVE_INFINITY;
    visit(g, order, part, g.B, (panel, _, lane) => {
      if (panels[panel] !== 0 && frames[lane] > exponent) exponent = frames[lane];
    });
    const data = new Float64Array(countOf(g, part));
    if (exponent === Number.NEGATIVE_INFINITY) return { data, exponent: 0 };
    visit(g, order, part, g.B, (panel, own, lane) => {
      data[own] = panels[panel] === 0 ? 0 : panels[panel] * 2 ** (frames[lane] - exponent);
    });
    return { data, exponent };
  };
  return Object.fromEntries(partsOf(g).map((part) => [part, read(part)])) as { h: ScaledTensor; c?: ScaledTensor };
}

/** The place of a learned first state: `leaf` is `h0` or `c0`. */
type StatePlace = ParameterPlace & { readonly module: "rnn" };

/**
 * The gradient of one layer's part of a learned first state, [H]: the sum over samples, in the order of the panels,
 * with the largest exponent.
 */
export function readFirstStateGradient(arena: Arena, g: Geometry, place: StatePlace, set: GradientSet): ScaledTensor {
  const { B, layers, mostStateRows } = g;
  const [N, n] = [layers.length, weightsOf(g, place)];
  const { spec, H4 } = layers[n];
  const H = stateWidth(spec, place.leaf === "c0" ? "c" : "h");
  const of = set === "whole" ? "" : "truncated.";
  const panels = arena.f32(`${of}initialGradient`);
  const frames = arena.i32(`${of}initialExponents`);
  const record = (b: number) => (b >> 3) * N + n;
  const row = (b: number, i: number) => (record(b) * mostStateRows + (place.leaf === "c0" ? H4 : 0) + i) * 8 + (b & 7);
  const frame = (b: number) => frames[record(b) * 8 + (b & 7)];
  let exponent = Number.NEGATIVE_INFINITY;
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < H; i++) if (panels[row(b, i)] !== 0) exponent = Math.max(exponent, frame(b));
  }
  const data = new Float64Array(H);
  if (exponent === Number.NEGATIVE_INFINITY) return { data, exponent: DEAD };
  for (let b = 0; b < B; b++) {
    const scale = 2 ** (frame(b) - exponent);
    for (let i = 0; i < H; i++) if (panels[row(b, i)] !== 0) data[i] += panels[row(b, i)] * scale;
  }
  return { data, exponent };
}
