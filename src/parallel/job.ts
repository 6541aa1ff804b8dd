/*
 * A job of a worker, as data: bytes to write into the memory of its own instance of the core, one call, bytes to read.
 * It knows nothing of networks.
 *
 * Places count from the first byte the core itself does not use, which is the same in every instance of one module.
 */

import type { Buffers } from "./buffers.ts";

/** Bytes to write at a place. */
export interface Write {
  readonly at: number;
  readonly data: ArrayBuffer;
}

/** Bytes to read back. */
export interface Read {
  readonly at: number;
  readonly bytes: number;
}

/**
 * The part that several jobs share: it is sent to a worker only once. Memory is zeroed before it is written.
 */
export interface Setup {
  /** Equal for equal contents. */
  readonly key: string;
  /** Bytes of memory the jobs need. */
  readonly bytes: number;
  readonly writes: readonly Write[];
  /** Called once after its writes. */
  readonly call?: Call;
}

/** Name of an export and its arguments. */
export type Call = readonly [name: string, ...operands: number[]];

export interface Job {
  readonly setup: Setup;
  /** Made anew each time the job is sent, as their buffers move to the worker. */
  readonly writes: () => readonly Write[];
  readonly call: Call;
  readonly reads: readonly Read[];
  /** The store of the buffers of `writes` and `reads`; without it they are new each time. */
  readonly buffers?: Buffers;
}

/** The message to a worker: with its first job the module, and the setup if it holds another one. */
export interface Request {
  readonly module?: WebAssembly.Module;
  readonly setup?: Setup;
  readonly writes: readonly Write[];
  readonly call: Call;
  readonly reads: readonly Read[];
  /** A buffer for each read. */
  readonly into?: readonly ArrayBuffer[];
}

/** From a worker: a buffer for each read, and those of the writes; or the error. */
export type Reply =
  | { readonly results: readonly ArrayBuffer[]; readonly spent: readonly ArrayBuffer[] }
  | { readonly error: string };
