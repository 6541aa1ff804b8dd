import type { Arena } from "../engine.ts";
import { GRADIENT } from "../generated/records.ts";
import { type Geometry, gradientSets } from "./plan.ts";

/** The frame of one part of the sum over panels, which stands behind those of the panels in flight. */
export const exponentOf = (
  arena: Arena,
  g: Geometry,
  n: number,
  part: "inputExponent" | "hiddenExponent" | "biasExponent",
  set = 0,
): number => {
  const record = (n * gradientSets(g) + set) * (g.F + 1) + g.F;
  return arena.i32("gradients")[record * GRADIENT.size + GRADIENT.at[part]];
};

/** Rows first … first + count of panels [⌈columns/8⌉][R][8], row-major. */
export function unpack(panels: Float64Array, R: number, first: number, count: number, columns: number): Float64Array {
  const data = new Float64Array(count * columns);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = panels[((j >> 3) * R + first + i) * 8 + (j & 7)];
  }
  return data;
}
