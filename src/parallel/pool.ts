import { EvanesceError, InternalError } from "../base/errors.ts";
import type { Job, SharedExchange, Reply } from "./job.ts";
import { hostThreads, type Spawn, spawnThread, type Thread } from "./thread.ts";

/** A job that kills this many workers is not tried again. */
const MOST_DEATHS = 3;

/** The name of a job's first call. */
const firstCall = ({ call: [first] }: Job): string => (Array.isArray(first) ? first[0] : first) as string;

const REMEDY = "use threads: 1";

/**
 * A worker ended before its job was done, and the job exchanges bytes with others: all of them must be done again
 * together.
 */
class WorkerDied extends Error {}

/**
 * Ends an exchange: every waiting job continues and throws, because the count of arrivals is now larger than any that
 * it waits for.
 */
function endExchange({ memory }: SharedExchange): void {
  const control = new Int32Array(memory, 0, 2);
  if (Atomics.exchange(control, 1, 1) !== 0) return; // only once: a second time the count would overflow
  Atomics.add(control, 0, 2 ** 30);
  Atomics.notify(control, 0);
}

interface Slot {
  readonly thread: Thread;
  /** The key of the setup that it holds; undefined before its first job. */
  key: string | undefined;
  started: boolean;
  alive: boolean;
  /** Callbacks of the job that it works on. */
  settle: { resolve(reply: Reply): void; died(reason: string): void } | undefined;
}

export interface RunOptions {
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each job's buffers, in the order of the jobs and not in that of their ends. A job that lends its
   * buffers needs them back before `take` returns.
   */
  readonly take: (index: number, results: readonly ArrayBuffer[]) => void;
}

/**
 * Workers that each hold an instance of one module and do jobs. If a worker dies, another one replaces it and does its
 * job again. Idle workers do not keep the process alive.
 */
export class Pool {
  readonly #module: WebAssembly.Module;
  readonly #spawn: Spawn;
  readonly #idle: Slot[] = [];
  /** How many idle workers are kept: the most that one run has requested. */
  #kept = 0;
  /** The numbers of threads that the current runs requested; at most the largest of them work at once. */
  readonly #asked: number[] = [];
  #working = 0;
  /** Resolves when all runs of jobs that exchange bytes, so far, are done. */
  #together: Promise<void> = Promise.resolve();
  /** Jobs that wait for a worker, with the setup they need. */
  readonly #queue: { readonly key: string; readonly go: () => void }[] = [];

  constructor(module: WebAssembly.Module, spawn: Spawn = spawnThread) {
    this.#module = module;
    this.#spawn = spawn;
  }

  /**
   * Does all jobs, at most `threads` at a time.
   * @throws the error of a job; the signal's reason if it aborts
   */
  async run(jobs: readonly Job[], { threads, signal, take }: RunOptions): Promise<void> {
    this.#kept = Math.max(this.#kept, threads);
    this.#asked.push(threads);
    const waiting = new Map<number, readonly ArrayBuffer[]>();
    let [next, taken] = [0, 0];
    const lane = async () => {
      while (next < jobs.length) {
        signal?.throwIfAborted();
        const index = next++;
        waiting.set(index, await this.#do(jobs[index]));
        for (let results = waiting.get(taken); results !== undefined; results = waiting.get(taken)) {
          waiting.delete(taken);
          take(taken, results);
          for (const buffer of results) jobs[taken].buffers?.give(buffer);
          taken++;
          signal?.throwIfAborted();
        }
      }
    };
    const lanes = Array.from({ length: Math.min(threads, jobs.length) }, () => lane());
    try {
      await Promise.all(lanes);
    } catch (error) {
      next = jobs.length; // the other lanes stop after their current jobs
      await Promise.allSettled(lanes);
      throw error;
    } finally {
      this.#asked.splice(this.#asked.indexOf(threads), 1);
    }
  }

  /**
   * Does jobs that exchange bytes, all at the same time. Runs of such jobs wait for one another, because two of them
   * could each hold workers that the other needs.
   *
   * @param jobs called for each attempt: if a worker dies, all jobs are done again
   * @throws as `run`
   */
  async runTogether(jobs: () => readonly Job[], { signal, take }: Omit<RunOptions, "threads">): Promise<void> {
    const turn = this.#together;
    let done = () => {};
    this.#together = new Promise<void>((resolve) => {
      done = resolve;
    });
    await turn;
    try {
      for (let deaths = 1; ; deaths++) {
        signal?.throwIfAborted();
        const all = jobs();
        const results = await this.#meet(all);
        if (results === undefined && deaths < MOST_DEATHS) continue;
        if (results === undefined) throw new EvanesceError("threads", "workers that live", "one that ended", REMEDY);
        results.forEach((buffers, index) => {
          take(index, buffers);
          for (const buffer of buffers) all[index].buffers?.give(buffer);
        });
        return;
      }
    } finally {
      done();
    }
  }

  /** The results of jobs that exchange bytes; undefined if a worker died. Any other error ends the exchange. */
  async #meet(jobs: readonly Job[]): Promise<readonly (readonly ArrayBuffer[])[] | undefined> {
    this.#kept = Math.max(this.#kept, jobs.length);
    this.#asked.push(jobs.length);
    let first: unknown;
    const ended = await Promise.all(
      jobs.map((job) =>
        this.#do(job).catch((error: unknown) => {
          first ??= error;
          if (job.shared !== undefined) endExchange(job.shared);
          return undefined;
        }),
      ),
    );
    this.#asked.splice(this.#asked.indexOf(jobs.length), 1);
    if (first !== undefined && !(first instanceof WorkerDied)) throw first;
    return first === undefined ? (ended as readonly (readonly ArrayBuffer[])[]) : undefined;
  }

  /** Ends every idle worker now. */
  dispose(): void {
    for (const slot of this.#idle.splice(0)) end(slot);
  }

  /**
   * Does a job as soon as a worker is free. Simultaneous runs share as many workers as the largest of them requests.
   */
  async #do(job: Job): Promise<readonly ArrayBuffer[]> {
    const { key } = job.setup;
    if (this.#working < Math.max(...this.#asked)) this.#working++;
    else await new Promise<void>((go) => this.#queue.push({ key, go }));
    try {
      return await this.#attempt(job);
    } finally {
      // a job with the same setup goes first, because a worker that changes its setup must load everything again
      const same = this.#queue.findIndex((waiting) => waiting.key === key);
      const tooMany = this.#working > Math.max(...this.#asked);
      const [next] = tooMany ? [] : this.#queue.splice(Math.max(same, 0), 1);
      if (next === undefined) this.#working--;
      else next.go();
    }
  }

  /** An idle worker, one with this setup first. */
  #take(key: string): Slot | undefined {
    const same = this.#idle.findLastIndex((slot) => slot.key === key);
    return same < 0 ? this.#idle.pop() : this.#idle.splice(same, 1)[0];
  }

  async #attempt(job: Job): Promise<readonly ArrayBuffer[]> {
    for (let deaths = 1; ; deaths++) {
      const slot = this.#take(job.setup.key) ?? this.#start();
      const reply = await this.#ask(slot, job).catch((reason: Error) => reason);
      if (reply instanceof Error) {
        if (job.shared !== undefined) throw new WorkerDied(reply.message);
        if (deaths < MOST_DEATHS) continue;
        throw new EvanesceError("threads", "workers that live", reply.message, REMEDY);
      }
      this.#rest(slot);
      if ("results" in reply) {
        for (const buffer of reply.spent) job.buffers?.give(buffer);
        return reply.results;
      }
      if (reply.error.startsWith("RangeError")) {
        throw new EvanesceError(
          "memory",
          "an arena the machine can give each worker",
          reply.error,
          "use fewer threads",
        );
      }
      throw new InternalError(`${firstCall(job)} in a worker: ${reply.error}`);
    }
  }

  /** @throws EvanesceError if the host starts no worker, because it has none or because a page's policy forbids them */
  #start(): Slot {
    const onDeath = (reason: string) => {
      slot.alive = false;
      const at = this.#idle.indexOf(slot);
      if (at >= 0) this.#idle.splice(at, 1);
      slot.settle?.died(reason);
    };
    let thread: Thread;
    try {
      thread = this.#spawn((reply) => slot.settle?.resolve(reply), onDeath);
    } catch (error) {
      throw new EvanesceError("threads", "a host that starts workers", String(error), "use threads: 1");
    }
    const slot: Slot = { key: undefined, started: false, alive: true, settle: undefined, thread };
    return slot;
  }

  #ask(slot: Slot, job: Job): Promise<Reply> {
    const { setup, call, reads, shared } = job;
    const writes = job.writes();
    const { buffers } = job;
    const into = buffers && reads.map(({ bytes }) => buffers.take(bytes));
    return new Promise((resolve, reject) => {
      slot.settle = { resolve, died: (reason) => reject(new Error(`a worker that ended: ${reason}`)) };
      slot.thread.hold(true);
      slot.thread.post(
        {
          ...(slot.started ? {} : { module: this.#module }),
          ...(slot.key === setup.key ? {} : { setup }),
          writes,
          call,
          reads,
          ...(shared === undefined ? {} : { shared }),
          ...(into === undefined ? {} : { into }),
        },
        [...writes.map(({ data }) => data), ...(into ?? [])],
      );
      slot.started = true;
      slot.key = setup.key;
    });
  }

  #rest(slot: Slot): void {
    slot.settle = undefined;
    slot.thread.hold(false);
    if (!slot.alive) return;
    if (this.#idle.length < this.#kept) this.#idle.push(slot);
    else end(slot);
  }
}

function end(slot: Slot): void {
  slot.alive = false;
  slot.thread.terminate();
}

const pools = new WeakMap<WebAssembly.Module, Pool>();

/** The one pool of a module's workers. */
export function poolOf(module: WebAssembly.Module): Pool {
  let pool = pools.get(module);
  if (pool === undefined) {
    pool = new Pool(module);
    pools.set(module, pool);
  }
  return pool;
}

/**
 * How many workers `threads` asks for.
 * @throws EvanesceError where it is neither `auto` nor a whole number ≥ 1
 */
export function resolveThreads(threads: "auto" | number): number {
  if (threads === "auto") return hostThreads();
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads;
  throw new EvanesceError("threads", 'a whole number from 1 to 1024, or "auto"', threads, "use auto for every core");
}

/** Ends the idle workers of a module that is not used any more. */
export function disposePool(module: WebAssembly.Module): void {
  pools.get(module)?.dispose();
  pools.delete(module);
}
