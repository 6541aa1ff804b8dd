import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { finish } from "../base/time-slicing.ts";
import { hostError, onHost } from "./host-errors.ts";
import { EvanesceError, InternalError } from "../base/errors.ts";
import { disposePool } from "../parallel/pool.ts";
import { type Binary, decode, zlib } from "./core-bytes.ts";
import { SIMD_WASM } from "./generated/binary.ts";
import type { CoreExports } from "./generated/exports.ts";
import { IdlePasses } from "./idle-passes.ts";
import { type MemoryPlan, MIB, mebibytes, type PlannedTensor, requireWithin } from "./plan.ts";

/** WASM's page. */
const PAGE = 65536;
/** Bytes set to zero between two pauses: some milliseconds. */
const CLEARED_AT_ONCE = 16 * MIB;
/** The end of 32-bit addresses. */
const ADDRESSABLE = 65536 * PAGE;
/** The default limit of the bytes of all plans together. */
export const DEFAULT_MEMORY_LIMIT = 1024 * MIB;

/**
 * The build of the core. `relaxed` fuses multiplications and additions if the processor can, so its last bits differ.
 * `wide` gives the bits of `simd` and uses registers of 256 bits.
 */
export type Build = "simd" | "relaxed" | "wide";

type TypedArray = Float32Array | Float64Array | Int32Array;

/**
 * The only owner of WASM memory: it compiles the core on first use, reserves one arena for each plan, and returns views
 * that it rebuilds after every growth. No other code may keep a view across a call.
 */
export class Engine {
  /** The build of the core that runs; the last bits depend on it. */
  readonly build: Build;
  readonly #binary: Binary;
  #module: WebAssembly.Module | undefined;
  #core: CoreExports | undefined;
  #free: Span[] = [];
  /** @internal Passes of networks that were disposed of. */
  readonly idle = new IdlePasses();
  #base: number | undefined;
  #end = 0; // the first byte that was never reserved
  #disposed = false;

  /** @internal The SIMD core; `createEngine` for another build. */
  constructor(build: Build = "simd", binary: Binary = SIMD_WASM) {
    this.build = build;
    this.#binary = binary;
  }

  /**
   * @internal The compiled core. The first use compiles it synchronously, which the main thread of a browser allows
   * only for small modules; see `ready`.
   */
  get module(): WebAssembly.Module {
    this.#module ??= onHost(() => new WebAssembly.Module(decode(this.#binary)));
    return this.#module;
  }

  /** @internal The core's instance. The first use creates it. */
  get core(): CoreExports {
    if (this.#disposed) throw new EvanesceError("engine", "alive", "a disposed one", "create a new one");
    if (this.#core === undefined) this.#core = onHost(() => start(instantiateSync(this.module).exports));
    return this.#core;
  }

  /** Compiles the core outside the main thread. Afterwards every call is synchronous on any host. */
  async ready(): Promise<void> {
    if (this.#core !== undefined) return;
    await this.#compile().catch((error: unknown) => {
      throw hostError(error);
    });
  }

  async #compile(): Promise<void> {
    this.#module ??= await WebAssembly.compile(decode(this.#binary));
    // Node compiles synchronously: the asynchronous loader checks for a Response, and for this Node would load a whole
    // HTTP client, which takes 40 ms.
    if (zlib() === undefined) this.#core ??= start((await instantiate(this.#module)).exports);
    else void this.core;
  }

  /**
   * @internal The first byte that the core itself does not use. Arenas begin there, in this instance and in every other
   * instance of the module.
   */
  get base(): number {
    this.#base ??= this.core.memory.buffer.byteLength;
    return this.#base;
  }

  /**
   * Frees all its memory, and ends its worker threads. Networks that use this engine cannot be used any more: their
   * next call throws.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#module !== undefined) disposePool(this.#module);
    this.idle.free();
    this.#core = undefined;
    this.#module = undefined;
    this.#free = [];
  }

  /** @internal `dispose` for `using engine = await createEngine()`; older type libraries do not have it. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Bytes of WASM memory that the engine holds now. */
  get memoryBytes(): number {
    return this.#core?.memory.buffer.byteLength ?? 0;
  }

  /**
   * One arena of zeros for the whole of `plan`. @internal @throws EvanesceError if the plan exceeds `limit`, or if the
   * machine has no more memory
   */
  reserve(plan: MemoryPlan, limit: number, remedy: string): Arena {
    return finish(this.reserveInParts(plan, limit, remedy));
  }

  /** @internal `reserve` with pauses while it sets used memory to zero. */
  *reserveInParts(plan: MemoryPlan, limit: number, remedy: string): Generator<void, Arena> {
    this.requireRoom(plan, limit, remedy);
    const bytes = Math.ceil(plan.bytes / PAGE) * PAGE;
    if (!this.#fits(bytes)) this.idle.free();
    const { span, used } = this.#reserve(bytes);
    let cleared = false;
    try {
      for (let at = 0; at < used; at += CLEARED_AT_ONCE) {
        if (at > 0) yield;
        const count = Math.min(CLEARED_AT_ONCE, used - at);
        new Uint8Array(this.core.memory.buffer, span.start + at, count).fill(0);
      }
      cleared = true;
      return new Arena(this, plan, span);
    } finally {
      if (!cleared) this.release(span);
    }
  }

  /**
   * @internal
   * @throws EvanesceError if the plan exceeds `limit`, or the range of addresses
   */
  requireRoom(plan: MemoryPlan, limit: number, remedy: string): void {
    requireWithin(plan, Math.min(limit, ADDRESSABLE - PAGE), remedy);
  }

  /** @internal */
  release(span: Span): void {
    this.#free.push(span);
    this.#free.sort((a, b) => a.start - b.start);
    const merged: Span[] = [];
    for (const next of this.#free) {
      const last = merged.at(-1);
      if (last !== undefined && last.start + last.bytes === next.start) last.bytes += next.bytes;
      else merged.push({ ...next });
    }
    const last = merged.at(-1);
    if (last !== undefined && last.start + last.bytes === this.#end) {
      this.#end = last.start;
      merged.pop();
    }
    this.#free = merged;
  }

  /** Whether the memory can hold so many more bytes without growing. */
  #fits(bytes: number): boolean {
    const end = this.#end === 0 ? this.base : this.#end;
    return this.#free.some((span) => span.bytes >= bytes) || end + bytes <= this.memoryBytes;
  }

  /** A span, and how many of its first bytes were used before. */
  #reserve(bytes: number): { readonly span: Span; readonly used: number } {
    const memory = this.core.memory;
    if (this.#end === 0) this.#end = this.base;
    const fit = this.#free.findIndex((span) => span.bytes >= bytes);
    if (fit >= 0) {
      const { start, bytes: free } = this.#free[fit];
      if (free === bytes) this.#free.splice(fit, 1);
      else this.#free[fit] = { start: start + bytes, bytes: free - bytes };
      return { span: { start, bytes }, used: bytes };
    }
    const start = this.#end;
    const before = memory.buffer.byteLength;
    const missing = Math.ceil((start + bytes - before) / PAGE);
    if (missing > 0) grow(memory, missing, bytes);
    this.#end = start + bytes;
    return { span: { start, bytes }, used: Math.max(0, Math.min(before - start, bytes)) };
  }
}

interface Span {
  start: number;
  bytes: number;
}

/** One plan's memory. Addresses stay. Growth detaches views, so the getters make them anew behind it. */
export class Arena {
  readonly plan: MemoryPlan;
  readonly #engine: Engine;
  readonly #span: Span;
  /** The views made so far, by name; growth empties them. */
  readonly #views = new Map<string, TypedArray>();
  #doubles: Float64Array | undefined;
  #disposed = false;

  constructor(engine: Engine, plan: MemoryPlan, span: Span) {
    this.#engine = engine;
    this.plan = plan;
    this.#span = span;
  }

  get core(): CoreExports {
    if (this.#disposed) throw new EvanesceError("network", "alive", "disposed", "create a new one");
    return this.#engine.core;
  }

  /** Byte address of a planned tensor; 0 where the plan has none of that name. */
  address(name: string): number {
    const tensor = this.plan.tensors.get(name);
    return tensor === undefined ? 0 : this.#span.start + tensor.offset;
  }

  f32(name: string): Float32Array {
    return this.#view(name, "f32", Float32Array);
  }

  f64(name: string): Float64Array {
    return this.#view(name, "f64", Float64Array);
  }

  i32(name: string): Int32Array {
    return this.#view(name, "i32", Int32Array);
  }

  /** Doubles that the core keeps outside the plan, at a byte address. */
  doublesAt(address: number, count: number): Float64Array {
    const { memory } = this.core;
    if (this.#doubles?.byteOffset !== address || this.#doubles.length !== count) {
      this.#doubles = new Float64Array(memory.buffer as ArrayBuffer, address, count);
    }
    return this.#doubles;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#engine.release(this.#span);
  }

  #view<View extends TypedArray>(
    name: string,
    type: PlannedTensor["type"],
    Type: new (buffer: ArrayBuffer, offset: number, length: number) => View,
  ): View {
    const { memory } = this.core; // which throws if the network was disposed of
    const made = this.#views.get(name);
    if (made instanceof Type && made.length > 0 && made.buffer === memory.buffer) return made;
    const tensor = this.plan.tensors.get(name);
    if (tensor === undefined || tensor.type !== type) throw new InternalError(`the plan has no ${type} tensor ${name}`);
    const length = tensor.shape.reduce((product, axis) => product * axis, 1);
    const view = new Type(memory.buffer as ArrayBuffer, this.#span.start + tensor.offset, length);
    this.#views.set(name, view);
    return view;
  }
}

/** The engine of all callers that do not pass one. */
let shared: Engine | undefined;
export function sharedEngine(): Engine {
  shared ??= new Engine();
  return shared;
}

function start(exports: unknown): CoreExports {
  return exports as CoreExports;
}

function grow(memory: WebAssembly.Memory, pages: number, bytes: number): void {
  try {
    memory.grow(pages);
  } catch {
    throw new EvanesceError(
      "memory",
      "an arena the machine can give",
      `${mebibytes(bytes)} beside ${mebibytes(memory.buffer.byteLength)} held`,
      "dispose of networks no longer needed, or lower steps, batch or hidden",
    );
  }
}
