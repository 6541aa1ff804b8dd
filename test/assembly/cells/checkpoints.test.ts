import { type CellName, CELLS } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import type { GradientFlow } from "../../../src/flow/index.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { parseSpec } from "../../../src/spec/index.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import { MIB } from "../../../src/wasm/plan.ts";
import { planRecurrent } from "../../../src/wasm/recurrent/plan.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { withLengths } from "../../../src/tasks/lengths.ts";
import { randomBatch } from "./helpers.ts";

/** The flow without the fields that name the run. */
function numbers(flow: GradientFlow) {
  const { parameters, layers, lnGradientNorm, contributions, probe, lastStep, loss, quantiles, input } = flow;
  return { parameters, layers, lnGradientNorm, contributions, probe, lastStep, loss, quantiles, input };
}

const BITS = {
  x: new Float64Array(1),
  get n() {
    return new BigInt64Array(this.x.buffer)[0];
  },
};

/** Numbers as their bits, so that NaN equals NaN and 0 is not −0. */
function bits(value: unknown): unknown {
  if (typeof value === "number") {
    BITS.x[0] = value;
    return String(BITS.n);
  }
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array, bits);
  if (Array.isArray(value)) return value.map(bits);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, bits(v)]));
  return value;
}

function run(spec: object, batch: Batch, memoryLimit?: number) {
  const network = createNetwork(spec as RecurrentSpec, { seed: 3, engine: new Engine(), memoryLimit });
  const flow = network.propagate(batch, { lastStep: batch.lossAt === "every", inputColumns: true });
  const gradients = network.gradients.names.map((name) => network.gradients.get(name));
  const bytes = network.memoryBytes;
  network.dispose();
  return { bytes, all: bits({ ...numbers(flow), gradients }) };
}

describe("recomputing states from checkpoints changes no bit of any gradient or norm", () => {
  const cases: [CellName, number, number, number, "last" | "every"][] = [
    ...CELLS.flatMap((cell): [CellName, number, number, number, "last" | "every"][] => [
      [cell, 1, 3, 300, "last"],
      [cell, 2, 11, 177, "every"],
    ]),
    ["lstm", 3, 9, 130, "last"],
    ["gru", 3, 9, 130, "last"],
  ];
  for (const [cell, layers, B, T, lossAt] of cases) {
    it(`${cell}, ${layers} layers, B = ${B}, T = ${T}, loss at ${lossAt}`, () => {
      const spec = { kind: "recurrent", cell, inputs: 3, hidden: 7, layers, outputs: 2 };
      const batch = randomBatch({ B, T, X: 3, Y: 2, lossAt, seed: 6 });
      const whole = run(spec, batch);
      const parts = run(spec, batch, whole.bytes - 1);
      expect(parts.bytes).toBeLessThan(whole.bytes);
      expect(parts.all).toEqual(whole.all);
    });
  }
});

for (const cell of ["tanh", "lstm", "gru"] as const) {
  it(`layer-normalized ${cell} too`, () => {
    const spec = { kind: "recurrent", cell, inputs: 3, hidden: 5, layers: 2, norm: "layer", outputs: 2 };
    const batch = randomBatch({ B: 9, T: 150, X: 3, Y: 2, lossAt: "every", seed: 6 });
    const whole = run(spec, batch);
    expect(run(spec, batch, whole.bytes - 1).all).toEqual(whole.all);
  });
}

it("dilated layers too, where a layer looks further back than a chunk is long", () => {
  const spec = { kind: "recurrent", cell: "lstm", inputs: 3, hidden: 5, layers: 3, dilation: [1, 7, 40], outputs: 2 };
  const batch = randomBatch({ B: 9, T: 200, X: 3, Y: 2, lossAt: "every", seed: 6 });
  const whole = run(spec, batch);
  expect(run(spec, batch, whole.bytes - 1).all).toEqual(whole.all);
});

it("skips over time too, shorter and longer than a chunk, beside dilation", () => {
  for (const [cell, steps, dilation] of [
    ["gru", 3, 1],
    ["lstm", 40, 7],
    ["minimal_rnn", 5, 1],
  ] as const) {
    const timeSkip = { steps, scale: 0.5 };
    const spec = { kind: "recurrent", cell, inputs: 3, hidden: 5, layers: 2, dilation, timeSkip, outputs: 2 };
    const batch = randomBatch({ B: 9, T: 200, X: 3, Y: 2, lossAt: "every", seed: 6 });
    const whole = run(spec, batch);
    const parts = run(spec, batch, whole.bytes - 1);
    expect(parts.bytes).toBeLessThan(whole.bytes);
    expect(parts.all).toEqual(whole.all);
  }
});

describe("few samples, whose inputs are kept as rows", () => {
  const stem = { width: [4, 6], activation: "tanh" } as const;
  const cases: [string, object][] = [
    ["one layer", {}],
    ["a stem", { stem }],
    ["two layers with recurrent dropout and a stem", { layers: 2, recurrentDropout: 0.3, dropout: 0.2, stem }],
    ["zoneout", { zoneout: 0.2 }],
    ["a mask over the whole sequence, which keeps panels", { variationalDropout: 0.4 }],
    ["a learned first state", { initialState: "learned", cell: "lstm" }],
  ];
  for (const [name, more] of cases) {
    for (const B of [1, 2, 4, 5, 7]) {
      it(`${name}, B = ${B}`, () => {
        const spec = { kind: "recurrent", cell: "gru", inputs: 3, hidden: 5, outputs: 2, ...more };
        const drawn = randomBatch({ B, T: 170, X: 3, Y: 2, lossAt: "every", seed: 6 });
        const lengths = Array.from({ length: B }, (_, b) => 170 - 25 * b);
        for (const batch of [drawn, withLengths(drawn, lengths)]) {
          const whole = run(spec, batch);
          const parts = run(spec, batch, whole.bytes - 1);
          expect(parts.bytes).toBeLessThan(whole.bytes);
          expect(parts.all).toEqual(whole.all);
        }
      });
    }
  }
});

describe("a plan of √T checkpoints fits long sequences into little memory", () => {
  const plan = (cell: CellName, hidden: number, T: number, B: number) => {
    const spec = parseSpec({ kind: "recurrent", cell, hidden, inputs: 2, outputs: 1 }) as RecurrentSpec;
    const options = { ledger: true, probe: true, contributions: true, lastStep: false };
    const shape = { spec, sizes: { inputs: 2, outputs: 1 }, B, T, loss: "mse", lossEvery: false, options } as const;
    return planRecurrent(new Engine(), shape, 0).plan.bytes;
  };
  for (const cell of ["tanh", "lstm", "gru"] as const) {
    it(`${cell}: T = 1,000,000, B = 1, H = 64 within 256 MiB`, () => {
      expect(plan(cell, 64, 1_000_000, 1)).toBeLessThan(256 * MIB);
    });
    it(`${cell}: T = 100,000, B = 32, H = 128 within 1 GiB`, () => {
      expect(plan(cell, 128, 100_000, 32)).toBeLessThan(1024 * MIB);
    });
  }
});

it("a bidirectional pass, which needs every state, says so where memory is short", () => {
  const network = createNetwork(
    { kind: "recurrent", cell: "lstm", inputs: 2, hidden: 8, bidirectional: true },
    { memoryLimit: 2 * MIB },
  );
  expect(() => network.propagate(randomBatch({ B: 1, T: 2000, X: 2, seed: 1 }))).toThrow(
    /bidirectional pass must keep the state of every step/,
  );
});
