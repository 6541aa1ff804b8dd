import { beginsElsewhere } from "../../spec/initial-state.ts";
import type { ParameterPlace } from "../../spec/parameter-place.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { BatchState } from "../../tasks/batch.ts";
import type { Arena } from "../engine.ts";
import { DEAD } from "../generated/constants.ts";
import type { ParameterMap, ScaledTensor } from "../scaled.ts";
import { layerOf } from "./gradient-runs.ts";
import type { Order } from "./lengths.ts";
import type { Geometry } from "./geometry.ts";

/**
 * Visits every number of a state of the first `lanes` lanes: its place in panels [P][N][state rows][8], and in the
 * caller's [N, B, H]. Lanes past the batch repeat its last sample.
 */
function visit(
  { H, H4, layers, stateRows }: Geometry,
  { samples }: Order,
  part: "h" | "c",
  lanes: number,
  visitor: (panel: number, own: number, lane: number) => void,
): void {
  const N = layers.length;
  const B = samples.length;
  for (let b = 0; b < lanes; b++) {
    const sample = samples[Math.min(b, B - 1)];
    for (let n = 0; n < N; n++) {
      const record = (b >> 3) * N + n;
      const first = (record * stateRows + (part === "c" ? H4 : 0)) * 8 + (b & 7);
      for (let i = 0; i < H; i++) visitor(first + i * 8, (n * B + sample) * H + i, record * 8 + (b & 7));
    }
  }
}

const partsOf = ({ cell }: Pick<Geometry, "cell">): readonly ("h" | "c")[] =>
  cell.direct === "cell" ? ["h", "c"] : ["h"];

/** Copies a first state in. */
export function feedState(arena: Arena, g: Geometry, order: Order, state: BatchState): void {
  const panels = arena.f32("initial");
  for (const part of partsOf(g)) {
    const values = state[part] as Float32Array;
    visit(g, order, part, g.P * 8, (panel, own) => {
      panels[panel] = values[own];
    });
  }
}

/** One state for all samples, a row of H numbers for each layer and direction. */
export interface StateRows {
  readonly h: readonly ArrayLike<number>[];
  readonly c?: readonly ArrayLike<number>[] | undefined;
}

/** The state that a spec says sequences begin with: given numbers, or parameters; undefined where it is zero. */
export function firstStateOf({ spec, layers, cell }: Geometry, parameters: ParameterMap): StateRows | undefined {
  const { initialState } = spec;
  if (!beginsElsewhere(spec)) return undefined;
  if (typeof initialState === "object") return initialState;
  const rows = (part: "h" | "c") => layers.map(({ suffix }) => parameters.get(`rnn.${part}0_${suffix}`)!.slice());
  return { h: rows("h"), ...(partsOf({ cell }).includes("c") ? { c: rows("c") } : {}) };
}

/** Copies one first state into every sample's place. */
export function feedRows(arena: Arena, g: Geometry, order: Order, rows: StateRows): void {
  const panels = arena.f32("initial");
  for (const part of partsOf(g)) {
    const values = Float32Array.from(rows[part]!.flatMap((row) => Array.from(row))); // [N, H]
    visit(g, order, part, g.P * 8, (panel, own) => {
      const layer = Math.floor(own / (g.B * g.H));
      panels[panel] = values[layer * g.H + (own % g.H)];
    });
  }
}

/** Whether a pass keeps the last state, and the gradient of the first one. */
export const keepsState = (spec: RecurrentSpec, given: BatchState | undefined): boolean =>
  given !== undefined || beginsElsewhere(spec);

/** The state behind each sample's last step. */
export function readState(arena: Arena, g: Geometry, order: Order): BatchState {
  const panels = arena.f32("final");
  const read = (part: "h" | "c") => {
    const values = new Float32Array(g.layers.length * g.B * g.H);
    visit(g, order, part, g.B, (panel, own) => {
      values[own] = panels[panel];
    });
    return values;
  };
  return Object.fromEntries(partsOf(g).map((part) => [part, read(part)])) as unknown as BatchState;
}

/** ∂L/∂ of the first state, `[N, B, H]`, in one binary frame each. */
export function readStateGradient(arena: Arena, g: Geometry, order: Order): { h: ScaledTensor; c?: ScaledTensor } {
  const panels = arena.f32("initialGradient");
  const frames = arena.i32("initialExponents");
  const read = (part: "h" | "c"): ScaledTensor => {
    let exponent = Number.NEGATIVE_INFINITY;
    visit(g, order, part, g.B, (panel, _, lane) => {
      if (panels[panel] !== 0 && frames[lane] > exponent) exponent = frames[lane];
    });
    const data = new Float64Array(g.layers.length * g.B * g.H);
    if (exponent === Number.NEGATIVE_INFINITY) return { data, exponent: 0 };
    visit(g, order, part, g.B, (panel, own, lane) => {
      data[own] = panels[panel] === 0 ? 0 : panels[panel] * 2 ** (frames[lane] - exponent);
    });
    return { data, exponent };
  };
  return Object.fromEntries(partsOf(g).map((part) => [part, read(part)])) as { h: ScaledTensor; c?: ScaledTensor };
}

/** Where a learned first state stands: `leaf` is `h0` or `c0`. */
type StatePlace = ParameterPlace & { readonly module: "rnn" };

/**
 * The gradient of one layer's part of a learned first state, [H]: the sum over samples, in the order of the panels, in
 * the largest frame.
 */
export function readFirstStateGradient(arena: Arena, g: Geometry, place: StatePlace): ScaledTensor {
  const { B, H, H4, stateRows, layers } = g;
  const [N, n] = [layers.length, layerOf(g, place)];
  const panels = arena.f32("initialGradient");
  const frames = arena.i32("initialExponents");
  const record = (b: number) => (b >> 3) * N + n;
  const row = (b: number, i: number) => (record(b) * stateRows + (place.leaf === "c0" ? H4 : 0) + i) * 8 + (b & 7);
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
