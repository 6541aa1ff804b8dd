/**
 * Dropout and zoneout: against PyTorch with the same masks; the same masks however a pass is run; off where it is to
 * be.
 */
import { afterAll, describe, expect, test } from "vitest";
import { gradientStatistics } from "../../src/measure/statistics.ts";
import { createNetwork, GRADIENTS_ONLY, type MeasureOptions } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { Engine, sharedEngine } from "../../src/wasm/engine.ts";
import { dropoutGoldens } from "../golden/read.ts";
import { maskBits, maskWords } from "../oracle/masks.ts";
import { normals } from "../setup/numbers.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { sameBits } from "../parallel/same.ts";
import { checkGolden } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

describe("PyTorch's gradients under the same masks", () => {
  test.each(dropoutGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    expect(maskWords(golden.seed)).toEqual(golden.words);
    const flow = checkGolden(golden, golden.seed);
    for (const { ledger } of flow.layers) {
      ledger!.total.forEach((total, s) => {
        if (!Number.isFinite(total)) return;
        const sum = Object.values(ledger!.factors).reduce((a, values) => a + values[s], 0);
        expect(Math.abs(sum - total)).toBeLessThan(1e-6);
      });
    }
  });
});

const recurrent = (rest: object): NetworkInput =>
  ({ kind: "recurrent", hidden: 9, layers: 2, ...rest }) as NetworkInput;
const RATES: readonly object[] = [
  { dropout: 0.3, recurrentDropout: 0.2 },
  { variationalDropout: 0.3 },
  { cell: "lstm", zoneout: 0.2, dropout: 0.4 },
  { cell: "gru", bidirectional: true, dropout: 0.5, recurrentDropout: 0.5 },
  { stem: { width: 5, dropout: 0.4 }, head: { width: [7, 3], dropout: [0.5, 0.2] } },
];

describe("the same bits", () => {
  for (const rates of RATES) {
    const name = JSON.stringify(rates);
    const task = { name: "copy", steps: 9 } as const;
    test(`${name}: whatever the workers`, async () => {
      await sameBits({ name, network: recurrent(rates), task, batch: 21, options: { masks: 2 } }, [2, 3]);
      const options = { credit: { steps: 3 }, ...("bidirectional" in rates ? {} : { truncate: 5 }) };
      await sameBits({ name, network: recurrent(rates), task, batch: 17, options }, [2]);
    });
    test(`${name}: in parts, and from checkpoints`, () => {
      const [T, B, X] = [300, 11, 3];
      const batch: Batch = {
        name: "random",
        batch: B,
        steps: T,
        inputSize: X,
        inputs: normals(T * B * X, 1),
        lossAt: "last",
        loss: "none",
      };
      const run = (memoryLimit?: number, parts = false) => {
        const network = createNetwork({ ...recurrent(rates), inputs: X } as NetworkInput, {
          seed: 4,
          memoryLimit,
          engine: new Engine(),
        });
        const options = { contributions: false, probe: false } as const;
        let flow: unknown;
        if (parts) {
          const steps = network.propagateInParts(batch, options);
          for (let next = steps.next(); ; next = steps.next()) {
            flow = next.value;
            if (next.done) break;
          }
        } else flow = network.propagate(batch, options);
        const gradients = network.gradients.names.map((each) => network.gradients.get(each));
        const { memoryBytes } = network;
        network.dispose();
        return { memoryBytes, all: { flow, gradients } };
      };
      const whole = run();
      expect(run(undefined, true)).toEqual(whole);
      if ("bidirectional" in rates) return; // which keeps every state
      const checkpointed = run(whole.memoryBytes - 1);
      expect(checkpointed.memoryBytes).toBeLessThan(whole.memoryBytes);
      expect(checkpointed.all).toEqual(whole.all);
    });
  }
  test("of a deep network, whatever the workers", async () => {
    for (const norm of ["none", "layer", "batch"]) {
      const network = { kind: "feedforward", depth: 4, width: 9, dropout: 0.3, norm } as NetworkInput;
      await sameBits({ name: norm, network, task: "gaussian", batch: 37 }, [2, 3]);
    }
  });
});

test("a sample keeps its masks, whatever samples and lengths stand beside it", () => {
  const [T, X] = [7, 2];
  const lengths = [3, 7, 5, 7, 1, 6, 2, 4, 7];
  const inputs = normals(T * lengths.length * X, 2);
  const network = createNetwork(recurrent({ cell: "lstm", inputs: X, dropout: 0.4, zoneout: 0.2 }), { seed: 1 });
  const batch = (options: object) => ({ inputs, batch: lengths.length, ...options });
  const profile = (flow: { layers: readonly { lnGradientNorm: Float64Array }[] }) => flow.layers[0].lnGradientNorm;
  const whole = profile(network.propagate(batch({ lengths })));
  // samples of length 7 are 1, 3 and 8: at step 0 nothing else is there
  const longest = lengths.map((n) => (n === 7 ? 7 : 1));
  const alone = profile(network.propagate(batch({ lengths: longest })));
  expect(alone[0]).toBeCloseTo(whole[0], 6);
  network.dispose();
});

describe("off", () => {
  const batchOf = (X: number): Batch => ({
    name: "random",
    batch: 5,
    steps: 6,
    inputSize: X,
    inputs: normals(5 * 6 * X, 3),
    lossAt: "last",
    loss: "none",
  });
  test("masks: false is the network without dropout, bit by bit", () => {
    const gradients = (rates: object, options: MeasureOptions) => {
      const network = createNetwork(recurrent({ inputs: 3, cell: "gru", ...rates }), { seed: 2 });
      const { lnGradientNorm } = network.propagate(batchOf(3), options);
      const all = network.gradients.names.map((name) => network.gradients.get(name));
      network.dispose();
      return { lnGradientNorm, all };
    };
    const without = gradients({}, {});
    const runs = (more: object) => ({ stem: { width: 4, ...more }, head: { width: [5, 3], ...more } });
    for (const rates of [
      { dropout: 0.5, recurrentDropout: 0.3 },
      { variationalDropout: 0.2 },
      runs({ dropout: 0.5 }),
    ]) {
      expect(gradients(rates, { masks: false })).toEqual("stem" in rates ? gradients(runs({}), {}) : without);
      expect(gradients(rates, {})).not.toEqual(without);
      expect(gradients(rates, { masks: 1 })).not.toEqual(gradients(rates, { masks: 0 }));
      expect(gradients(rates, { masks: 0 })).toEqual(gradients(rates, {}));
    }
  });
  test("a deep network's too", () => {
    const loss = (dropout: number | undefined, masks: boolean) => {
      const network = createNetwork({ kind: "feedforward", depth: 3, width: 8, inputs: 4, dropout }, { seed: 2 });
      const flow = network.propagate({ inputs: normals(20, 5) }, { ...GRADIENTS_ONLY, masks });
      network.dispose();
      return flow.loss;
    };
    expect(loss(0.5, false)).toBe(loss(undefined, true));
    expect(loss(0.5, true)).not.toBe(loss(undefined, true));
  });
  test("in validation: its loss is that of the network without noise; an update draws masks of its own", () => {
    const network = recurrent({ dropout: 0.5, zoneout: 0.1, cell: "lstm" });
    const made = createNetwork(network, { seed: 5, inputs: 2, outputs: 1 });
    const trainer = createTrainer(made);
    const batch: Batch = { ...batchOf(2), loss: "mse", outputSize: 1, targets: normals(5, 6) };
    const evaluate = () => {
      const steps = made.training.run(batch);
      for (let next = steps.next(); ; next = steps.next()) if (next.done) return next.value.loss;
    };
    expect(evaluate()).toBe(made.propagate(batch, { ...GRADIENTS_ONLY, masks: false }).loss);
    const first = trainer.step(batch).loss;
    const second = trainer.step(batch).loss;
    expect(first).not.toBe(second);
    expect(evaluate()).toBe(made.propagate(batch, { ...GRADIENTS_ONLY, masks: false }).loss);
    trainer.dispose();
    made.dispose();
  });
});

test("single samples' gradients have the masks of the batch, so that their mean is the batch's", () => {
  const network = createNetwork(recurrent({ inputs: 2, outputs: 1, dropout: 0.5, recurrentDropout: 0.5 }), { seed: 8 });
  const batch: Batch = {
    name: "random",
    batch: 6,
    steps: 5,
    inputSize: 2,
    inputs: normals(60, 7),
    targets: normals(6, 8),
    outputSize: 1,
    lossAt: "last",
    loss: "mse",
  };
  const { parameters } = gradientStatistics(network, batch);
  for (const { name, lnMeanNorm } of parameters) {
    expect(lnMeanNorm, name).toBeCloseTo(network.gradients.lnNorm(name), 4);
  }
  network.dispose();
});

describe("the generator", () => {
  test("strikes the share it is told, and no two samples, steps, layers or seeds alike", () => {
    const words = maskWords(3);
    const N = 4096;
    const row = (what: number, layer: number, sample: number, step: number, from = words) =>
      Array.from({ length: N }, (_, unit) => maskBits(from, what, layer, sample, step, unit) < 0.3 * 2 ** 32);
    const rows = [
      row(0, 1, 0, 0),
      row(0, 1, 1, 0),
      row(0, 1, 0, 1),
      row(0, 2, 0, 0),
      row(1, 1, 0, 0),
      row(0, 1, 0, -1),
      row(0, 1, 0, 0, maskWords(4)),
      row(0, 1, 0, 0, maskWords(3, 1)),
    ];
    const sd = Math.sqrt(N * 0.3 * 0.7);
    rows.forEach((one, i) => {
      expect(Math.abs(one.filter(Boolean).length - 0.3 * N)).toBeLessThan(4 * sd);
      for (const other of rows.slice(i + 1)) {
        const together = one.filter((value, k) => value && other[k]).length;
        expect(Math.abs(together - 0.09 * N)).toBeLessThan(4 * Math.sqrt(N * 0.09 * 0.91));
      }
    });
  });
});

test("in a stem and a head the ledger has a factor of its own, and all factors add up", () => {
  const spec = recurrent({ inputs: 2, outputs: 1, stem: { width: 6, dropout: 0.5 }, head: { width: 8, dropout: 1 } });
  const batch: Batch = { ...randomBatch({ B: 9, T: 5, X: 2, Y: 1, seed: 4 }), lossAt: "every" };
  const network = createNetwork(spec, { seed: 3 });
  const dead = network.propagate({ ...batch, targets: normals(45, 4) });
  // every number is dropped: only the readout's bias has a gradient
  expect(dead.head![0].lnDropout).toBe(Number.NEGATIVE_INFINITY);
  expect(dead.lnGradientNorm.every((ln) => ln === Number.NEGATIVE_INFINITY)).toBe(true);
  expect(dead.model!.ledger.factors.dropout.at(-1)).toBe(Number.NEGATIVE_INFINITY);
  network.dispose();
  const open = createNetwork({ ...spec, head: { width: 8, dropout: 0.5 } } as NetworkInput, { seed: 3 });
  const { model, stem, head } = open.propagate({ ...batch, targets: normals(45, 4) });
  expect(model!.ledger.factors.dropout.at(-1)).toBeCloseTo(head![0].lnDropout! - head![0].lnGradientNorm, 12);
  expect(Math.abs(stem![0].lnDropout! - stem![0].lnGradientNorm)).toBeLessThan(Math.LN2);
  model!.ledger.total.forEach((total, s) => {
    const sum = Object.values(model!.ledger.factors).reduce((partial, factor) => partial + factor[s], 0);
    expect(Math.abs(sum - total)).toBeLessThan(1e-6);
  });
  open.dispose();
});

describe("refused", () => {
  test.each([
    [{ dropout: 1.2 }, "network.dropout"],
    [{ dropout: -0.1 }, "network.dropout"],
    [{ dropout: Number.NaN }, "network.dropout"],
    [{ dropout: 0.1, variationalDropout: 0.1 }, "network.variationalDropout"],
    [{ zoneout: 0.1, recurrentDropout: 0.1 }, "network.zoneout"],
    [{ zoneout: 0.1, timeSkip: { steps: 2 } }, "network.zoneout"],
    [{ zoneout: 0.1, cell: "lstm_peephole" }, "network.zoneout"],
    [{ recurrentDropout: 0.1, cell: "indrnn" }, "network.recurrentDropout"],
    [{ stem: { width: 4, dropout: 1.5 } }, "network.stem.dropout: at most 1, got 1.5; "],
    [{ head: { width: [4, 4], dropout: [0.5] } }, "network.head.dropout: one number for each of 2 layers, got [0.5]; "],
  ])("%j", (rates, where) => {
    expect(() => createNetwork(recurrent({ inputs: 2, ...rates }))).toThrow(where);
  });
  test("masks that no draw could give", () => {
    const network = createNetwork(recurrent({ inputs: 2, dropout: 0.5 }));
    for (const masks of [-1, 0.5, "on"]) {
      expect(() => network.propagate({ inputs: normals(8, 1) }, { masks } as MeasureOptions)).toThrow("masks");
    }
    network.dispose();
  });
});
