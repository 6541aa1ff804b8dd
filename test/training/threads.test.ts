/** Training split over workers: the same bits, however many they are. */
import { describe, expect, test } from "vitest";
import { train } from "../../src/training/index.ts";

const traceOf = async (options: Parameters<typeof train>[0]) => train(options).result;

describe("training over workers", () => {
  test.each([
    ["lstm", { kind: "recurrent", cell: "lstm", hidden: 6 }, { name: "adding", steps: 12 }],
    ["masks", { kind: "recurrent", cell: "gru", hidden: 5, layers: 2, dropout: 0.3 }, { name: "adding", steps: 9 }],
    [
      "stochastic depth, whose draws differ from update to update",
      { kind: "feedforward", depth: 5, width: 7, residual: "identity", stochasticDepth: 0.5, dropout: 0.2 },
      "spirals",
    ],
    ["mlp", { kind: "feedforward", depth: 4, width: 7, activation: "relu" }, "spirals"],
    ["batch norm, which is not split", { kind: "feedforward", depth: 3, width: 7, norm: "batch" }, "spirals"],
  ] as const)("%s: one, two and three threads", async (_, network, task) => {
    const options = { network, task, batch: 19, seed: 3, steps: 6, diagnoseEvery: 3, clip: { norm: 1 } } as const;
    const alone = await traceOf(options as Parameters<typeof train>[0]);
    for (const threads of [2, 3] as const) {
      expect(await traceOf({ ...options, threads } as Parameters<typeof train>[0])).toEqual(alone);
    }
  });

  test("stops at a signal between two updates, and goes on with the same bits", async () => {
    const network = { kind: "recurrent", cell: "tanh", hidden: 6 } as const;
    const options = { network, task: { name: "adding", steps: 10 }, batch: 17, steps: 8, threads: 2 } as const;
    const stop = new AbortController();
    const run = train({ ...options, signal: stop.signal, checkpointEvery: 2 });
    let state: unknown;
    for await (const event of run) {
      if (event.kind !== "checkpoint") continue;
      state = event.state;
      if (event.state.updates === 4) stop.abort();
    }
    const trace = await train({ ...options, threads: 1, resume: state as never }).result;
    expect((await run.result).outcome).toBe("interrupted");
    expect(trace.losses).toEqual((await traceOf({ ...options, threads: undefined })).losses);
  });

  test.each([0, -1, 1.5, "many", Number.NaN])("threads: %s is refused", (threads) => {
    const options = { network: { kind: "recurrent" }, threads } as never;
    expect(() => train(options)).toThrow(/^threads/);
  });
});
