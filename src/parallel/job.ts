/*
 * A job of a worker, as data: bytes to write into the memory of its own instance of the core, one call, bytes to read.
 * It knows nothing about networks.
 *
 * Places are counted from the first byte that the core itself does not use, which is the same in every instance of one
 * module.
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

/** The part that several jobs share: it is sent to a worker only once. Memory is zeroed before it is written. */
export interface Setup {
  /** A key that is equal for equal contents. */
  readonly key: string;
  /** Bytes of memory the jobs need. */
  readonly bytes: number;
  readonly writes: readonly Write[];
  /** Called once after its writes. */
  readonly call?: Call;
}

/** Name of an export and its arguments. */
export type Call = readonly [name: string, ...operands: number[]];

/**
 * An exchange between jobs that run at the same time: each writes its own bytes from ≤ i < to, waits until all have
 * written, and reads all `bytes` of them.
 */
export interface Exchange {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** The shared memory of jobs that run at the same time and exchange bytes. */
export interface SharedExchange {
  /**
   * The number of jobs that have arrived, whether the run was ended, and from `FIRST_PLACE` on two places for
   * exchanges, which alternate.
   */
  readonly memory: SharedArrayBuffer;
  /** The number of these jobs. */
  readonly members: number;
  /** Bytes of one place, those of the largest exchange. */
  readonly most: number;
}

/** Bytes of the shared memory before its first place. */
export const FIRST_PLACE = 64;

/** Memory for exchanges of at most `most` bytes. */
export const sharedExchange = (members: number, most: number): SharedExchange => ({
  memory: new SharedArrayBuffer(FIRST_PLACE + 2 * most),
  members,
  most,
});

/** Whether threads can share memory here: a page needs isolation from other origins. */
export const canShareMemory = (): boolean => typeof SharedArrayBuffer !== "undefined";

export interface Job {
  readonly setup: Setup;
  /** Called each time the job is sent, because the buffers move to the worker. */
  readonly writes: () => readonly Write[];
  /** One call; for a job with exchanges, calls and exchanges in order. */
  readonly call: Call | readonly (Call | Exchange)[];
  readonly reads: readonly Read[];
  /** The store of the buffers of `writes` and `reads`; without it they are new each time. */
  readonly buffers?: Buffers;
  /** With it the job runs at the same time as the others of its run (`Pool.runTogether`). */
  readonly shared?: SharedExchange;
}

/** The message to a worker. The first one has the module, and the setup comes if the worker has another one. */
export interface Request {
  readonly module?: WebAssembly.Module;
  readonly setup?: Setup;
  readonly writes: readonly Write[];
  readonly call: Job["call"];
  readonly shared?: SharedExchange;
  readonly reads: readonly Read[];
  /** A buffer for each read. */
  readonly into?: readonly ArrayBuffer[];
}

/** The message from a worker: a buffer for each read, and the buffers of the writes; or the error. */
export type Reply =
  | { readonly results: readonly ArrayBuffer[]; readonly spent: readonly ArrayBuffer[] }
  | { readonly error: string };
