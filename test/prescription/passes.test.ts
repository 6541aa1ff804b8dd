import { describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { type PrescriptionEvent, prescribe } from "../../src/index.ts";
import { runJobs } from "../../src/parallel/runner.ts";
import { passPool } from "../../src/prescription/node/pool.ts";
import { PassBench, type PassJob, type PassSetup } from "../../src/prescription/passes/bench.ts";
import { helpersFor, inThread, type PassRunner } from "../../src/prescription/passes/runner.ts";
import { parseSpec } from "../../src/spec/index.ts";

const network = parseSpec({ kind: "feedforward", activation: "sigmoid", depth: 12, width: 16, init: { lsuv: true } });
const fixed = { fixedWeights: undefined, bare: false, memoryLimit: 64 * 2 ** 20 };
const setup: PassSetup = { network, task: "teacher", batch: 16, ...fixed };
const jobs: readonly PassJob[] = [
  { kind: "network", seed: 1, steps: null, ledger: true },
  { kind: "gain", factor: 2, seed: 0 },
  { kind: "gain", factor: 0.5, seed: 1 },
  { kind: "gain", factor: 0.5, seed: 0 },
  { kind: "knock-out", name: "derivative", seed: 0 },
  {
    kind: "network",
    spec: parseSpec({ ...network, activation: "relu" } as never),
    seed: 0,
    steps: null,
    ledger: false,
  },
];

async function ran(runner: PassRunner, asked = jobs) {
  const ends: unknown[] = [];
  try {
    for await (const { index, outcome } of runJobs(asked, runner)) ends[index] = outcome;
  } finally {
    await runner.close();
  }
  return ends;
}

describe("the passes of a prescription on worker threads", () => {
  it("have the same bits, also where a worker is lost, which is told", async () => {
    const one = await ran(inThread(new PassBench(setup), undefined));
    expect(one).toEqual(jobs.map(() => ({ result: expect.objectContaining({ gain: expect.any(Number) }) })));
    // in another order, the last first
    const reversed = await ran(inThread(new PassBench(setup), undefined), [...jobs].reverse());
    expect(reversed.reverse()).toEqual(one);
    const lost: string[] = [];
    const options = { threads: 2, onLost: (reason: string) => lost.push(reason) };
    expect(await ran(passPool(setup, options))).toEqual(one);
    expect(lost).toEqual([]);
    const worker = new URL("./deadly-worker.ts", import.meta.url);
    expect(await ran(passPool(setup, { ...options, worker }))).toEqual(one);
    expect(lost).toHaveLength(jobs.length);
  }, 60_000);

  it("that are refused give the error that this thread gives", async () => {
    const spec = parseSpec({ ...network, width: 4096 } as never);
    const job = { kind: "network", spec, seed: 0, steps: null, ledger: false } as const;
    const options = { threads: 1, onLost: () => expect.unreachable() };
    const [end] = (await ran(passPool(setup, options), [job])) as [{ error: unknown }];
    expect(end.error).toBeInstanceOf(EvanesceError);
    expect((end.error as Error).message).toMatch(/memory/i);
  }, 60_000);
});

describe("a whole prescription on two threads", () => {
  const options = {
    network: { kind: "recurrent", hidden: 64, init: { gain: 0.5 } },
    task: { name: "adding", steps: 400 },
    batch: 16,
    seeds: 2,
    remedies: ["orthogonal", "gain", "fewer_steps", "lstm"],
    fast: true,
  } as const;

  it("is the one of a single thread", async () => {
    expect(await prescribe({ ...options, threads: 2 }).result).toEqual(await prescribe(options).result);
  }, 60_000);

  it("keeps what it has where it is stopped", async () => {
    const stop = new AbortController();
    const events: PrescriptionEvent[] = [];
    const run = prescribe({ ...options, threads: 2, signal: stop.signal });
    for await (const event of run) {
      events.push(event);
      if (event.phase === "remedy") stop.abort();
    }
    const found = await run.result;
    expect(found.outcome).toBe("stopped");
    expect(found.patient).not.toBeNull();
    expect(found.knockOuts.length).toBeGreaterThan(0);
    expect(events.map(({ share }) => share)).toEqual(events.map(({ share }) => share).sort((a, b) => a - b));
  }, 60_000);
});

describe("the threads of a request", () => {
  it("are decided by the operations: short work stays on this thread", () => {
    expect(helpersFor("adding", { threads: 4, operations: 1e9 })).toBeUndefined();
    expect(helpersFor("adding", { threads: 1, operations: 1e12 })).toBeUndefined();
    expect(helpersFor("adding", { threads: 4, operations: 1e12 })).toEqual({ task: "adding", threads: 4 });
    expect(helpersFor("adding", { threads: 99, operations: 1e12 })?.threads).toBe(16);
  });
});
