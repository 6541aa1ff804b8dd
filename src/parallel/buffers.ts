/** Buffers that travel to and fro: pages that are new to a process cost more than what is copied into them. */
export class Buffers {
  readonly #spare = new Map<number, ArrayBuffer[]>();

  /** A buffer of so many bytes, holding anything. */
  take(bytes: number): ArrayBuffer {
    return this.#spare.get(bytes)?.pop() ?? new ArrayBuffer(bytes);
  }

  /** Gives a buffer back whose contents nobody needs any more. */
  give(buffer: ArrayBuffer): void {
    const { byteLength } = buffer;
    if (byteLength === 0) return; // its bytes are in another thread
    const spare = this.#spare.get(byteLength);
    if (spare === undefined) this.#spare.set(byteLength, [buffer]);
    else spare.push(buffer);
  }
}
