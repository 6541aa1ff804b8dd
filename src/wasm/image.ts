import type { Write } from "../parallel/job.ts";
import type { Arena } from "./engine.ts";
import type { MemoryPlan, PlannedTensor } from "./plan.ts";

/** A place for records: an arena, or the image of one. */
export type RecordHome = Pick<Arena, "address" | "i32">;

/**
 * Records written before there is memory for them, with the addresses that the plan will have in a worker's instance,
 * from `base` on.
 */
export class PlanImage implements RecordHome {
  readonly #base: number;
  readonly #plan: MemoryPlan;
  readonly #tensors = new Map<string, Int32Array>();

  constructor(base: number, plan: MemoryPlan) {
    this.#base = base;
    this.#plan = plan;
  }

  address(name: string): number {
    const tensor = this.#plan.tensors.get(name);
    return tensor === undefined ? 0 : this.#base + tensor.offset;
  }

  i32(name: string): Int32Array {
    let values = this.#tensors.get(name);
    if (values === undefined) {
      values = new Int32Array((this.#plan.tensors.get(name) as PlannedTensor).bytes / 4);
      this.#tensors.set(name, values);
    }
    return values;
  }

  /** The records written so far, with their places in the plan. */
  get writes(): Write[] {
    return [...this.#tensors].map(([name, values]) => ({
      at: (this.#plan.tensors.get(name) as PlannedTensor).offset,
      data: values.buffer as ArrayBuffer,
    }));
  }
}

/** Copies bytes into a planned tensor, from its byte `at` on. */
export function copyTo(arena: Arena, name: string, at: number, from: Uint8Array<ArrayBuffer>): void {
  new Uint8Array(arena.core.memory.buffer, arena.address(name) + at, from.byteLength).set(from);
}

/** Fills `to` with bytes of a planned tensor, from byte `from` on. */
export function bytesOf(arena: Arena, name: string, from: number, to: ArrayBuffer): ArrayBuffer {
  new Uint8Array(to).set(new Uint8Array(arena.core.memory.buffer, arena.address(name) + from, to.byteLength));
  return to;
}
