import type { ParameterMap } from "../wasm/scaled.ts";
import { NUMBERS_A_PART } from "../base/copy-in-parts.ts";

/** Returns a view of a parameter in a trainer's memory. */
export type View = (name: string) => Float32Array;

/**
 * A network's parameters: in arrays of its own or, while a trainer has borrowed them, in the trainer's WASM memory,
 * where updates happen. `get` returns the current numbers in both cases.
 */
export class ParameterValues {
  readonly #own: Map<string, Float32Array>;
  readonly #lent = new Map<string, Float32Array>();
  #view: View | undefined;
  #all: Map<string, Float32Array> | undefined;

  constructor(initial: Map<string, Float32Array>) {
    this.#own = initial;
  }

  /** All parameters by name. Growth of the WASM memory detaches views: call this again for every use. */
  get all(): ParameterMap {
    if (this.#view === undefined) return this.#own;
    const [first] = this.#lent.keys();
    if (this.#all === undefined || this.#all.get(first)?.length === 0) {
      this.#all = new Map(this.#own);
      for (const name of this.#lent.keys()) this.#all.set(name, this.get(name) as Float32Array);
    }
    return this.#all;
  }

  /** The current numbers of one parameter; undefined for an unknown name. */
  get(name: string): Float32Array | undefined {
    const lent = this.#lent.get(name);
    if (lent === undefined || this.#view === undefined) return this.#own.get(name);
    if (lent.length > 0) return lent;
    const fresh = this.#view(name); // if memory grew, the earlier view is detached
    this.#lent.set(name, fresh);
    return fresh;
  }

  /** Whether a trainer has the parameters. */
  get isLent(): boolean {
    return this.#view !== undefined;
  }

  /**
   * Copies the named parameters, with pauses, into the memory that `view` shows. When all are copied, they are read
   * there.
   */
  *lend(names: readonly string[], view: View): Generator<void, void> {
    let copied = 0;
    for (const name of names) {
      const own = this.#own.get(name) as Float32Array;
      view(name).set(own);
      copied += own.length;
      if (copied < NUMBERS_A_PART) continue;
      copied = 0;
      yield;
    }
    for (const name of names) this.#lent.set(name, view(name));
    this.#view = view;
    this.#all = undefined;
  }

  /** Copies them back. */
  takeBack(): void {
    for (const name of this.#lent.keys()) this.#own.get(name)?.set(this.get(name) as Float32Array);
    this.#lent.clear();
    this.#view = undefined;
    this.#all = undefined;
  }
}
