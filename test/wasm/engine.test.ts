import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, Engine } from "../../src/wasm/engine.ts";
import { type MemoryPlan, MIB, PlanBuilder } from "../../src/wasm/plan.ts";

const PAGE = 65536;

function planOf(floats: number): MemoryPlan {
  const builder = new PlanBuilder();
  builder.add("x", "working", [floats]);
  builder.add("n", "working", [2], "i32");
  builder.add("d", "working", [2], "f64");
  return builder.done();
}

const reserve = (engine: Engine, pages: number) =>
  engine.reserve(planOf((pages * PAGE) / 4 - 1000), DEFAULT_MEMORY_LIMIT, "");

describe("Engine", () => {
  it("holds no memory before first use, and is ready once compiled either way", async () => {
    const [lazy, eager] = [new Engine(), new Engine()];
    expect(lazy.memoryBytes).toBe(0);
    expect(lazy.core.matmulScratch(1, 1, 1)).toBeGreaterThan(0);
    await eager.ready();
    const { core } = eager;
    await eager.ready();
    expect(eager.core).toBe(core);
    expect(lazy.core).not.toBe(core);
  });

  it("an arena is 16-byte aligned, zero, and typed as planned", () => {
    const engine = new Engine();
    const arena = reserve(engine, 3);
    expect(arena.address("x") % 64).toBe(0);
    expect(arena.address("nothing")).toBe(0);
    expect(arena.f32("x").every((value) => value === 0)).toBe(true);
    expect([arena.i32("n").length, arena.f64("d").length]).toEqual([2, 2]);
    expect(() => arena.f64("x")).toThrow("internal: the plan has no f64 tensor x");
    expect(() => arena.f32("y")).toThrow("internal: the plan has no f32 tensor y");
  });

  it("views are rebuilt after growth, and hold what they held", () => {
    const engine = new Engine();
    const arena = reserve(engine, 1);
    const before = arena.f32("x");
    before[5] = 7;
    const bytes = engine.memoryBytes;
    reserve(engine, 200);
    expect(engine.memoryBytes).toBeGreaterThan(bytes);
    expect(before.length).toBe(0); // the old buffer is detached
    expect(arena.f32("x")[5]).toBe(7);
  });

  it("arenas do not overlap", () => {
    const engine = new Engine();
    const arenas = [1, 5, 2, 3].map((pages) => reserve(engine, pages));
    arenas.forEach((arena, i) => {
      arena.f32("x").fill(i + 1);
    });
    arenas.forEach((arena, i) => {
      expect(arena.f32("x").every((value) => value === i + 1)).toBe(true);
    });
  });

  it("a freed arena is used again, zeroed, whichever order arenas were freed in", () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ]) {
      const engine = new Engine();
      const arenas = [2, 3, 4].map((pages) => reserve(engine, pages));
      const first = arenas[0].address("x");
      const bytes = engine.memoryBytes;
      for (const arena of arenas) arena.f32("x").fill(1);
      for (const i of order) arenas[i].dispose();
      const whole = reserve(engine, 9); // all three places, merged
      expect(whole.address("x")).toBe(first);
      expect(engine.memoryBytes).toBe(bytes);
      expect(whole.f32("x").every((value) => value === 0)).toBe(true);
    }
  });

  it("the first hole that fits is taken, its rest stays free", () => {
    const engine = new Engine();
    const arenas = [1, 4, 1, 6, 1].map((pages) => reserve(engine, pages));
    const holes = [arenas[1].address("x"), arenas[3].address("x")];
    for (const i of [1, 3]) {
      arenas[i].f32("x").fill(1);
      arenas[i].dispose();
    }
    const five = reserve(engine, 5);
    const three = reserve(engine, 3);
    const rest = reserve(engine, 1);
    expect([five, three, rest].map((arena) => arena.address("x"))).toEqual([holes[1], holes[0], holes[0] + 3 * PAGE]);
    for (const arena of [five, three, rest]) expect(arena.f32("x").every((value) => value === 0)).toBe(true);
  });

  it("disposing twice frees once; a disposed arena refuses", () => {
    const engine = new Engine();
    const [a, b] = [reserve(engine, 2), reserve(engine, 2)];
    a.dispose();
    a.dispose();
    expect(() => a.f32("x")).toThrow("network: alive");
    const [c, d] = [reserve(engine, 2), reserve(engine, 2)];
    expect(new Set([b, c, d].map((arena) => arena.address("x"))).size).toBe(3);
  });

  it("refuses a plan above the limit before it takes anything", () => {
    const engine = new Engine();
    expect(() => engine.reserve(planOf(MIB), 3 * MIB, "lower steps")).toThrow(
      /^memory: a plan of at most 3145728 bytes \(3\.0 MiB\), got 4195200; lower steps; of 4\.0 MiB the largest are x \[1048576\]/,
    );
    expect(engine.memoryBytes).toBe(0);
  });

  it("refuses what 32-bit addresses cannot reach, whatever the limit", () => {
    const engine = new Engine();
    expect(() => engine.reserve(planOf(2 ** 30), Number.POSITIVE_INFINITY, "lower steps")).toThrow(
      /a plan of at most 4294901760 bytes \(4096 MiB\)/,
    );
  });

  it("an arena that the machine refuses gives an error with its bytes and a remedy, and later arenas still work", () => {
    const engine = new Engine();
    const arena = reserve(engine, 1);
    const pages = 65535; // within 4 GiB alone, not together with the first
    expect(() => engine.reserve(planOf((pages * PAGE) / 4 - 1000), Number.POSITIVE_INFINITY, "")).toThrow(
      /^memory: an arena the machine can give, got "4096 MiB beside .* held"; dispose of networks/,
    );
    arena.f32("x")[0] = 3;
    expect(reserve(engine, 1).f32("x")[0]).toBe(0);
    expect(arena.f32("x")[0]).toBe(3);
  });
});

describe("networks on one engine", () => {
  const batch: Batch = {
    batch: 2,
    steps: 3,
    inputSize: 1,
    inputs: Float32Array.of(1, 2, 3, 4, 5, 6),
    loss: "none",
    lossAt: "last",
    name: "test",
  };

  it("two networks alive at once do not disturb each other, nor does a larger batch between", () => {
    const engine = new Engine();
    const make = (seed: number) => createNetwork({ kind: "recurrent", hidden: 5 }, { seed, inputs: 1, engine });
    const [a, b] = [make(1), make(2)];
    const alone = [a.propagate(batch), b.propagate(batch)];
    const steps = 500;
    const long = { ...batch, batch: 9, steps, inputs: new Float32Array(9 * steps).fill(0.5) };
    a.propagate(long);
    expect(b.propagate(batch)).toEqual(alone[1]);
    expect(a.propagate(batch)).toEqual(alone[0]);
    a.dispose();
    expect(b.propagate(batch)).toEqual(alone[1]);
    expect(() => a.propagate(batch)).toThrow("network: alive, got");
    b.dispose();
    b.dispose();
  });

  it("a network above 2 GiB, where addresses no longer fit a signed integer, gives the same bits", () => {
    const engine = new Engine();
    const make = () =>
      createNetwork({ kind: "recurrent", hidden: 5, layers: 2 }, { seed: 1, inputs: 1, outputs: 2, engine });
    const whole = {
      ...batch,
      batch: 9,
      inputs: new Float32Array(27).fill(0.5),
      targets: new Float32Array(18),
      loss: "mse",
    } as const;
    const [low, high] = [make(), make()];
    const flow = low.propagate(whole);
    engine.reserve(planOf(2 ** 29 + 2 ** 26), Number.POSITIVE_INFINITY, ""); // never touched, so the machine never gives it
    expect(high.propagate(whole)).toEqual(flow);
    for (const name of low.gradients.names) expect(high.gradients.get(name)).toEqual(low.gradients.get(name));
  });

  it("memoryBytes is zero before the first pass, the plan's afterwards, zero once disposed", () => {
    const network = createNetwork({ kind: "recurrent", hidden: 5 }, { inputs: 1, engine: new Engine() });
    expect(network.memoryBytes).toBe(0);
    network.propagate(batch);
    expect(network.memoryBytes).toBeGreaterThan(0);
    network.dispose();
    expect(network.memoryBytes).toBe(0);
  });

  it("a memory limit too small even with checkpoints names bytes, tensors and remedy", () => {
    const network = createNetwork(
      { kind: "recurrent", hidden: 64 },
      { inputs: 1, engine: new Engine(), memoryLimit: 200_000 },
    );
    const long = { ...batch, steps: 100, inputs: new Float32Array(200) };
    expect(() => network.propagate(long)).toThrow(
      /^memory: a plan of at most 200000 bytes \(0\.2 MiB\), got \d+; raise the memory limit, or lower batch, hidden or steps \(states are already kept only every 16 steps\); of /,
    );
  });
});
