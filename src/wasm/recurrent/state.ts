import type { BatchState } from "../../tasks/batch.ts";
import type { Arena } from "../engine.ts";
import type { ScaledTensor } from "../scaled.ts";
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

const partsOf = ({ cell }: Geometry): readonly ("h" | "c")[] => (cell.direct === "cell" ? ["h", "c"] : ["h"]);

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
