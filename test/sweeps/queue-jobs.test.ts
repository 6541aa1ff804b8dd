/** Jobs on Redis: their order, pause, retries, the end of a worker, and jobs of other programs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue, Worker } from "bullmq";
import { beforeEach, describe, expect, it } from "vitest";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { QUEUE } from "../../src/sweeps/node/queue/connection.ts";
import { queueRunner } from "../../src/sweeps/node/queue/coordinator.ts";
import { pauseQueue, work, type WorkOptions } from "../../src/sweeps/node/queue/worker.ts";
import type { CellResult } from "../../src/sweeps/types.ts";
import { evanesce, spawned } from "../cli/command.ts";
import { hasRedis, redisOfTests } from "./redis.ts";

const cellsWith = (network: object, steps: number) =>
  cellsOf(
    parseMap({
      base: { network: { kind: "recurrent", ...network }, task: { name: "adding", steps }, batch: 4 },
      axes: [{ key: "init.gain", values: [0.5, 1, 2] }],
    }),
  );
const quick = cellsWith({ hidden: 4 }, 10);
/** Cells that take long enough to be stopped in the middle. */
const slow = cellsWith({ hidden: 32 }, 10_000);

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(!hasRedis)("jobs of a queue", { timeout: 60_000 }, () => {
  const server = redisOfTests();
  beforeEach(() => void server.redis.ask("flushall"));

  /** Asks for cells; the ids of the jobs are `NAME-0`, `NAME-1`, … */
  async function ask(name: string, cells: typeof quick, priority = 0) {
    const hashes = new Map(cells.map((cell, index) => [cell, `${name}-${index}`]));
    const runner = await queueRunner(hashes, { url: server.redis.url, priority, lookEvery: 300 });
    const results = Promise.all(cells.map((cell) => runner.run(cell)));
    results.catch(() => undefined); // a test may look at it later, or never
    while (!cells.every((_, index) => held(`${name}-${index}`))) await soon(20);
    return { results, close: () => runner.close?.() };
  }
  const held = (job: string) => server.redis.ask("exists", `bull:${QUEUE}:${job}`).startsWith("1");
  const done = () => Number(server.redis.ask("zcard", `bull:${QUEUE}:completed`));

  /** Runs a worker until the results are there; gives them. */
  async function worked(results: Promise<CellResult[]>, options: Partial<WorkOptions> = {}) {
    const stop = new AbortController();
    const working = work({ url: server.redis.url, threads: 1, signal: stop.signal, ...options });
    const given = await results;
    stop.abort();
    await working;
    return given;
  }

  it("run in the order of their priority: lower numbers first", async () => {
    const late = await ask("late", quick.slice(0, 2), 7);
    const early = await ask("early", quick.slice(2), 3);
    const ids: string[] = [];
    await worked(
      Promise.all([late.results, early.results]).then((both) => both.flat()),
      {
        onCell: (id) => ids.push(id),
      },
    );
    expect(ids).toEqual([quick[2], quick[0], quick[1]].map((cell) => cell?.id));
    await Promise.all([late.close(), early.close()]);
  });

  it("wait while the queue is paused, and run when it is resumed", async () => {
    await pauseQueue(server.redis.url, true);
    const { results, close } = await ask("paused", quick);
    const resumed = soon(1000).then(async () => {
      expect(done()).toBe(0);
      await pauseQueue(server.redis.url, false);
      return results;
    });
    await worked(resumed);
    expect(done()).toBe(quick.length);
    await close();
  });

  it("are taken over from a worker that no longer renews its lock", async () => {
    const { results, close } = await ask("stalled", quick.slice(0, 1));
    const connection = { url: server.redis.url };
    const dead = new Worker(QUEUE, null, {
      connection,
      lockDuration: 300,
      skipStalledCheck: true,
      skipLockRenewal: true,
    });
    expect((await dead.getNextJob("dead"))?.id).toBe("stalled-0");
    await dead.close(true);
    expect(await worked(results, { lockMs: 300 })).toHaveLength(1);
    await close();
  });

  it("are tried again after a back-off if they fail for a reason that may pass", async () => {
    const { results, close } = await ask("retried", quick.slice(0, 1));
    const job = `bull:${QUEUE}:retried-0`;
    const data = server.redis.ask("hget", job, "data").trim();
    server.redis.ask("hset", job, "data", data.replace(/"results":\d+/, '"results":999'));
    const ends: { readonly failed: string | undefined; readonly at: number }[] = [];
    const onCell = (_: string, failed: string | undefined) => {
      ends.push({ failed, at: performance.now() });
      server.redis.ask("hset", job, "data", data);
    };
    expect(await worked(results, { onCell })).toHaveLength(1);
    expect(ends.map(({ failed }) => failed)).toEqual([expect.stringContaining("the sweep wants 999"), undefined]);
    expect((ends[1]?.at ?? 0) - (ends[0]?.at ?? 0)).toBeGreaterThan(900);
    await close();
  });

  it.each([
    ["SIGTERM", 0],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)(
    "under way are finished after %s, and no others are begun; the worker leaves %i",
    async (signal, exit) => {
      const { close } = await ask("drained", slow);
      const args = ["work", "--queue", server.redis.url, "--threads", "1"];
      const { code, stderr } = await spawned(process.execPath, ["--import", "tsx", MAIN, ...args], {
        group: true,
        meanwhile: (kill) => {
          const timer = setInterval(() => {
            if (!server.redis.ask("llen", `bull:${QUEUE}:active`).startsWith("1")) return;
            clearInterval(timer);
            kill(signal);
          }, 20);
        },
      });
      const end = exit === 0 ? "" : "interrupted\n";
      expect({ code, stderr }).toEqual({ code: exit, stderr: `${slow[0]?.id}\nmeasured 1 cell\n${end}` });
      expect(done()).toBe(1);
      expect(server.redis.ask("llen", `bull:${QUEUE}:wait`).trim()).toBe("2");
      await close();
    },
  );

  it("count in the progress of the sweep that asked for them", async () => {
    const map = join(server.folder, "map.json");
    const base = { network: { kind: "feedforward", width: 4, depth: 3 }, batch: 4 };
    writeFileSync(map, JSON.stringify({ base, axes: [{ key: "init.gain", values: [1, 2, 3] }] }));
    const sweeping = evanesce(["sweep", map, "--queue", server.redis.url], { terminal: 100 });
    await soon(700); // progress is silent in the first half second
    const stop = new AbortController();
    const working = work({ url: server.redis.url, threads: 1, signal: stop.signal });
    const { code, stderr } = await sweeping;
    expect(code).toBe(0);
    expect(stderr).toMatch(/1 of 3 cells {2}\S+ cells\/s/);
    stop.abort();
    await working;
  });

  it("of other programs do not stop the cells beside them", async () => {
    const queue = new Queue(QUEUE, { connection: { url: server.redis.url } });
    await queue.add("cell", null, { jobId: "null" });
    await queue.add("cell", "x".repeat(5_000_000), { jobId: "huge" });
    await queue.add("cell", { results: 999, cell: quick[0] }, { jobId: "version" });
    await queue.add("cell", {}, { jobId: "no-json" });
    server.redis.ask("hset", `bull:${QUEUE}:no-json`, "data", "{");
    await queue.close();
    const { results, close } = await ask("ours", quick);
    expect(await worked(results, { lockMs: 300 })).toHaveLength(quick.length);
    expect(done()).toBe(quick.length);
    expect(server.redis.ask("hget", `bull:${QUEUE}:version`, "failedReason")).toContain("the sweep wants 999");
    await close();
  });

  it("whose results are no JSON fail, and the sweep ends", async () => {
    const queue = new Queue(QUEUE, { connection: { url: server.redis.url } });
    const other = new Worker(QUEUE, async () => "{", { connection: { url: server.redis.url } });
    const { results, close } = await ask("broken", quick.slice(0, 1));
    await expect(results).rejects.toThrow("not JSON");
    await Promise.all([other.close(), queue.close(), close()]);
  });
});
