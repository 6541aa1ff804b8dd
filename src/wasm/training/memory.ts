import type { Arena, Engine } from "../engine.ts";
import { lnOf } from "../scaled.ts";
import { PlanBuilder } from "../plan.ts";
import { UPDATE, writeRecord } from "../records.ts";

/** What an optimiser may keep of each parameter, beside it. */
export type Slot = "first" | "second" | "third";

/** A parameter that is trained. */
export interface TrainedTensor {
  readonly name: string;
  /** Row-major; the first axis counts the units of clipping by unit. */
  readonly shape: readonly number[];
}

/** The numbers of one update that are the same for every tensor; see `assembly/optimizers/update.ts`. */
export interface Coefficients {
  readonly rate: number;
  readonly decay: number;
  readonly keep: number;
  readonly beta1: number;
  readonly fresh1: number;
  readonly beta2: number;
  readonly fresh2: number;
  readonly epsilon: number;
  readonly scale1: number;
  readonly scale2: number;
}

/** What of one parameter is kept, each a float32 tensor like it. */
type Kept = "theta" | "gradient" | "before" | "start" | "unclipped" | "scratch" | Slot;

const COEFFICIENTS = [
  "rate",
  "decay",
  "keep",
  "beta1",
  "fresh1",
  "beta2",
  "fresh2",
  "epsilon",
  "scale1",
  "scale2",
] as const satisfies readonly (keyof Coefficients)[];

/** A cache line of floats: no two parameters share one. */
const LINE = 16;

/**
 * The memory of a training run, planned once: parameters, gradients as float32 tensors, the optimiser's state, and the parameters before the last
 * update and at the start. One block of each, parameters one behind the other, so that a whole block is copied at once.
 */
export class TrainingMemory {
  readonly #arena: Arena;
  readonly #places = new Map<string, { index: number; first: number; count: number; units: number }>();
  readonly #slots: readonly Slot[];

  /** @throws EvanesceError where the plan does not fit into `limit` bytes */
  constructor(
    engine: Engine,
    tensors: readonly TrainedTensor[],
    { rule, slots, scratch, clips }: { rule: number; slots: readonly Slot[]; scratch: boolean; clips: boolean },
    limit: number,
  ) {
    let floats = 0;
    let largest = 0;
    tensors.forEach(({ name, shape }, index) => {
      const count = shape.reduce((product, axis) => product * axis, 1);
      this.#places.set(name, { index, first: floats, count, units: shape.length < 2 ? 1 : shape[0] });
      floats += Math.ceil(count / LINE) * LINE;
      largest = Math.max(largest, count);
    });
    this.#slots = slots;
    const plan = new PlanBuilder();
    plan.add("updates", [tensors.length, UPDATE.length], "i32");
    for (const block of ["theta", "gradient", "before", "start", ...slots] satisfies Kept[]) plan.add(block, [floats]);
    if (clips) plan.add("unclipped", [floats]);
    if (scratch) plan.add("scratch", [largest]);
    this.#arena = engine.reserve(plan.done(), limit, "raise the memory limit, or lower the network's sizes");
    for (const [name, { index, count }] of this.#places) {
      writeRecord(this.#arena.i32("updates"), index, UPDATE, {
        rule,
        n: count,
        theta: this.#address("theta", name),
        gradient: this.#address("gradient", name),
        first: this.#address("first", name),
        second: this.#address("second", name),
        third: this.#address("third", name),
        scratch: this.#arena.address("scratch"),
        ...Object.fromEntries(COEFFICIENTS.map((field) => [field, 0])),
      } as Record<(typeof UPDATE)[number], number>);
    }
  }

  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  /** A live view of one parameter's numbers of a kind: it dies when memory grows. */
  view(kept: Exclude<Kept, "scratch">, name: string): Float32Array {
    const { first, count } = this.#placeOf(name);
    return this.#arena.f32(kept).subarray(first, first + count);
  }

  /** Where ∂L/∂name is to be written. */
  gradientAddress(name: string): number {
    return this.#address("gradient", name);
  }

  /** Copies every number of one kind to another. */
  copy(from: "theta" | "gradient", to: "before" | "start" | "unclipped"): void {
    this.#arena.f32(to).set(this.#arena.f32(from));
  }

  /** Updates every parameter by its gradient. */
  update(coefficients: Coefficients): void {
    const { core } = this.#arena;
    const records = this.#arena.i32("updates");
    const floats = new Float32Array(records.buffer, records.byteOffset, records.length);
    const first = this.#arena.address("updates");
    const from = UPDATE.indexOf(COEFFICIENTS[0]);
    for (let index = 0; index < this.#places.size; index++) {
      for (let k = 0; k < COEFFICIENTS.length; k++) {
        floats[index * UPDATE.length + from + k] = coefficients[COEFFICIENTS[k]];
      }
      core.optimizerUpdate(first + index * UPDATE.length * 4);
    }
  }

  /** ln ‖·‖ of one parameter's numbers of a kind. */
  lnNorm(kept: "theta" | "gradient" | "unclipped", name: string): number {
    return lnOf(this.#arena.core.squareSum(this.#address(kept, name), this.#placeOf(name).count), 0);
  }

  /** ln ‖θ − its numbers of a kind‖. */
  lnDistance(from: "before" | "start", name: string): number {
    const { count } = this.#placeOf(name);
    return lnOf(this.#arena.core.differenceSquare(this.#address("theta", name), this.#address(from, name), count), 0);
  }

  /** Σ (s a + r b)² of the gradient a and the one before clipping b. */
  combinedSquare(name: string, s: number, r: number): number {
    const { count } = this.#placeOf(name);
    const [a, b] = [this.#address("gradient", name), this.#address("unclipped", name)];
    return this.#arena.core.combinedSquare(a, s, b, r, count);
  }

  /** Brings every entry of a gradient into ±limit; returns how many were outside, and of how many. */
  clipValues(name: string, limit: number): { clipped: number; judged: number } {
    const { count } = this.#placeOf(name);
    return { clipped: this.#arena.core.clipValues(this.#address("gradient", name), count, limit), judged: count };
  }

  /** Shortens every unit of a gradient to λ of its weights; returns how many it shortened, and of how many. */
  clipUnits(name: string, lambda: number): { clipped: number; judged: number } {
    const { count, units } = this.#placeOf(name);
    const [g, w] = [this.#address("gradient", name), this.#address("theta", name)];
    return { clipped: this.#arena.core.clipUnits(g, w, units, count / units, lambda), judged: units };
  }

  scaleGradient(name: string, factor: number): void {
    this.#arena.core.scaleFloats(this.#address("gradient", name), this.#placeOf(name).count, factor);
  }

  /** The optimiser's state: copies, by `slot.name`. */
  state(): Map<string, Float32Array> {
    const state = new Map<string, Float32Array>();
    for (const slot of this.#slots) {
      for (const name of this.#places.keys()) state.set(`${slot}.${name}`, this.view(slot, name).slice());
    }
    return state;
  }

  /** Sets every number of one slot. */
  fill(slot: Slot, value: number): void {
    for (const name of this.#places.keys()) this.view(slot, name).fill(value);
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #placeOf(name: string) {
    return this.#places.get(name) as { index: number; first: number; count: number; units: number };
  }

  #address(kept: Kept, name: string): number {
    const block = this.#arena.address(kept);
    return block === 0 ? 0 : block + this.#placeOf(name).first * 4;
  }
}
