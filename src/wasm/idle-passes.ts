interface Disposable {
  dispose(): void;
}

/** The most passes that are kept. */
const MOST = 4;

/**
 * Passes that no network uses. Planning takes longer than a small pass, so the next network of the same shape
 * takes one over. Their memory is freed when another plan needs it.
 */
export class IdlePasses {
  /** The passes by their key, the oldest first. */
  readonly #passes = new Map<string, Disposable>();

  keep(key: string, pass: Disposable): void {
    if (this.#passes.has(key)) {
      pass.dispose();
      return;
    }
    this.#passes.set(key, pass);
    if (this.#passes.size > MOST) this.free(1);
  }

  /** The pass of this key, which the caller then owns; undefined if there is none. */
  take(key: string): unknown {
    const pass = this.#passes.get(key);
    this.#passes.delete(key);
    return pass;
  }

  /** Frees the oldest passes, by default all. */
  free(count = this.#passes.size): void {
    for (const [key, pass] of [...this.#passes].slice(0, count)) {
      this.#passes.delete(key);
      pass.dispose();
    }
  }
}
