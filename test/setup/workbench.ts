/** Number of bytes of a guard band, and their value. */
const GUARD = 256;
const FILL = 0xa5;

type TypedArray = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Numbers in WASM memory: an address for a kernel, and a view for the test. */
export interface Piece<View extends TypedArray> {
  readonly at: number;
  readonly view: View;
}

/** Operands laid out in one WASM memory, 16-byte aligned, each between two guard bands that no kernel may touch. */
export class Workbench {
  readonly #buffer: ArrayBuffer;
  readonly #base: number;
  readonly #guards: number[] = [];
  #end: number;

  /** @param base first byte that may be used */
  constructor(memory: WebAssembly.Memory, base = 65536) {
    this.#buffer = memory.buffer as ArrayBuffer;
    this.#base = base;
    this.#end = base;
    this.clear();
  }

  /** Forgets every piece. */
  clear(): void {
    this.#guards.length = 0;
    this.#end = this.#base;
    this.#guard();
  }

  f32(values: ArrayLike<number>): Piece<Float32Array<ArrayBuffer>> {
    return this.#put(Float32Array, values);
  }

  f64(values: ArrayLike<number>): Piece<Float64Array<ArrayBuffer>> {
    return this.#put(Float64Array, values);
  }

  i32(values: ArrayLike<number>): Piece<Int32Array<ArrayBuffer>> {
    return this.#put(Int32Array, values);
  }

  /** Whether every guard band is unchanged. */
  get intact(): boolean {
    return this.#guards.every((at) => new Uint8Array(this.#buffer, at, GUARD).every((byte) => byte === FILL));
  }

  #put<View extends TypedArray>(
    Type: { new (buffer: ArrayBuffer, offset: number, length: number): View; readonly BYTES_PER_ELEMENT: number },
    values: ArrayLike<number>,
  ): Piece<View> {
    const at = this.#end;
    const view = new Type(this.#buffer, at, values.length);
    view.set(values);
    const used = at + values.length * Type.BYTES_PER_ELEMENT;
    this.#end = Math.ceil(used / 16) * 16;
    new Uint8Array(this.#buffer, used, this.#end - used).fill(FILL);
    this.#guard();
    return { at, view };
  }

  #guard(): void {
    new Uint8Array(this.#buffer, this.#end, GUARD).fill(FILL);
    this.#guards.push(this.#end);
    this.#end += GUARD;
  }
}
