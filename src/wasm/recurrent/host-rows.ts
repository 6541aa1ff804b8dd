import type { Arena } from "../engine.ts";
import type { PlannedTensor } from "../plan.ts";
import type { Geometry } from "./geometry.ts";

/*
 * The norms of every step take more memory than the states, if these are computed again from checkpoints. Such a pass
 * has room for the rows of one chunk. After each chunk the host copies them to arrays of its own and clears them.
 */

/** The axis of a tensor that counts steps, in a plan whose rows leave WASM memory chunk by chunk. */
export const stepAxis = ({ measured, T }: Pick<Geometry, "measured" | "T">, axis: number): number | undefined =>
  measured < T ? axis : undefined;

/** One tensor with a row for every step: [lead][T][width]. */
interface Rows {
  readonly tensor: PlannedTensor;
  readonly lead: number;
  readonly width: number;
  readonly values: Float64Array | Int32Array;
}

/** The rows of all steps, outside of WASM memory. */
export class HostRows {
  readonly #arena: Arena;
  readonly #geometry: Geometry;
  readonly #rows = new Map<string, Rows>();

  constructor(arena: Arena, geometry: Geometry) {
    this.#arena = arena;
    this.#geometry = geometry;
    for (const tensor of arena.plan.tensors.values()) {
      const { name, shape, type, stepAxis: axis } = tensor;
      if (axis === undefined) continue;
      const [lead, width] = [shape.slice(0, axis), shape.slice(axis + 1)].map((axes) =>
        axes.reduce((a, b) => a * b, 1),
      );
      const length = lead * geometry.T * width;
      const values = type === "f64" ? new Float64Array(length) : new Int32Array(length);
      this.#rows.set(name, { tensor, lead, width, values });
    }
  }

  /** Clears the rows in WASM memory, before the first chunk. */
  begin(): void {
    for (const { tensor } of this.#rows.values()) this.#view(tensor).fill(0);
  }

  /** Takes the rows of a chunk that has run backward, and clears them for the next. */
  take(chunk: number): void {
    const { C, T } = this.#geometry;
    const from = chunk * C;
    const steps = Math.min(C, T - from);
    for (const { tensor, lead, width, values } of this.#rows.values()) {
      const view = this.#view(tensor);
      for (let n = 0; n < lead; n++) {
        values.set(view.subarray(n * C * width, (n * C + steps) * width), (n * T + from) * width);
      }
      view.fill(0);
    }
  }

  /** All rows of a tensor; undefined where it has none here. */
  f64(name: string): Float64Array | undefined {
    return this.#rows.get(name)?.values as Float64Array | undefined;
  }

  i32(name: string): Int32Array | undefined {
    return this.#rows.get(name)?.values as Int32Array | undefined;
  }

  #view({ name, type }: PlannedTensor): Float64Array | Int32Array {
    return type === "f64" ? this.#arena.f64(name) : this.#arena.i32(name);
  }
}
