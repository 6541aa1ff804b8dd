import { pad4 } from "../panels.ts";
import { random } from "../../base/random.ts";
import type { Arena, Engine } from "../engine.ts";
import { PlanBuilder } from "../plan.ts";
import { REFLECTORS } from "../generated/constants.ts";
import { FRAME } from "../generated/records.ts";
import { writeRecord } from "../records.ts";

/**
 * Rows that are smaller than the largest row by this many powers of two change no singular value within float64's
 * precision. They are set to zero, because subnormal numbers are slow.
 */
const NEGLIGIBLE = 200;

/** The sizes of a chain. */
export interface ChainShape {
  /** The longest column: rows of the widest J. */
  readonly rows: number;
  /** Columns of Q. */
  readonly columns: number;
  /** Whether R_W … R_1 is kept, for the singular values of the whole. */
  readonly product: boolean;
}

/** Singular values, largest first: value i is `values[i] · 2^exponent`. */
export interface ScaledSingularValues {
  readonly values: Float64Array;
  readonly exponent: number;
}

/**
 * A product of Jacobians in float64, one factor at a time:
 *
 *     J_s Q_{s−1} = Q_s R_s        J_W … J_1 Q_0 = Q_W (R_W … R_1)
 *
 * Singular values are those of R_W … R_1, Lyapunov exponents the means of ln |R_ii| (Benettin et al. 1980; Eckmann and
 * Ruelle 1985). To apply a factor, the caller reads Q from `q`, writes J Q into `a` (both `[width][lead]`, by columns)
 * and calls `advance`.
 */
export class Chain {
  readonly lead: number;
  readonly columns: number;
  readonly #arena: Arena;
  /** Columns of Q now: fewer than `columns` after a narrower layer. */
  #live: number;

  /** @throws EvanesceError if the plan does not fit into `limit` bytes */
  constructor(engine: Engine, { rows, columns, product }: ChainShape, limit: number) {
    const lead = pad4(rows);
    const width = pad4(columns);
    const plan = new PlanBuilder();
    plan.add("frame", "record", [FRAME.size], "i32");
    for (const name of ["a", "q", "v"]) plan.add(name, "working", [width, lead], "f64");
    plan.add("t", "working", [Math.ceil(width / REFLECTORS), REFLECTORS, REFLECTORS], "f64");
    plan.add("w", "working", [2, width, REFLECTORS], "f64");
    plan.add("r", "working", [width, width], "f64");
    plan.add("panels", "working", [Math.max(REFLECTORS * lead, width * width)], "f64");
    plan.add("diagonal", "working", [width], "f64");
    if (product) {
      plan.add("product", "working", [width, width], "f64");
      plan.add("exponents", "working", [2, width], "i32");
    }
    this.lead = lead;
    this.columns = columns;
    this.#live = columns;
    this.#arena = engine.reserve(plan.done(), limit, "raise the memory limit, or ask for fewer exponents or units");
    this.#describe(rows);
  }

  /** Address of the frame Q. */
  get q(): number {
    return this.#arena.address("q");
  }

  /** Address of the matrix to orthogonalize. */
  get a(): number {
    return this.#arena.address("a");
  }

  /** Columns of Q now. */
  get live(): number {
    return this.#live;
  }

  /** Q ← the first columns of I. */
  startFromIdentity(): void {
    this.#live = this.columns;
    const q = this.#arena.f64("q").fill(0);
    for (let j = 0; j < this.columns; j++) q[j * this.lead + j] = 1;
  }

  /** Q ← random orthonormal columns, so that no direction is missing. */
  startAtRandom(seed: number, rows: number): void {
    this.#live = this.columns;
    const stream = random(seed, "jacobian/frame");
    const a = this.#arena.f64("a").fill(0);
    for (let j = 0; j < this.columns; j++) {
      for (let i = 0; i < rows; i++) a[j * this.lead + i] = stream.normal();
    }
    this.advance(rows, false);
  }

  /** R_W … R_1 ← I: the product begins with the next factor. */
  startProduct(): void {
    this.#describe(this.lead);
    this.#arena.core.startProduct(this.#arena.address("frame"));
  }

  /** Factors J Q in `a`, whose columns have `rows` numbers, into Q R. If `kept`, R is multiplied into the product. */
  advance(rows: number, kept: boolean): void {
    const { core } = this.#arena;
    this.#describe(rows);
    core.orthogonalize(this.#arena.address("frame"));
    if (kept) core.multiplyTriangle(this.#arena.address("frame"));
    this.#live = Math.min(rows, this.#live);
  }

  /** |R_ii| of the last step; 0 if below rounding. It is a view, so read it before the next call. */
  get diagonal(): Float64Array {
    return this.#arena.f64("diagonal").subarray(0, this.#live);
  }

  /** The singular values of the product. The call overwrites the product. */
  singularValues(): ScaledSingularValues {
    const width = pad4(this.columns);
    const n = this.#live;
    const product = this.#arena.f64("product");
    const exponents = this.#arena.i32("exponents");
    const row = (i: number) => product.subarray(i * width, i * width + width);
    const tops = Array.from({ length: n }, (_, i) => {
      const most = row(i).reduce((top, x) => Math.max(top, Math.abs(x)), 0);
      return most === 0 ? Number.NEGATIVE_INFINITY : Math.floor(Math.log2(most)) + exponents[i];
    });
    const exponent = tops.reduce((top, e) => Math.max(top, e), Number.NEGATIVE_INFINITY);
    if (exponent === Number.NEGATIVE_INFINITY) return { values: new Float64Array(n), exponent: 0 };
    for (let i = 0; i < n; i++) {
      const factor = tops[i] < exponent - NEGLIGIBLE ? 0 : 2 ** (exponents[i] - exponent);
      row(i).forEach((x, j, all) => {
        all[j] = factor === 0 ? 0 : x * factor;
      });
    }
    this.#arena.core.singularValues(this.#arena.address("diagonal"), this.#arena.address("product"), width, n);
    return { values: this.#arena.f64("diagonal").slice(0, n).sort().reverse(), exponent };
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #describe(rows: number): void {
    const at = (name: string) => this.#arena.address(name);
    writeRecord(this.#arena.i32("frame"), 0, FRAME, {
      lead: this.lead,
      width: pad4(this.columns),
      rows,
      columns: this.#live,
      a: at("a"),
      q: at("q"),
      v: at("v"),
      t: at("t"),
      w: at("w"),
      r: at("r"),
      panels: at("panels"),
      product: at("product"),
      exponents: at("exponents"),
      diagonal: at("diagonal"),
    });
  }
}
