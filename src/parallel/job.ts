/*
 * What a worker is asked to do, as data: bytes into the memory of its own instance of the core, one call, bytes out. It
 * knows nothing of networks.
 *
 * Places count from the first byte the core itself does not use, which is the same in every instance of one module.
 */

import type { Buffers } from "./buffers.ts";

/** Bytes to be put somewhere. */
export interface Write {
  readonly at: number;
  readonly data: ArrayBuffer;
}

/** Bytes to be brought back. */
export interface Read {
  readonly at: number;
  readonly bytes: number;
}

/**
 * What several jobs have in common: a worker that holds it is not sent it again. Memory is zeroed before it is written.
 */
export interface Setup {
  /** Equal for equal contents. */
  readonly key: string;
  /** Bytes of memory the jobs need. */
  readonly bytes: number;
  readonly writes: readonly Write[];
  /** Called once behind its writes. */
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
  /** Where the buffers of `writes` and `reads` come from and go back to; new ones each time where left out. */
  readonly buffers?: Buffers;
}

/** To a worker: the module with its first job, the setup where it holds another. */
export interface Request {
  readonly module?: WebAssembly.Module;
  readonly setup?: Setup;
  readonly writes: readonly Write[];
  readonly call: Call;
  readonly reads: readonly Read[];
  /** A buffer for each read. */
  readonly into?: readonly ArrayBuffer[];
}

/** From a worker: a buffer for each read, and those of the writes; or what went wrong. */
export type Reply =
  | { readonly results: readonly ArrayBuffer[]; readonly spent: readonly ArrayBuffer[] }
  | { readonly error: string };
