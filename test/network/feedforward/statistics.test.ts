import { ACTIVATIONS, saturationSlope } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { ACTIVATION } from "../../oracle/activations.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import { type Case, runCore, runOracle, setUp } from "./both.ts";

const CASES: Case[] = [1, 3, 7, 8, 9, 17].flatMap((batch, i) => [
  { spec: { ...PLAIN, width: [1, 5, 9][i % 3] }, batch, inputs: 3, outputs: 2, loss: "mse", seed: i },
  {
    spec: { ...PLAIN, width: 5, residual: "dense", activationPosition: "pre" },
    batch,
    inputs: 3,
    outputs: null,
    loss: "mse",
    seed: i,
  },
]);

// prelu's slope is learned; a tower of e^u on these inputs leaves float32
describe("statistics equal plain loops over the oracle's numbers", () => {
  it.each(ACTIVATIONS.filter((name) => name !== "prelu" && name !== "exponential"))("%s", (activation) => {
    for (const testCase of CASES) {
      const setup = setUp({ ...testCase, spec: { ...testCase.spec, activation } });
      const { statistics } = runCore(setup);
      if (statistics === undefined) throw new Error("no statistics");
      runOracle(setup).layers.forEach(({ hidden, preactivation }, l) => {
        const n = hidden.length;
        const mean = hidden.reduce((sum, h) => sum + h, 0) / n;
        const variance = hidden.reduce((sum, h) => sum + (h - mean) ** 2, 0) / n;
        const size = 1 + Math.max(...hidden.map(Math.abs));
        expect(Math.abs(statistics.mean[l] - mean)).toBeLessThan(1e-5 * size);
        expect(Math.abs(statistics.variance[l] - variance)).toBeLessThan(1e-5 * size ** 2);

        const slopes = preactivation?.map((a) => Math.abs(ACTIVATION[activation].derivative(a)));
        if (slopes === undefined) {
          expect([statistics.saturated[l], statistics.dead[l]]).toEqual([0, 0]);
          return;
        }
        const { batch: B } = testCase;
        const units = slopes.length / B;
        const below = (bound: number) => slopes.filter((slope) => slope < bound).length / slopes.length;
        const bound = saturationSlope(activation);
        expect(statistics.saturated[l]).toBeGreaterThanOrEqual(below(bound * (1 - 1e-5)));
        expect(statistics.saturated[l]).toBeLessThanOrEqual(below(bound * (1 + 1e-5)));
        let dead = 0;
        for (let i = 0; i < units; i++) {
          if (Array.from({ length: B }, (_, b) => slopes[b * units + i]).every((slope) => slope === 0)) dead++;
        }
        expect(statistics.dead[l]).toBe(dead / units);
      });
      setup.network.dispose();
    }
  });

  it("exact zeros of the loss's gradient, whether a probe runs after it or not, dense networks too", () => {
    for (const residual of ["none", "dense", "identity"] as const) {
      for (const probe of [true, false]) {
        const spec = { ...PLAIN, width: 5, activation: "relu" as const, residual };
        const setup = setUp({ spec, batch: 9, inputs: 3, outputs: null, loss: "hinge", seed: 2 });
        const { statistics } = runCore(setup, { probe });
        runOracle(setup).layers.forEach(({ delta }, l) => {
          expect(statistics?.zero[l]).toBeCloseTo(delta.filter((d) => d === 0).length / delta.length, 12);
          expect(statistics?.subnormal[l]).toBe(0);
        });
        setup.network.dispose();
      }
    }
  });
});
