import { describe, expect, it } from "vitest";
import { createTrainer, OPTIMIZERS, type OptimizerName } from "../../src/training/index.ts";
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

  it("trains one network alone", () => {
    const network = networkOf(spec);
    const trainer = createTrainer(network);
    expect(() => createTrainer(network)).toThrow("network: one trainer at a time");
    trainer.dispose();
    createTrainer(network).dispose();
    network.dispose();
  });
});
