import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Call, type Job, sharedExchange } from "../../src/parallel/job.ts";
import { Pool } from "../../src/parallel/pool.ts";
import { type Spawn, spawnThread, type Thread } from "../../src/parallel/thread.ts";
import { Engine } from "../../src/wasm/engine.ts";

const engine = new Engine();
const FLOATS = 16;

/** h = φ(x) by the core's `activate`, 1 a kind of activation; its slope goes where nobody reads it. */
const relu = (values: readonly number[]): Job => ({
  setup: { key: "relu", bytes: 4096, writes: [] },
  writes: () => [{ at: 0, data: Float32Array.from(values).buffer as ArrayBuffer }],
  call: ["activate", 1, engine.base, engine.base + 1024, engine.base + 2048, FLOATS],
  reads: [{ at: 1024, bytes: FLOATS * 4 }],
});

const inputs = (seed: number) => Array.from({ length: FLOATS }, (_, i) => Math.fround(Math.sin(seed + i)));

async function run(pool: Pool, jobs: readonly Job[], threads: number): Promise<Float32Array[]> {
  const taken: Float32Array[] = [];
  const take = (index: number, [buffer]: readonly ArrayBuffer[]) => {
    taken[index] = new Float32Array(buffer);
  };
  await pool.run(jobs, { threads, take });
  return taken;
}

/** Workers that a test can reach. */
function watched(): { spawn: Spawn; threads: Thread[]; started: () => number } {
  const threads: Thread[] = [];
  const spawn: Spawn = (onReply, onDeath) => {
    const thread = spawnThread(onReply, onDeath);
    threads.push(thread);
    return thread;
  };
  return { spawn, threads, started: () => threads.length };
}

describe("a pool of workers", () => {
  test("does every job, and hands results over in the jobs' order", async () => {
    const pool = new Pool(engine.module);
    const order: number[] = [];
    await pool.run(
      Array.from({ length: 9 }, (_, i) => relu(inputs(i))),
      { threads: 3, take: (i) => void order.push(i) },
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    pool.dispose();
  });

  test("a worker killed while it is idle is replaced", async () => {
    const { spawn, threads, started } = watched();
    const pool = new Pool(engine.module, spawn);
    const before = await run(pool, [relu(inputs(1))], 1);
    threads[0].terminate();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await run(pool, [relu(inputs(1))], 1)).toEqual(before);
    expect(started()).toBe(2);
    pool.dispose();
  });

  test("a worker killed at its job: another does it, and nothing is lost", async () => {
    const { spawn, threads } = watched();
    const jobs = Array.from({ length: 6 }, (_, i) => relu(inputs(i)));
    const calm = new Pool(engine.module);
    const expected = await run(calm, jobs, 2);
    const killing: Spawn = (onReply, onDeath) => {
      const thread = spawn(onReply, onDeath);
      if (threads.length > 2) return thread;
      const post: Thread["post"] = (request, transfer) => {
        thread.post(request, transfer);
        thread.terminate();
      };
      return { ...thread, post };
    };
    const pool = new Pool(engine.module, killing);
    expect(await run(pool, jobs, 2)).toEqual(expected);
    expect(threads.length).toBeGreaterThan(2);
    calm.dispose();
    pool.dispose();
  });

  test("a job that kills every worker is given up with the remedy", async () => {
    const pool = new Pool(engine.module, (onReply, onDeath) => {
      const thread = spawnThread(onReply, onDeath);
      return { ...thread, post: () => thread.terminate() };
    });
    await expect(run(pool, [relu(inputs(1))], 1)).rejects.toThrow(/^threads: workers that live, .* use threads: 1$/);
  });

  test("a trap is reported as a defect of the library, not as a dead worker", async () => {
    const pool = new Pool(engine.module);
    const job: Job = { ...relu(inputs(1)), call: ["activate", 99, 0, 0, 0, 4] };
    await expect(run(pool, [job], 1)).rejects.toThrow(/^internal: activate in a worker: RuntimeError/);
    expect(await run(pool, [relu(inputs(1))], 1)).toHaveLength(1);
    pool.dispose();
  });

  test("more memory than there is, is said so", async () => {
    const pool = new Pool(engine.module);
    const job: Job = { ...relu(inputs(1)), setup: { key: "huge", bytes: 2 ** 33, writes: [] } };
    await expect(run(pool, [job], 1)).rejects.toThrow(/^memory: an arena the machine can give each worker/);
    pool.dispose();
  });
});

describe("jobs that meet", () => {
  const MEMBERS = 3;
  /** Each brings φ of its own inputs, and takes those of all. Twice: the second time with φ(φ(x)). */
  const meeting = (call: Call = ["activate", 1, engine.base + 1024, engine.base, engine.base + 2048, 48]) => {
    const one = sharedExchange(MEMBERS, 48 * 4);
    return Array.from({ length: MEMBERS }, (_, m): Job => {
      const exchange = { at: 1024, from: m * 64, to: (m + 1) * 64, bytes: 192 };
      return {
        ...relu([...new Array(m * FLOATS).fill(9), ...inputs(m)]),
        call: [["activate", 1, engine.base, engine.base + 1024, engine.base + 2048, 48], exchange, call, exchange],
        shared: one,
        reads: [{ at: 1024, bytes: 192 }],
      };
    });
  };
  async function expected(): Promise<number[]> {
    const pool = new Pool(engine.module);
    const alone = await run(
      pool,
      [0, 1, 2].map((m) => relu(inputs(m))),
      1,
    );
    pool.dispose();
    return alone.flatMap((values) => [...values]);
  }
  async function together(pool: Pool, jobs = () => meeting()): Promise<number[][]> {
    const taken: number[][] = [];
    await pool.runTogether(jobs, { take: (_, [buffer]) => void taken.push([...new Float32Array(buffer)]) });
    return taken;
  }

  test("exchange what each has; two runs at the same time wait for one another", async () => {
    const pool = new Pool(engine.module);
    const runs = await Promise.all([together(pool), together(pool), run(pool, [relu(inputs(1))], 1)]);
    const all = await expected();
    for (const taken of runs.slice(0, 2)) expect(taken).toEqual([all, all, all]);
    pool.dispose();
  });

  test("one whose worker dies ends the meeting, and all are done again", async () => {
    let posts = 0;
    const pool = new Pool(engine.module, (onReply, onDeath) => {
      const thread = spawnThread(onReply, onDeath);
      const post: Thread["post"] = (request, transfer) => {
        if (++posts === MEMBERS) thread.terminate();
        else thread.post(request, transfer);
      };
      return { ...thread, post };
    });
    expect(await together(pool)).toEqual(new Array(MEMBERS).fill(await expected()));
    expect(posts).toBe(2 * MEMBERS);
    pool.dispose();
  });

  test("a trap in one of them is reported, and the others do not wait forever", async () => {
    const pool = new Pool(engine.module);
    const jobs = () =>
      meeting().map((job, m): Job => (m === 1 ? { ...job, call: [["activate", 99, 0, 0, 0, 4]] } : job));
    await expect(together(pool, jobs)).rejects.toThrow(/^internal: activate in a worker: RuntimeError/);
    expect(await together(pool)).toEqual(new Array(MEMBERS).fill(await expected()));
    pool.dispose();
  });
});

test("a process whose workers are idle ends by itself", () => {
  const folder = new URL("../../build/parallel/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL("exits.mts", folder);
  const index = new URL("../../src/index.ts", import.meta.url).href;
  writeFileSync(
    file,
    `import { createNetwork } from ${JSON.stringify(index)};
const network = createNetwork({ kind: "recurrent", hidden: 4, inputs: 1 }, { seed: 1 });
const inputs = new Float32Array(16 * 5);
const flow = await network.propagateAsync({ inputs, batch: 16 }, { threads: 2, contributions: false });
console.log(flow.lnGradientNorm.length);
`,
  );
  const { stdout, status, signal } = spawnSync(process.execPath, ["--import", "tsx", file.pathname], {
    encoding: "utf8",
    timeout: 50_000,
  });
  expect({ stdout, status, signal }).toEqual({ stdout: "5\n", status: 0, signal: null });
});
