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

/**
 * A part of memory that jobs which run at the same time fill together: each brings its own bytes from ≤ i < to, waits
 * until all have, and takes all `bytes` of them.
 */
export interface Exchange {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** The memory in which jobs that run at the same time meet. */
export interface Meeting {
  /** A count of arrivals, whether it was ended, and from `PLACE` on two places for exchanges, which take turns. */
  readonly memory: SharedArrayBuffer;
  /** Jobs that meet. */
  readonly members: number;
  /** Bytes of one place: of the largest exchange. */
  readonly most: number;
}

/** Bytes before the first place of a meeting. */
export const PLACE = 64;

/** A meeting for exchanges of at most so many bytes. */
export const meetingOf = (members: number, most: number): Meeting => ({
  memory: new SharedArrayBuffer(PLACE + 2 * most),
  members,
  most,
});

/** Whether threads can share memory here: a page needs isolation from other origins. */
export const canMeet = (): boolean => typeof SharedArrayBuffer !== "undefined";

export interface Job {
  readonly setup: Setup;
  /** Made anew each time the job is sent, as their buffers move to the worker. */
  readonly writes: () => readonly Write[];
  /** One call; or calls and exchanges in turns, of a job with a meeting. */
  readonly call: Call | readonly (Call | Exchange)[];
  readonly reads: readonly Read[];
  /** The store of the buffers of `writes` and `reads`; without it they are new each time. */
  readonly buffers?: Buffers;
  /** With it the job runs at the same time as the others of its run (`Pool.runTogether`). */
  readonly meeting?: Meeting;
}

/** The message to a worker: with its first job the module, and the setup if it holds another one. */
export interface Request {
  readonly module?: WebAssembly.Module;
  readonly setup?: Setup;
  readonly writes: readonly Write[];
  readonly call: Job["call"];
  readonly meeting?: Meeting;
  readonly reads: readonly Read[];
  /** A buffer for each read. */
  readonly into?: readonly ArrayBuffer[];
}

/** From a worker: a buffer for each read, and those of the writes; or the error. */
export type Reply =
  | { readonly results: readonly ArrayBuffer[]; readonly spent: readonly ArrayBuffer[] }
  | { readonly error: string };
