/** A separate redis-server on a free port. It keeps nothing on disk, so it loses all data when it is killed. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface RedisServer {
  readonly url: string;
  /** Runs redis-cli; returns what it prints. */
  ask(...words: readonly string[]): string;
  /** Kills the server and starts an empty one on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param folder where the server works; it writes nothing there */
export async function startRedis(folder: string): Promise<RedisServer> {
  const port = String(await freePort());
  const ask = (...words: readonly string[]) => String(spawnSync("redis-cli", ["-p", port, ...words]).stdout);
  let server: ChildProcess;
  const start = async () => {
    const inMemory = ["--save", "", "--appendonly", "no", "--dir", folder];
    server = spawn("redis-server", ["--port", port, "--bind", "127.0.0.1", ...inMemory], { stdio: "ignore" });
    for (let tries = 0; tries < 200; tries++) {
      if (ask("ping").startsWith("PONG")) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("redis-server does not answer");
  };
  const stop = () =>
    new Promise<void>((resolve) => {
      server.once("exit", () => resolve());
      server.kill("SIGKILL");
    });
  await start();
  const restart = async () => {
    await stop();
    await start();
  };
  return { url: `redis://127.0.0.1:${port}`, ask, restart, stop };
}

/** The server of the tests around this call, and a folder of their own; both end with them. */
export function redisOfTests(): { readonly redis: RedisServer; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "evanesce-redis-"));
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis(folder);
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get redis() {
      return redis;
    },
    folder,
  };
}
