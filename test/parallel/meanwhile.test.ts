/** What a program may do with a network while its pass runs, and what it may not. */
import { afterAll, describe, expect, test, vi } from "vitest";
import { createTrainer } from "../../src/index.ts";
import { Pool, poolOf } from "../../src/parallel/pool.ts";
import { spawnThread } from "../../src/parallel/thread.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { Engine, sharedEngine } from "../../src/wasm/engine.ts";
import { make } from "./same.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const NETWORKS = [
  { kind: "recurrent", parameter: "rnn.bias_ih_l0", task: { name: "adding", steps: 20 }, spec: { hidden: 12 } },
  { kind: "feedforward", parameter: "layers.1.bias", task: "gaussian", spec: { width: 12, depth: 5 } },
] as const;

describe.each(NETWORKS)("a $kind network while its pass is under way", ({ kind, parameter, task, spec }) => {
  const batch = resolveTask(task, { batch: 24, seed: 3, kind });
  const fresh = () => make({ kind, ...spec } as NetworkInput, batch);
  const half = new Float32Array(12).fill(0.5);

  test.each([1, 2])(
    "over %i workers: what would change its parameters is refused, and it measures what it began with",
    async (threads) => {
      const network = fresh();
      const expected = network.propagate(batch);
      const running = network.propagateAsync(batch, { threads });
      expect(() => network.parameters.set(parameter, half)).toThrow(
        new RegExp(
          `^parameters.${parameter}: parameters that stay as they are while a pass is under way, .*await propagateAsync first$`,
        ),
      );
      expect(() => createTrainer(network)).toThrow(/^network: parameters that stay as they are/);
      expect(() => network.propagate(batch)).toThrow(/^network: one pass at a time/);
      await expect(network.propagateAsync(batch, { threads })).rejects.toThrow(/^network: one pass at a time/);
      expect(await running).toEqual(expected);
      network.parameters.set(parameter, half);
      expect(await network.propagateAsync(batch, { threads })).not.toEqual(expected);
      network.dispose();
    },
  );

  test("a trainer neither steps nor gives parameters back", async () => {
    const network = fresh();
    const trainer = createTrainer(network);
    const running = network.propagateAsync(batch, { threads: 2 });
    expect(() => trainer.step(batch)).toThrow(/^network: one pass at a time/);
    expect(() => trainer.dispose()).toThrow(/^network: parameters that stay as they are/);
    await running;
    trainer.step(batch);
    trainer.dispose();
    network.dispose();
  });

  test("whoever is told of the pass may set parameters and start the next", async () => {
    const network = fresh();
    const next: Promise<unknown>[] = [];
    const end = network.on("pass", () => {
      end();
      network.parameters.set(parameter, half);
      next.push(network.propagateAsync(batch, { threads: 2 }));
      expect(() => network.propagate(batch)).toThrow(/^network: one pass at a time/);
    });
    await network.propagateAsync(batch, { threads: 2 });
    expect(() => network.propagate(batch)).toThrow(/^network: one pass at a time/); // the next is under way still
    expect(await next[0]).toEqual(network.propagate(batch));
    network.dispose();
  });

  test.each([1, 2])("over %i workers: disposed of, the pass rejects", async (threads) => {
    const network = fresh();
    const running = network.propagateAsync(batch, { threads });
    network.dispose();
    await expect(running).rejects.toThrow(/^network: alive, got .*disposed/);
  });
});

describe("a host that refuses workers", () => {
  const policy = () => {
    throw new DOMException("The policy of this page forbids workers", "SecurityError");
  };
  const run = (pool: Pool) =>
    pool.run(
      [{ setup: { key: "", bytes: 0, writes: [] }, writes: () => [], call: ["matmulScratch", 1, 1, 1], reads: [] }],
      {
        threads: 1,
        take: () => undefined,
      },
    );

  test("at once: said in one sentence, with the remedy", async () => {
    await expect(run(new Pool(new Engine().module, policy))).rejects.toThrow(
      /^threads: a host that starts workers, got .*SecurityError: The policy of this page forbids workers.*; use threads: 1$/,
    );
  });

  test("in a browser: the same, and the program's address is given up", async () => {
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    vi.stubGlobal("process", { getBuiltinModule: () => undefined });
    vi.stubGlobal(
      "Worker",
      class {
        constructor() {
          policy();
        }
      },
    );
    try {
      await expect(run(new Pool(new Engine().module, spawnThread))).rejects.toThrow(
        /^threads: a host that starts workers/,
      );
      expect(revoke).toHaveBeenCalledTimes(1);
    } finally {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    }
  });
});
