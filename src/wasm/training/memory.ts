import { copyInParts, NUMBERS_A_PART } from "../../base/copy-in-parts.ts";
import { finish } from "../../base/time-slicing.ts";
import type { Arena, Engine } from "../engine.ts";
import { lnOf } from "../scaled.ts";
import { UPDATE_RULE, type UpdateRuleName } from "../generated/kinds.ts";
import { UPDATE } from "../generated/records.ts";
import { bytesOfRecord, writeRecord, zeroRecord } from "../records.ts";
import type { Coefficients, Slot } from "../../catalogue/optimizers/coefficients.ts";
import {
  countOf,
  type Kept,
  paddedCount,
  planTraining,
  SUMS,
  TRAINING_REMEDY,
  type TrainedTensor,
  type UpdateKind,
} from "./plan.ts";

/** The fields of a record that are a tensor's address. */
const TENSORS = ["theta", "gradient", "first", "second", "third", "scratch", "before", "start"] as const;

/** The place of one parameter in every block, its record, and its number of units. */
interface Place {
  readonly index: number;
  readonly first: number;
  readonly count: number;
  readonly units: number;
  readonly theta: number;
  readonly gradient: number;
  readonly unclipped: number;
}

/** The effect of the last update on one parameter: natural logarithms, −∞ for an exact zero. */
export interface Moved {
  /** ln ‖θ_t − θ_{t−1}‖ */
  readonly lnUpdateNorm: number;
  /** ln ‖θ_t‖ */
  readonly lnNorm: number;
  /** ln ‖θ_t − θ_0‖ */
  readonly lnDistance: number;
}

/**
 * The memory of a training run, planned once: parameters, gradients as float32 tensors, the optimizer's state and the
 * start. Each kind has one block, with the parameters one after the other. All parameters share one block for the
 * values before an update, which are needed until the update is measured.
 */
export class TrainingMemory {
  readonly #arena: Arena;
  readonly #places = new Map<string, Place>();
  readonly #slots: readonly Slot[];
  readonly #rule: UpdateRuleName;
  /** Whether the effect of updates is measured. */
  readonly measures: boolean;

  /** @throws EvanesceError if the plan does not fit into `limit` bytes */
  constructor(engine: Engine, tensors: readonly TrainedTensor[], kind: UpdateKind, limit: number) {
    const { rule, slots, measures } = kind;
    const counts = tensors.map(countOf);
    const padded = counts.map(paddedCount);
    this.#slots = slots;
    this.#rule = rule;
    this.measures = measures;
    const arena = engine.reserve(planTraining(tensors, kind), limit, TRAINING_REMEDY);
    this.#arena = arena;
    let first = 0;
    tensors.forEach(({ name, shape }, index) => {
      const at = (block: string) => (arena.address(block) === 0 ? 0 : arena.address(block) + first * 4);
      const [theta, gradient] = [at("theta"), at("gradient")];
      const units = shape.length < 2 ? 1 : shape[0];
      this.#places.set(name, {
        index,
        first,
        count: counts[index],
        units,
        theta,
        gradient,
        unclipped: at("unclipped"),
      });
      writeRecord(arena.i32("updates"), index, UPDATE, {
        ...zeroRecord(UPDATE),
        rule: UPDATE_RULE[rule],
        n: counts[index],
        theta,
        gradient,
        first: at("first"),
        second: at("second"),
        third: at("third"),
        scratch: arena.address("scratch"),
        before: measures ? arena.address("before") : 0,
        start: at("start"),
        moved: arena.address("moved") + index * SUMS * 8,
      });
      first += padded[index];
    });
  }

  get bytes(): number {
    return this.#arena.plan.bytes;
  }

  /** A view of one of a parameter's tensors. Growth of the memory detaches it. */
  view(kept: Kept, name: string): Float32Array {
    const { first, count } = this.#placeOf(name);
    return this.#arena.f32(kept).subarray(first, first + count);
  }

  /** The byte address of the gradient of a parameter. */
  gradientAddress(name: string): number {
    return this.#placeOf(name).gradient;
  }

  /** Copies every number of one kind to another, with a pause after every million. */
  *copyInParts(from: "theta" | "gradient", to: "start" | "unclipped"): Generator<void, void> {
    const { length } = this.#arena.f32(from);
    for (let at = 0; at < length; at += NUMBERS_A_PART) {
      this.#arena.f32(to).set(this.#arena.f32(from).subarray(at, at + NUMBERS_A_PART), at);
      if (at + NUMBERS_A_PART < length) yield;
    }
  }

  /**
   * Updates every parameter by its gradient and measures the change if this memory was made for it, with a pause after
   * every million numbers. If the caller stops at a pause, the rest is updated at once, so no network stays half
   * updated.
   *
   * @param coefficientsOf the numbers of a parameter's update, by its name
   * @param constrain changes a parameter in place between its update and the measurement; undefined if there is no
   * constraint
   */
  *updateInParts(
    coefficientsOf: (name: string) => Coefficients,
    constrain?: (name: string, theta: Float32Array) => void,
  ): Generator<void, void> {
    const records = this.#arena.i32("updates");
    const floats = new Float32Array(records.buffer, records.byteOffset, records.length);
    for (const [name, { index }] of this.#places) {
      const coefficients = coefficientsOf(name);
      for (const field of UPDATE.floats) floats[index * UPDATE.size + UPDATE.at[field]] = coefficients[field];
    }
    this.#arena.f64("moved").fill(0);
    const parts = this.#updates(constrain);
    try {
      for (let numbers = 0; ; ) {
        const { done, value } = parts.next();
        if (done) return;
        numbers += value;
        if (numbers < NUMBERS_A_PART) continue;
        numbers = 0;
        yield;
      }
    } finally {
      finish(parts);
    }
  }

  /** Updates every parameter in parts; yields the number of values in each part. */
  *#updates(constrain?: (name: string, theta: Float32Array) => void): Generator<number, void> {
    const { core } = this.#arena;
    for (const [name, place] of this.#places) {
      if (this.#rule === "lamb") {
        yield* this.#inParts(place, core.optimizerUpdate);
        const ratio = this.#lambRatio(place);
        yield* this.#inParts(place, (record) => core.lambMove(record, ratio));
      } else if (constrain === undefined && this.measures) {
        yield* this.#inParts(place, (record) => core.optimizerStep(record, 1));
        continue;
      } else yield* this.#inParts(place, core.optimizerUpdate);
      constrain?.(name, this.view("theta", name));
      if (this.measures) yield* this.#inParts(place, core.measureUpdate);
    }
  }

  /** ‖θ‖/‖u‖ of LAMB; 1 if one of them is 0. */
  #lambRatio({ theta, count }: Place): number {
    const { core } = this.#arena;
    const own = Math.sqrt(core.squareSum(theta, count));
    const size = Math.sqrt(core.squareSum(this.#arena.address("scratch"), count));
    return own > 0 && size > 0 ? own / size : 1;
  }

  /** Calls `work` on the record of a parameter, or on the records of its parts, one after the other. */
  *#inParts({ index, count }: Place, work: (record: number) => void): Generator<number, void> {
    const address = (record: number) => this.#arena.address("updates") + record * bytesOfRecord(UPDATE);
    if (count <= NUMBERS_A_PART) {
      work(address(index));
      yield count;
      return;
    }
    for (let from = 0; from < count; from += NUMBERS_A_PART) {
      const numbers = Math.min(NUMBERS_A_PART, count - from);
      this.#writePart(index, from, numbers);
      work(address(this.#places.size));
      yield numbers;
    }
  }

  /** Writes the last record for `count` numbers of a parameter, from number `from` on. */
  #writePart(index: number, from: number, count: number): void {
    const records = this.#arena.i32("updates");
    const part = this.#places.size * UPDATE.size;
    records.copyWithin(part, index * UPDATE.size, (index + 1) * UPDATE.size);
    records[part + UPDATE.at.n] = count;
    for (const field of TENSORS) {
      const at = part + UPDATE.at[field];
      if (records[at] !== 0) records[at] += from * 4;
    }
  }

  /** The changes of the last update, in the order of the parameters. */
  get moved(): Moved[] {
    const lanes = this.#arena.f64("moved");
    const lnTotal = (at: number) => lnOf(lanes[at] + lanes[at + 2] + (lanes[at + 1] + lanes[at + 3]), 0);
    return Array.from({ length: this.#places.size }, (_, i) => ({
      lnUpdateNorm: lnTotal(i * SUMS),
      lnNorm: lnTotal(i * SUMS + 4),
      lnDistance: lnTotal(i * SUMS + 8),
    }));
  }

  /** How many numbers a parameter has. */
  count(name: string): number {
    return this.#placeOf(name).count;
  }

  /** ln of the norm of one gradient. */
  lnGradientNorm(name: string): number {
    const { gradient, count } = this.#placeOf(name);
    return lnOf(this.#arena.core.squareSum(gradient, count), 0);
  }

  /** Σ (s a − r b)² and Σ (s a + r b)², where a is the gradient and b the gradient before clipping. */
  combinedSquares(name: string, s: number, r: number): readonly [apart: number, together: number] {
    const { gradient, unclipped, count } = this.#placeOf(name);
    const out = this.#arena.address("moved"); // free until the update
    this.#arena.core.combinedSquares(out, gradient, s, unclipped, r, count);
    const [apart, together] = this.#arena.f64("moved");
    return [apart, together];
  }

  /** Clips every entry of a gradient to ±limit; returns the number of clipped entries and of all entries. */
  clipValues(name: string, limit: number): { clipped: number; judged: number } {
    const { gradient, count } = this.#placeOf(name);
    return { clipped: this.#arena.core.clipValues(gradient, count, limit), judged: count };
  }

  /**
   * Clips the gradient of every unit to λ times the norm of its weights; returns the number of clipped units and of all
   * units.
   */
  clipUnits(name: string, lambda: number): { clipped: number; judged: number } {
    const { gradient, theta, count, units } = this.#placeOf(name);
    return { clipped: this.#arena.core.clipUnits(gradient, theta, units, count / units, lambda), judged: units };
  }

  /** Scales a gradient and keeps what it was if that is measured. */
  scaleGradient(name: string, factor: number): void {
    const { gradient, unclipped, count } = this.#placeOf(name);
    this.#arena.core.keepAndScale(this.measures ? unclipped : gradient, gradient, count, factor);
  }

  /** The optimizer's state: copies, by `slot.name`, with a pause after each. */
  *state(): Generator<void, Map<string, Float32Array>> {
    const state = new Map<string, Float32Array>();
    for (const slot of this.#slots) {
      for (const name of this.#places.keys()) {
        state.set(`${slot}.${name}`, yield* this.copyOf(slot, name));
        yield;
      }
    }
    return state;
  }

  /** A copy of one kind of one parameter's numbers, with a pause after every million. */
  copyOf(kept: Kept, name: string): Generator<void, Float32Array> {
    return copyInParts(() => this.view(kept, name));
  }

  /** Sets every number of one slot. */
  fill(slot: Slot, value: number): void {
    for (const name of this.#places.keys()) this.view(slot, name).fill(value);
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #placeOf(name: string): Place {
    return this.#places.get(name) as Place;
  }
}
