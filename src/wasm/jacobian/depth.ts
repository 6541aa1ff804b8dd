import { pad4 } from "../panels.ts";
import { InternalError } from "../../base/errors.ts";
import type { Arena, Engine } from "../engine.ts";
import type { DepthPass } from "../feedforward/pass.ts";
import type { TapeOperation, TapeValue } from "../feedforward/tape.ts";
import { PlanBuilder } from "../plan.ts";
import type { Chain } from "./chain.ts";

/** Buffers for the block's input, the branch, a highway's gate, and the value being written. */
const BUFFERS = 4;
/** Bytes of one row of a panel. The first of its eight lanes holds the sample. */
const ROW = 32;

/**
 * ∂h_last/∂h_{first−1} of one block of a deep net, applied to the columns of a chain. It applies the tape's operations
 * in their order, each by its forward derivative at the values that the pass stored. The pass holds one sample.
 */
export class BlockJacobians {
  readonly #pass: DepthPass;
  readonly #arena: Arena;
  readonly #chain: Chain;

  constructor(engine: Engine, pass: DepthPass, chain: Chain, limit: number) {
    this.#pass = pass;
    this.#chain = chain;
    const dense = pass.tape.operations.filter(({ code }) => code === "dense");
    const weights = Math.max(...dense.map(({ x, out }) => pad4(x.rows) * pad4(out.rows)));
    const plan = new PlanBuilder();
    for (let b = 0; b < BUFFERS; b++) plan.add(`buffer${b}`, "working", [pad4(chain.columns), chain.lead], "f64");
    plan.add("weights", "working", [weights], "f64");
    plan.add("vector", "working", [chain.lead]);
    this.#arena = engine.reserve(plan.done(), limit, "raise the memory limit, or lower width");
  }

  /** chain.a ← J chain.q, J from station `from` to station `to`: two ends of one block, or of a run of blocks. */
  apply(from: number, to: number): void {
    const { tape } = this.#pass;
    const begin = lastWriting(tape.operations, tape.stations[from]) + 1;
    const end = lastWriting(tape.operations, tape.stations[to]);
    const operations = tape.operations.slice(begin, end + 1);
    const places = new Map<string, number>([[keyOf(tape.stations[from]), 0]]);
    this.#copy(this.#address(0), this.#chain.q);
    operations.forEach((operation, i) => {
      const rest = operations.slice(i + 1);
      const needed = (value: TapeValue) =>
        rest.some(({ x, y, z }) => [x, y, z].some((v) => v !== null && keyOf(v) === keyOf(value)));
      const result = this.#run(operation, places, begin + i, needed);
      for (const [key] of [...places]) {
        const alive = rest.some(({ x, y, z }) => [x, y, z].some((v) => v !== null && keyOf(v) === key));
        if (!alive) places.delete(key);
      }
      places.set(keyOf(operation.out), result);
    });
    this.#copy(this.#chain.a, this.#address(places.get(keyOf(tape.stations[to])) as number));
  }

  dispose(): void {
    this.#arena.dispose();
  }

  /** Applies one operation; returns the buffer of its result. */
  #run(op: TapeOperation, places: Map<string, number>, index: number, needed: (v: TapeValue) => boolean): number {
    const { core } = this.#arena;
    const { lead, live } = this.#chain;
    const held = (value: TapeValue): number => {
      const place = places.get(keyOf(value));
      if (place === undefined) throw new InternalError(`no tangents of operation ${index}'s operand`);
      return place;
    };
    const free = (): number => {
      const taken = new Set(places.values());
      const found = Array.from({ length: BUFFERS }, (_, b) => b).find((b) => !taken.has(b));
      if (found === undefined) throw new InternalError("a block needs more buffers than planned");
      return found;
    };
    /** A buffer with the operand's tangents that may be overwritten. */
    const own = (value: TapeValue): number => {
      const place = held(value);
      if (!needed(value) || keyOf(value) === keyOf(op.out)) return place;
      const to = free();
      this.#copy(this.#address(to), this.#address(place));
      return to;
    };
    const n = op.out.rows;
    const tape = this.#pass.arena.address(`tape:${index}`);
    const parameter = op.weight === null ? 0 : this.#pass.arena.address(op.weight);
    switch (op.code) {
      case "dense": {
        const to = free();
        const weights = this.#arena.address("weights");
        const K4 = pad4(op.x.rows);
        core.packFloats(weights, K4, parameter, n, op.x.rows);
        const at = this.#address(held(op.x));
        core.tangentProduct(this.#address(to), at, lead, live, weights, K4, n, op.x.rows);
        return to;
      }
      case "activation":
      case "prelu": {
        const to = own(op.x);
        core.tangentScale(this.#address(to), lead, live, tape, ROW, n);
        return to;
      }
      case "layer":
      case "rms": {
        const to = own(op.x);
        const inverse = this.#pass.arena.address(`statistics:${index}`);
        core.tangentNorm(this.#address(to), lead, live, tape, parameter, inverse, n, op.code === "layer" ? 1 : 0);
        return to;
      }
      case "join": {
        const to = own(op.y as TapeValue);
        const alpha = op.weight === null ? 1 : this.#pass.arena.f32(op.weight)[0];
        this.#scaleAll(to, Math.fround(op.factor) * alpha, n);
        core.tangentAdd(this.#address(to), this.#address(held(op.x)), lead, live, 1, n);
        return to;
      }
      case "highway":
        return this.#highway(op, held, own, free, tape, index);
      default:
        throw new InternalError(`no forward derivative of ${op.code}`);
    }
  }

  /** dout = m g ⊙ dy + (1 − g) ⊙ dx + σ'(z) ⊙ (m y − x) ⊙ dz. The tape holds g, 1 − g and σ'(z). */
  #highway(
    op: TapeOperation,
    held: (v: TapeValue) => number,
    own: (v: TapeValue) => number,
    free: () => number,
    tape: number,
    index: number,
  ): number {
    const { core } = this.#arena;
    const { lead, live } = this.#chain;
    const n = op.out.rows;
    const [y, z] = [op.y as TapeValue, op.z as TapeValue];
    const slopes = this.#pass.arena.f32(`tape:${index}`);
    const values = (value: TapeValue) => this.#pass.arena.f32(value.data.tensor).subarray(value.data.first * 8);
    const [xs, ys, vector] = [values(op.x), values(y), this.#arena.f32("vector")];
    const m = Math.fround(op.factor);
    for (let i = 0; i < n; i++) vector[i] = slopes[(2 * n + i) * 8] * (m * ys[i * 8] - xs[i * 8]);
    const ofBranch = own(y);
    core.tangentScale(this.#address(ofBranch), lead, live, tape, ROW, n);
    this.#scaleAll(ofBranch, m, n);
    const ofGate = held(z);
    core.tangentScale(this.#address(ofGate), lead, live, this.#arena.address("vector"), 4, n);
    core.tangentAdd(this.#address(ofBranch), this.#address(ofGate), lead, live, 1, n);
    const ofSkip = free();
    this.#copy(this.#address(ofSkip), this.#address(held(op.x)));
    core.tangentScale(this.#address(ofSkip), lead, live, tape + n * ROW, ROW, n);
    core.tangentAdd(this.#address(ofBranch), this.#address(ofSkip), lead, live, 1, n);
    return ofBranch;
  }

  /** x ← α x, by a vector of α, because x + (α − 1) x would round twice. */
  #scaleAll(buffer: number, alpha: number, n: number): void {
    if (alpha === 1) return;
    this.#arena.f32("vector").fill(alpha);
    const { lead, live } = this.#chain;
    this.#arena.core.tangentScale(this.#address(buffer), lead, live, this.#arena.address("vector"), 4, n);
  }

  #address(buffer: number): number {
    return this.#arena.address(`buffer${buffer}`);
  }

  #copy(to: number, from: number): void {
    const bytes = new Uint8Array(this.#arena.core.memory.buffer);
    bytes.copyWithin(to, from, from + pad4(this.#chain.columns) * this.#chain.lead * 8);
  }
}

/** The address of a value; operations that work in place share it. */
const keyOf = ({ data }: TapeValue): string => `${data.tensor}:${data.first}`;

/** The last operation that writes `value` itself. */
function lastWriting(operations: readonly TapeOperation[], value: TapeValue): number {
  return operations.findLastIndex(({ out }) => out === value);
}
