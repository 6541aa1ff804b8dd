/**
 * A queue on Redis: each cell runs once, even if a worker or the server dies. Skipped by name where there is no
 * redis-server.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { withoutCredentials } from "../../src/base/addresses.ts";
import { commandLine } from "../../src/cli/command-line.ts";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { queueRunner } from "../../src/sweeps/node/queue/coordinator.ts";
import { VERSION_KEY } from "../../src/sweeps/node/queue/connection.ts";
import { work } from "../../src/sweeps/node/queue/worker.ts";
import { runSweep } from "../../src/sweeps/run-sweep.ts";
import type { CellEnd } from "../../src/sweeps/types.ts";
import { evanesce } from "../cli/command.ts";
import { freePort, hasRedis, redisOfTests } from "./redis.ts";

const map = parseMap({
  base: { network: { kind: "feedforward", width: 4, depth: 3 }, batch: 4 },
  axes: [{ key: "init.gain", from: 0.5, to: 2, count: 8 }],
});
const cells = cellsOf(map);

describe.skipIf(!hasRedis)("a queue on redis-server", { timeout: 120_000 }, () => {
  const server = redisOfTests();

  async function swept(journal?: string): Promise<CellEnd[]> {
    const ends = new Array<CellEnd>(cells.length);
    const runner = (hashes: Parameters<typeof queueRunner>[0]) =>
      queueRunner(hashes, { url: server.redis.url, lookEvery: 300 });
    for await (const { index, end } of runSweep(cells, map, { runner, ...(journal ? { journal } : {}) }))
      ends[index] = end;
    return ends;
  }
  async function here(): Promise<CellEnd[]> {
    const ends = new Array<CellEnd>(cells.length);
    for await (const { index, end } of runSweep(cells, map, {})) ends[index] = end;
    return ends;
  }

  it("gives what this machine gives; asked twice, a cell runs once", async () => {
    const stop = new AbortController();
    let measured = 0;
    const working = work({ url: server.redis.url, threads: 2, signal: stop.signal, onCell: () => measured++ });
    const [first, second] = await Promise.all([swept(), swept()]);
    stop.abort();
    await working;
    expect(first).toEqual(await here());
    expect(second).toEqual(first);
    expect(measured).toBe(cells.length);
  });

  it("what Redis forgets in a restart is added again from what is missing", async () => {
    server.redis.ask("flushall");
    const sweeping = swept(join(server.folder, "restart.jsonl"));
    // until the cells are queued; no worker runs
    while (Number(server.redis.ask("dbsize")) < cells.length) await new Promise((resolve) => setTimeout(resolve, 50));
    await server.redis.restart();
    const stop = new AbortController();
    const working = work({ url: server.redis.url, threads: 2, signal: stop.signal });
    expect(await sweeping).toEqual(await here());
    stop.abort();
    await working;
  });

  it.each(["middle", "start"])("a process ends even though its worker was killed in its %s", async (when) => {
    const pid = Number(await printed(new URL("./killed-worker.ts", import.meta.url), when));
    const isRunning = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (isRunning()) await new Promise((resolve) => setTimeout(resolve, 100));
  });

  it("a worker of another results version is refused", async () => {
    server.redis.ask("set", VERSION_KEY, "999");
    await expect(work({ url: server.redis.url, threads: 1, signal: new AbortController().signal })).rejects.toThrow(
      "results of version 999",
    );
    server.redis.ask("del", VERSION_KEY);
  });
});

/** The output of a program of the tests that ends, however it ends. */
const printed = (program: URL, argument: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", fileURLToPath(program), argument], (_, stdout) => resolve(stdout));
  });

describe("an address", () => {
  it("is printed without its credentials", () => {
    expect(withoutCredentials("redis://user:secret@host:6379/0")).toBe("redis://host:6379/0");
    expect(withoutCredentials("redis://:secret@host")).toBe("redis://host");
    expect(withoutCredentials("redis://host:1")).toBe("redis://host:1");
    expect(withoutCredentials("redis://user:p/q@r@host:1/0")).toBe("redis://host:1/0");
    expect(withoutCredentials("redis://host:1/0?password=secret")).toBe("redis://host:1/0");
  });

  it("stands without them in the command line of a result, and in a message about another mistake", async () => {
    const url = "redis://user:p/q@r@host:6379/0";
    const argv = ["sweep", "map.json", "--queue", url];
    expect(commandLine({ argv })).toBe("evanesce sweep map.json --queue redis://host:6379/0");
    expect(commandLine({ argv: ["sweep", `--queue=${url}`] })).toBe("evanesce sweep --queue=redis://host:6379/0");
    const { stderr } = await evanesce(["sweep", url]);
    expect(stderr).toContain("redis://host:6379/0: a readable file");
  });

  it("that is none, or where nobody answers, is told so without its credentials", async () => {
    const none = queueRunner(new Map(), { url: "http://user:secret@127.0.0.1:1" });
    await expect(none).rejects.toThrow("--queue: an address redis://HOST:PORT");
    await expect(none).rejects.not.toThrow("secret");
    const silent = queueRunner(new Map(), { url: `redis://:secret@127.0.0.1:${await freePort()}` });
    await expect(silent).rejects.toThrow(/--queue: a Redis server that answers, got "redis:\/\/127/);
    await expect(silent).rejects.not.toThrow("secret");
  });
});
