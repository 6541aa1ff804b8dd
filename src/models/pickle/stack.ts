import type { PickleBytes } from "./bytes.ts";
import { Dict, Made, type PickleValue } from "./values.ts";

const MARK = Symbol("mark");

/** The stack of the pickle machine: values, and marks that say where a list of arguments begins. */
export class PickleStack {
  private readonly slots: (PickleValue | typeof MARK)[] = [];

  /** @param bytes the bytes that errors refer to */
  constructor(private readonly bytes: PickleBytes) {}

  mark(): void {
    this.slots.push(MARK);
  }

  /** Drops a value, or the mark above it. */
  drop(): void {
    if (this.slots.pop() === undefined) throw this.bytes.bad("a value on the stack", "none");
  }

  push(value: PickleValue): void {
    this.slots.push(value);
  }

  pop(): PickleValue {
    return this.value(this.slots.pop());
  }

  top(): PickleValue {
    return this.value(this.slots.at(-1));
  }

  /** Removes the last mark and the values above it. Returns these values. */
  popMarked(): PickleValue[] {
    const mark = this.slots.lastIndexOf(MARK);
    if (mark < 0) throw this.bytes.bad("a mark on the stack", "none");
    return this.slots.splice(mark).slice(1) as PickleValue[];
  }

  /** The tuple on top. */
  popTuple(): PickleValue[] {
    const value = this.pop();
    if (!Array.isArray(value)) throw this.bytes.bad("arguments that are a tuple", typeof value);
    return value;
  }

  /** Appends to the list on top. */
  extend(values: readonly PickleValue[]): void {
    const target = this.top();
    const list = target instanceof Made ? target.list : target;
    if (!Array.isArray(list)) throw this.bytes.bad("a list to append to", typeof target);
    for (const value of values) list.push(value);
  }

  /** Sets items of the dict on top: keys and values in turn. */
  setItems(pairs: readonly PickleValue[]): void {
    const target = this.top();
    const dict = target instanceof Made ? target.items : target;
    if (!(dict instanceof Dict) || pairs.length % 2 !== 0)
      throw this.bytes.bad("a dict, keys and values", typeof target);
    for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  }

  private value(slot: PickleValue | typeof MARK | undefined): PickleValue {
    if (slot !== undefined && slot !== MARK) return slot;
    throw this.bytes.bad("a value on the stack", slot === MARK ? "a mark" : "none");
  }
}
