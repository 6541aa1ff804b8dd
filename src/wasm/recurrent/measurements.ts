import type { Arena } from "../engine.ts";
import type { Magnitudes } from "../magnitudes.ts";
import { type Geometry, hasForgetGate, magnitudeStations, type StreamName, wantsInput } from "./geometry.ts";
import { HostRows } from "./host-rows.ts";
import { type Measured, measured } from "./stream-plan.ts";

/**
 * The norms of a stream: `[N, T, B]` squares and their binary exponents; the true square is `square ·
 * 4^exponent`.
 */
export type StreamSquares = Readonly<Partial<Record<Measured, Float64Array>>> & {
  readonly total: Float64Array;
  readonly exponents: Int32Array;
};

/** The true square is `square · 4^exponent`. */
interface Squares {
  readonly squares: Float64Array;
  readonly exponents: Int32Array;
}

/** Squared norms of ∂L/∂x: of every step and sample, and, if requested, of every panel and column. */
export interface InputSquares extends Squares {
  readonly columns?: Squares;
}

/**
 * The measurements that the last run of a recurrent pass left in its memory. Views: growth of the memory detaches them.
 */
export class RecurrentMeasurements {
  readonly geometry: Geometry;
  /** Its memory, for probes that read states and tape. */
  readonly arena: Arena;
  readonly #measured: readonly Measured[];
  /** The rows that have left WASM memory; undefined where all stay there. */
  protected readonly rows: HostRows | undefined;

  constructor(geometry: Geometry, arena: Arena) {
    this.geometry = geometry;
    this.arena = arena;
    this.#measured = measured(geometry);
    if (geometry.measured < geometry.T) this.rows = new HostRows(arena, geometry);
  }

  #f64(name: string): Float64Array {
    return this.rows?.f64(name) ?? this.arena.f64(name);
  }

  #i32(name: string): Int32Array {
    return this.rows?.i32(name) ?? this.arena.i32(name);
  }

  stream(name: StreamName): StreamSquares {
    const squares: Partial<Record<Measured, Float64Array>> = {};
    for (const part of this.#measured) squares[part] = this.#f64(`${name}.${part}`);
    return { ...(squares as { total: Float64Array }), exponents: this.#i32(`${name}.exponents`) };
  }

  /** `[B]` squared norms of ∂L/∂y at the last step, and their binary exponents. */
  get outputs(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.arena.f64("outputSquares"), exponents: this.arena.i32("outputFrames") };
  }

  /** ‖h‖ of record n over the batch after step k, in the record's own order of time; the pass must keep every state. */
  stateNorm(n: number, k: number): number {
    const { B, F, stored, layers } = this.geometry;
    const { suffix, history, H, stateRows } = layers[n];
    const states = this.arena.f32(`states_${suffix}`);
    let sum = 0;
    for (let b = 0; b < Math.min(B, F * 8); b++) {
      const first = ((b >> 3) * (stored + history) + k + history) * stateRows * 8 + (b & 7);
      for (let i = 0; i < H; i++) sum += states[first + i * 8] ** 2;
    }
    return Math.sqrt(sum);
  }

  /** `[T, B]` squared norms of ∂L/∂x and their binary exponents; by panel `[P, X]` and `[P]` those of each column. */
  get inputGradient(): InputSquares | undefined {
    if (!wantsInput(this.geometry)) return undefined;
    const own = { squares: this.#f64("inputSquares"), exponents: this.#i32("inputFrames") };
    if (this.geometry.options.inputGradient !== "columns") return own;
    return {
      ...own,
      columns: { squares: this.arena.f64("inputColumns"), exponents: this.arena.i32("inputColumnFrames") },
    };
  }

  /** Norms of a dense layer of stem or head: `[S, B]` of S steps, or of one vector per sample. */
  dense(
    name: string,
  ): Squares & { readonly dropped?: Float64Array; readonly gate?: Float64Array; readonly normed?: Float64Array } {
    const has = (part: string) => this.arena.plan.tensors.has(`${name}.${part}`);
    return {
      squares: this.#f64(`${name}.total`),
      exponents: this.#i32(`${name}.exponents`),
      ...(has("dropped") ? { dropped: this.#f64(`${name}.dropped`) } : {}),
      ...(has("gate") ? { gate: this.#f64(`${name}.gate`) } : {}),
      ...(has("normedSquares") ? { normed: this.#f64(`${name}.normedSquares`) } : {}),
    };
  }

  /** `[N, T]` sums over batch and units of the gate on the direct route; undefined if the cell has none. */
  get gates(): Float64Array | undefined {
    return hasForgetGate(this.geometry) ? this.#f64("gates") : undefined;
  }

  /** `[N, T]` squared norms of every step's own contribution, and their binary exponents. */
  get contributions(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.#f64("contributions"), exponents: this.#i32("contributionExponents") };
  }

  /** The truncated gradient's `[N, T, B]` squared norms and exponents. */
  get truncatedStream(): StreamSquares {
    return { total: this.#f64("truncated.total"), exponents: this.#i32("truncated.exponents") };
  }

  /** Entries of δ by magnitude, a count for each step or run of steps; of a pass with the option `half`. */
  get magnitudes(): Magnitudes {
    return { counts: this.arena.i32("magnitudes"), stations: magnitudeStations(this.geometry), of: this.geometry.T };
  }

  /** `[S, T]` squared norms and exponents of single losses' gradients, in the order of the plan's credit sweeps. */
  get credits(): { squares: Float64Array; exponents: Int32Array } {
    return { squares: this.arena.f64("credit.profile"), exponents: this.arena.i32("credit.profileExponents") };
  }
}
