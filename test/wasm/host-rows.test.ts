import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { MeasureOptions } from "../../src/network/types.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { withLengths } from "../../src/tasks/lengths.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { MIB } from "../../src/wasm/plan.ts";
import { planRecurrent } from "../../src/wasm/recurrent/plan.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";

type Shape = Parameters<typeof planRecurrent>[1];

/** Letters as in a pass: samples, steps. */
function shapeOf(spec: object, B: number, T: number, more: Partial<Shape> = {}): Shape {
  const sizes = { inputs: 2, outputs: 1 };
  const parsed = parseSpec({ kind: "recurrent", ...sizes, ...spec }) as RecurrentSpec;
  const options = { ledger: true, probe: true, contributions: true, lastStep: false, inputGradient: true } as const;
  return { spec: parsed, sizes, B, T, loss: "mse", lossEvery: false, options, ...more };
}

describe("a pass that recomputes its states leaves the rows of one chunk at a time in WASM memory", () => {
  const everything: MeasureOptions = { lastStep: true, inputColumns: true, half: true, credit: true, truncate: 20 };
  const stem = { width: 4, activation: "relu", norm: "layer", dropout: 0.2 } as const;
  const head = { width: 3, activation: "tanh", dropout: 0.3 } as const;
  // √T rounds up to chunks of 16 steps; the last chunk of 16 k + r steps has every remainder r there is
  const cases: [string, object, number, readonly number[]][] = [
    ["tanh", { hidden: 5 }, 3, Array.from({ length: 16 }, (_, r) => 96 + r)],
    ["an LSTM of two layers, with two panels", { cell: "lstm", hidden: 4, layers: 2 }, 11, [129, 144]],
    ["a dilated GRU that looks back further than a chunk", { cell: "gru", hidden: 4, dilation: 40 }, 2, [150]],
    ["stem, head and zoneout", { cell: "gru", hidden: 5, zoneout: 0.3, stem, head }, 9, [131]],
  ];
  for (const [name, spec, B, lengths] of cases) {
    it(name, () => {
      for (const T of lengths) {
        const whole = { kind: "recurrent", inputs: 2, outputs: 1, ...spec } as const;
        const drawn = randomBatch({ B, T, X: 2, Y: 1, lossAt: "every", seed: 5 });
        const shorter = withLengths(
          drawn,
          Array.from({ length: B }, (_, b) => T - 7 * (b % 3)),
        );
        for (const batch of [drawn, shorter]) {
          const options = batch === shorter ? { ...everything, fromStart: true } : everything;
          const stored = createNetwork(whole as RecurrentSpec, { seed: 3, engine: new Engine() });
          const flow = stored.propagate(batch, options);
          const memoryLimit = stored.memoryBytes - 1;
          const parts = createNetwork(whole as RecurrentSpec, { seed: 3, engine: new Engine(), memoryLimit });
          expect(parts.propagate(batch, options)).toEqual(flow);
          expect(parts.propagate(batch, options)).toEqual(flow); // rows of the run before are gone
          stored.dispose();
          parts.dispose();
        }
      }
    });
  }
});

it("a plan of 10,000,000 steps takes what inputs and checkpoints take, whatever is measured", () => {
  const engine = new Engine();
  const { plan, geometry } = planRecurrent(engine, shapeOf({ hidden: 64 }, 1, 10_000_000), 0);
  expect(geometry.measured).toBe(geometry.C);
  const growing = [...plan.tensors.values()].filter(({ bytes }) => bytes > 16 * MIB).map(({ name }) => name);
  expect(growing).toEqual(["inputRows"]);
  expect(plan.bytes).toBeLessThan(128 * MIB);
});

it("a split pass, whose parts bring their rows when they have run, keeps them all", () => {
  const { plan, geometry } = planRecurrent(new Engine(), shapeOf({ hidden: 4 }, 9, 1000, { keepRows: true }), 0);
  expect(geometry).toMatchObject({ measured: 1000, stored: 32 });
  expect(plan.tensors.get("loss.total")?.shape).toEqual([1, 1000, 9]);
});

it("panels go through the chunks together only where that takes less memory", () => {
  const options = { ledger: false, probe: false, contributions: false, lastStep: false };
  const few = planRecurrent(new Engine(), shapeOf({ hidden: 128 }, 16, 200, { options }), 0).geometry;
  expect(few).toMatchObject({ F: 1, measured: 200 });
  const many = planRecurrent(new Engine(), shapeOf({ hidden: 4 }, 16, 100_000, { options }), 0).geometry;
  expect(many).toMatchObject({ F: 2, measured: many.C });
});
