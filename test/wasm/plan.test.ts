import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { type MemoryPlan, MIB, mebibytes, PlanBuilder, requireWithin } from "../../src/wasm/plan.ts";
import type { PassShape } from "../../src/wasm/recurrent/geometry.ts";
import { planRecurrent } from "../../src/wasm/recurrent/plan.ts";

const SIZE = { f32: 4, f64: 8, i32: 4 };

/** Every tensor on a cache line of its own, of the bytes its shape says, 128 bytes of slack behind it, inside the plan. */
function checkLayout(plan: MemoryPlan) {
  const tensors = [...plan.tensors.values()].sort((a, b) => a.offset - b.offset);
  tensors.forEach((tensor, i) => {
    expect(tensor.offset % 64, tensor.name).toBe(0);
    expect(tensor.bytes, tensor.name).toBe(tensor.shape.reduce((product, axis) => product * axis, SIZE[tensor.type]));
    const next = tensors[i + 1]?.offset ?? plan.bytes;
    expect(next, `${tensor.name} and what follows`).toBeGreaterThanOrEqual(tensor.offset + tensor.bytes + 128);
  });
}

describe("PlanBuilder", () => {
  it("aligns tensors of any shape and type, keeps them apart, and counts every byte", () => {
    const types = fc.constantFrom("f32", "f64", "i32");
    const tensor = fc.tuple(fc.array(fc.integer({ min: 0, max: 17 }), { maxLength: 3 }), types);
    fc.assert(
      fc.property(fc.array(tensor, { minLength: 1, maxLength: 12 }), (tensors) => {
        const builder = new PlanBuilder();
        tensors.forEach(([shape, type], i) => {
          builder.add(`t${i}`, "working", shape, type);
        });
        const plan = builder.done();
        expect(plan.tensors.size).toBe(tensors.length);
        checkLayout(plan);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("an empty plan takes nothing", () => {
    expect(new PlanBuilder().done().bytes).toBe(0);
  });
});

describe("requireWithin", () => {
  const builder = new PlanBuilder();
  builder.add("small", "working", [1]);
  builder.add("states", "working", [1000, 8, 128]);
  builder.add("tape", "working", [500, 8, 128]);
  builder.add("inputs", "working", [100, 8]);
  const plan = builder.done();

  it("lets a plan of exactly the limit pass", () => {
    expect(() => requireWithin(plan, plan.bytes, "")).not.toThrow();
  });

  it("says the bytes allowed, the bytes asked, the remedy and the three largest tensors", () => {
    const refuse = () => requireWithin(plan, plan.bytes - 1, "lower steps");
    expect(refuse).toThrow(EvanesceError);
    expect(refuse).toThrow(
      `memory: a plan of at most ${plan.bytes - 1} bytes (5.9 MiB), got ${plan.bytes}; lower steps; of 5.9 MiB the largest are ` +
        "states [1000, 8, 128] 3.9 MiB, tape [500, 8, 128] 2.0 MiB, inputs [100, 8] 0.0 MiB",
    );
  });

  it("mebibytes: one decimal below ten, none above", () => {
    expect([0, MIB / 2, 9.94 * MIB, 10 * MIB, 1536 * MIB].map(mebibytes)).toEqual([
      "0.0 MiB",
      "0.5 MiB",
      "9.9 MiB",
      "10 MiB",
      "1536 MiB",
    ]);
  });
});

describe("planRecurrent", () => {
  const engine = new Engine();
  const shape = (T: number, rest: Partial<PassShape> = {}): PassShape => ({
    spec: parseSpec({ kind: "recurrent", hidden: 5, layers: 2 }) as RecurrentSpec,
    sizes: { inputs: 3, outputs: 2 },
    B: 9,
    T,
    loss: "mse",
    lossEvery: true,
    options: { ledger: true, probe: true, contributions: true, lastStep: true },
    ...rest,
  });

  it("is laid out well over hidden sizes, layers, batches, steps, losses and options", () => {
    const sizes = fc.constantFrom(1, 3, 4, 5, 7, 8, 9, 17);
    fc.assert(
      fc.property(
        fc.record({
          hidden: sizes,
          layers: fc.integer({ min: 1, max: 3 }),
          X: sizes,
          B: sizes,
          T: fc.constantFrom(1, 15, 16, 17, 130),
        }),
        fc.constantFrom("mse", "cross_entropy", "none"),
        fc.option(sizes, { nil: null }),
        fc.record({ ledger: fc.boolean(), probe: fc.boolean(), contributions: fc.boolean(), lastStep: fc.boolean() }),
        ({ hidden, layers, X, B, T }, loss, outputs, options) => {
          const spec = parseSpec({ kind: "recurrent", hidden, layers }) as RecurrentSpec;
          const passShape = shape(T, {
            spec,
            sizes: { inputs: X, outputs },
            B,
            loss,
            lossEvery: loss !== "none",
            options,
          });
          checkLayout(planRecurrent(engine, passShape, Number.POSITIVE_INFINITY).plan);
          checkLayout(planRecurrent(engine, passShape, 1).plan);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it("stores every step where that fits, one in every √T (whole blocks of 16) where it does not", () => {
    const whole = planRecurrent(engine, shape(10_000), Number.POSITIVE_INFINITY);
    expect(whole.geometry).toMatchObject({ stored: 10_000, C: 64, chunks: 157 });
    const parts = planRecurrent(engine, shape(10_000), whole.plan.bytes - 1);
    expect(parts.geometry).toMatchObject({ stored: 112, C: 112, chunks: 90 });
    expect(parts.plan.bytes).toBeLessThan(whole.plan.bytes);
    const states = ({ tensors }: MemoryPlan) =>
      [...tensors.values()].reduce((sum, { name, bytes }) => sum + (/^(states|checkpoints)/.test(name) ? bytes : 0), 0);
    expect(states(whole.plan)).toBeGreaterThan(10_000 * 2 * 2 * 8 * 8 * 4); // T, layers, panels, H padded, samples, bytes
    expect(states(parts.plan)).toBeLessThan(states(whole.plan) / 40);
  });

  it("asks for what is measured only: a pass without ledger, probe and contributions has no memory for them", () => {
    const names = (options: Partial<PassShape["options"]>) => {
      const all = { ledger: false, probe: false, contributions: false, lastStep: false, ...options };
      return [...planRecurrent(engine, shape(100, { options: all }), Number.POSITIVE_INFINITY).plan.tensors.keys()];
    };
    const bare = names({});
    expect(bare.filter((name) => /gate|carried|injected|probe|cotangent|contribution|lastStep/.test(name))).toEqual([]);
    expect(names({ ledger: true }).filter((name) => !bare.includes(name))).toEqual([
      "loss.gate",
      "loss.carried",
      "loss.injected",
    ]);
    expect(names({ contributions: true }).filter((name) => !bare.includes(name))).toEqual([
      "contributions",
      "contributionExponents",
    ]);
  });
});
