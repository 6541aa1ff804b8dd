import { describe, expect, it, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { UNDIVIDED } from "../../src/base/time-slicing.ts";
import { createTrainer, OPTIMIZERS, type OptimizerName, type Trainer } from "../../src/training/index.ts";
import { createTrainerInParts } from "../../src/training/trainer.ts";
import { taskBatch } from "../../src/tasks/index.ts";
import { batchFor, EVERY_KIND, networkOf, title } from "./networks.ts";

const RATE = 0.125;

describe("one update of every kind of network", () => {
  it.each(EVERY_KIND.map((spec) => [title(spec), spec] as const))(
    "%s: sgd moves every parameter by −η times the gradient a measuring pass finds",
    (_, spec) => {
      for (const seed of [0, 1, 2]) {
        const network = networkOf(spec);
        const batch = batchFor(spec, seed);
        network.propagate(batch);
        const names = network.parameters.names;
        const before = names.map((name) => network.parameters.get(name));
        const gradients = names.map((name) => network.gradients.get(name));
        const lnNorms = names.map((name) => network.gradients.lnNorm(name));
        const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: RATE } });
        const record = trainer.step(batch);
        expect(record.parameters.map(({ name }) => name)).toEqual(names);
        names.forEach((name, k) => {
          const moved = before[k].map((theta, i) => theta - Math.fround(RATE * Math.fround(gradients[k][i])));
          expect(network.parameters.get(name), name).toEqual(moved);
          // the norm is summed in another order than the store's
          expect(record.parameters[k].lnGradientNorm, name).toBeCloseTo(lnNorms[k], 10);
        });
        trainer.dispose();
        // the network keeps what it learned
        expect(network.parameters.get(names[0])).not.toEqual(before[0]);
        network.dispose();
      }
    },
  );
});

describe("a trainer", () => {
  const spec = EVERY_KIND[0];

  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])("%s lowers the loss of one batch", (optimizer) => {
    const network = networkOf(spec);
    const trainer = createTrainer(network, { optimizer: { name: optimizer, learningRate: 0.01 } });
    const batch = batchFor(spec, 1);
    const losses = Array.from({ length: 30 }, () => trainer.step(batch).loss);
    expect(losses[29]).toBeLessThan(losses[0]);
    trainer.dispose();
    network.dispose();
  });

  it.each(["sgd", "adam", "lamb"] as const)("%s updates by the same bits where nothing is measured", (optimizer) => {
    const parameters = [true, false].map((measure) => {
      const network = networkOf(spec);
      const clip = { unit: 0.5, value: 0.01, norm: 0.02 };
      const trainer = createTrainer(network, { optimizer: { name: optimizer, learningRate: 0.01 }, clip, measure });
      const records = [1, 2, 3].map((seed) => trainer.step(batchFor(spec, seed)));
      for (const { clips, parameters, loss } of records) {
        expect([clips.length, parameters.length]).toEqual(measure ? [3, trainer.trained.length] : [0, 0]);
        expect(loss).toBeGreaterThan(0);
      }
      trainer.dispose();
      const values = network.parameters.names.map((name) => network.parameters.get(name));
      network.dispose();
      return values;
    });
    expect(parameters[1]).toEqual(parameters[0]);
  });

  it("measures, or not: nothing else", () => {
    const network = networkOf(spec);
    expect(() => createTrainer(network, { measure: 1 as never })).toThrow("measure: true or false");
    network.dispose();
  });

  it("trains one network alone", () => {
    const network = networkOf(spec);
    const trainer = createTrainer(network);
    expect(() => createTrainer(network)).toThrow("network: one trainer at a time");
    trainer.dispose();
    createTrainer(network).dispose();
    network.dispose();
  });
});

describe("float32 at its edges", () => {
  it.each([20, 30, 40])(
    "gradients of %d sigmoid layers are rounded once, to subnormal numbers and to zero",
    (depth) => {
      const spec = { kind: "feedforward", width: 6, depth, activation: "sigmoid", init: { gain: 0.3 } } as const;
      const network = networkOf(spec);
      const batch = batchFor(spec, 1);
      network.propagate(batch);
      const names = network.parameters.names.filter((name) => name.startsWith("layers."));
      const gradients = names.map((name) => network.gradients.get(name));
      const before = names.map((name) => network.parameters.get(name));
      // 2^100 g is exact: what the weights show is g as the optimizer got it
      const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 2 ** 100 } });
      const record = trainer.step(batch);
      expect(record.outcome).toBe("finite");
      const seen = names.map((name, k) => {
        const moved = before[k].map((theta, i) => theta - 2 ** 100 * Math.fround(gradients[k][i]));
        expect(network.parameters.get(name), name).toEqual(moved);
        return record.parameters.find((parameter) => parameter.name === name);
      });
      if (depth === 40) expect(seen[0]).toMatchObject({ lnSeenNorm: Number.NEGATIVE_INFINITY });
      trainer.dispose();
      network.dispose();
    },
  );
});

describe("what is drawn anew in training", () => {
  const spec = { kind: "feedforward", width: 5, depth: 6, residual: "identity", stochasticDepth: 0.8 } as const;

  it("stochastic depth drops other blocks in every update, none between them", () => {
    const network = networkOf(spec);
    const batch = batchFor(spec, 1);
    const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 0 } });
    const loss = network.propagate(batch).loss;
    const dropped = Array.from({ length: 12 }, () =>
      trainer
        .step(batch)
        .parameters.filter(({ name }) => /^layers\.[1-5]\.weight$/.test(name))
        .map(({ lnGradientNorm }) => lnGradientNorm === Number.NEGATIVE_INFINITY),
    );
    expect(new Set(dropped.map(String)).size).toBeGreaterThan(3);
    // the last block is dropped most often: probability 0.8 against 0.16 of the first
    const often = (block: number) => dropped.filter((row) => row[block]).length;
    expect(often(4)).toBeGreaterThan(often(0));
    expect(network.propagate(batch).loss).toBe(loss);
    const full = createNetwork({ ...spec, stochasticDepth: 0 }, { seed: 1, inputs: 3, outputs: 5 });
    expect(full.propagate(batch).loss).toBe(loss);
    for (const one of [trainer, network, full]) one.dispose();
  });

  it("LSUV rescales on the first batch, and distances are measured from there", () => {
    const plain = { kind: "feedforward", width: 5, depth: 3, init: { lsuv: true, gain: 3 } } as const;
    const [measured, trained] = [networkOf(plain), networkOf(plain)];
    const batch = batchFor(plain, 1);
    measured.propagate(batch);
    const trainer = createTrainer(trained, { optimizer: { name: "sgd", learningRate: 0 } });
    const { parameters } = trainer.step(batch);
    for (const name of measured.parameters.names) {
      expect(trained.parameters.get(name)).toEqual(measured.parameters.get(name));
    }
    for (const { lnDistance } of parameters) expect(lnDistance).toBe(Number.NEGATIVE_INFINITY);
    for (const one of [trainer, measured, trained]) one.dispose();
  });
});

test("a step that is left at a pause has happened completely or not at all", () => {
  const spec = { kind: "feedforward", width: 1024, depth: 2, inputs: 2 } as const;
  const one = { name: "one", batch: 1, inputSize: 2, inputs: Float32Array.of(1, -1), lossAt: "last" } as const;
  const batch = { ...one, loss: "mse", targets: Float32Array.of(1), outputSize: 1 } as const;
  const parametersAfter = (work: (trainer: Trainer) => void) => {
    const network = createNetwork(spec, { seed: 1, outputs: 1 });
    const trainer = createTrainer(network, { optimizer: "adam" });
    try {
      work(trainer);
      const values = network.parameters.names.map((name) => network.parameters.get(name));
      const bytes = Buffer.concat(
        values.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
      );
      return { updates: trainer.updates, bytes };
    } finally {
      trainer.dispose();
      network.dispose();
    }
  };
  const before = parametersAfter(() => {});
  const after = parametersAfter((trainer) => void trainer.step(batch));
  const left = (wanted: (value: unknown) => boolean) =>
    parametersAfter((trainer) => {
      const step = trainer.stepInParts(batch);
      let next = step.next();
      while (!next.done && !wanted(next.value)) next = step.next();
      expect(next.done).toBe(false);
      step.return(undefined as never);
    });
  const [early, late] = [left((value) => value !== UNDIVIDED), left((value) => value === UNDIVIDED)];
  expect([before, early, after, late].map(({ updates }) => updates)).toEqual([0, 0, 1, 1]);
  expect(early.bytes.equals(before.bytes)).toBe(true);
  expect(late.bytes.equals(after.bytes)).toBe(true);
  expect(after.bytes.equals(before.bytes)).toBe(false);
});

describe("a trainer made in parts", () => {
  const wide = { kind: "feedforward", inputs: 64, width: 1100, depth: 3, outputs: 2 } as const; // 2.5 million numbers
  const batch = taskBatch({ task: { name: "gaussian", classes: 2 }, batch: 8 });

  test("pauses between its copies, and gives the bits of one made at once", () => {
    const [atOnce, inParts] = [createNetwork(wide), createNetwork(wide)];
    const making = createTrainerInParts(inParts);
    let pauses = 0;
    let made = making.next();
    for (; !made.done; made = making.next()) pauses++;
    expect(pauses).toBeGreaterThanOrEqual(4); // parameters and start, a million numbers each
    const own = createTrainer(atOnce);
    expect(made.value.step(batch)).toEqual(own.step(batch));
    expect([...made.value.restoreInParts(own.state())].length).toBe(3 * made.value.trained.length);
    expect(made.value.step(batch)).toEqual(own.step(batch));
  });

  test("stopped at a pause leaves the network as it was", () => {
    const network = createNetwork(wide);
    const before = network.parameters.get("layers.1.weight");
    const held = network.training.engine.memoryBytes;
    for (let k = 0; k < 3; k++) {
      for (let parts = 1; parts < 5; parts++) {
        const making = createTrainerInParts(network);
        for (let i = 0; i < parts; i++) making.next();
        making.return(undefined as never);
      }
    }
    expect(network.parameters.get("layers.1.weight")).toEqual(before);
    network.parameters.set("layers.1.weight", before);
    const trainer = createTrainer(network);
    expect(trainer.step(batch).outcome).toBe("finite");
    trainer.dispose();
    network.dispose();
    expect(network.training.engine.memoryBytes).toBeLessThan(held + 2 ** 27); // the trainer's memory was given back
  });
});
