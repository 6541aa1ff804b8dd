/** Buffers that are sent to workers and come back for reuse: a new page of memory costs more than the copy into it. */
export class Buffers {
  readonly #spare = new Map<number, ArrayBuffer[]>();

  /** A buffer of `bytes` bytes with any contents. */
  take(bytes: number): ArrayBuffer {
    return this.#spare.get(bytes)?.pop() ?? new ArrayBuffer(bytes);
  }

  /** Returns a buffer whose contents are no longer needed. */
  give(buffer: ArrayBuffer): void {
    const { byteLength } = buffer;
    if (byteLength === 0) return; // its bytes are in another thread
    const spare = this.#spare.get(byteLength);
    if (spare === undefined) this.#spare.set(byteLength, [buffer]);
    else spare.push(buffer);
  }
}
