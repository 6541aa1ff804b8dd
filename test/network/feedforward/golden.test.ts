import { isClassLoss } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import type { FeedforwardInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { type FeedforwardGolden, feedforwardGoldens } from "../../golden/read.ts";
import { norm } from "../../oracle/linear.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import { lnColumns } from "../../assembly/cells/helpers.ts";
import { gap, normError } from "../../setup/numbers.ts";

/** ‖core − PyTorch‖/‖PyTorch‖: float32 beside float64, 2⁻²⁴ times a few dozen roundings a layer. */
const TOLERANCE = 1e-5;
/**
 * A gradient that is zero except for rounding (of a bias before a batch norm) is 1e−16 of its neighbors in float64.
 * In float32 it may be this share of them.
 */
const STRUCTURAL = { below: 1e-13, within: 1e-6 };

describe("the core equals PyTorch: feed-forward", () => {
  for (const golden of feedforwardGoldens()) {
    it(golden.name, () => {
      const { spec, parameters, batch, stations, gradients } = golden;
      const network = createNetwork(spec as FeedforwardInput, { outputs: null, kept: batch.kept });
      for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
      const flow = network.propagate(batchOf(golden), { inputColumns: true });

      expect(flow.outcome).toBe("finite");
      expect(normError([flow.loss as number], [golden.loss]), "loss").toBeLessThan(TOLERANCE);
      stations.forEach(({ hidden, delta }, l) => {
        const forward = flow.statistics?.lnForwardNorm[l] as number;
        expect(gap(forward, Math.log(norm([hidden.data]))), `‖h_${l}‖`).toBeLessThan(TOLERANCE);
        expect(gap(flow.lnGradientNorm[l], Math.log(norm([delta.data]))), `‖δ_${l}‖`).toBeLessThan(TOLERANCE);
      });

      const { data: inputGradient, shape } = golden.inputGradient;
      expect(gap(flow.input?.lnGradientNorm as number, Math.log(norm([inputGradient]))), "‖∂L/∂x‖").toBeLessThan(
        TOLERANCE,
      );
      lnColumns(inputGradient, shape[1]).forEach((column, k) => {
        expect(gap(flow.input?.lnColumnNorms?.[k] as number, column), `‖∂L/∂x_${k}‖`).toBeLessThan(TOLERANCE);
      });

      expect([...network.gradients.names].sort()).toEqual(Object.keys(gradients).sort());
      const largest = Math.max(...Object.values(gradients).map(({ data }) => norm([data])));
      for (const [name, { data }] of Object.entries(gradients)) {
        const got = network.gradients.get(name);
        if (norm([data]) < STRUCTURAL.below * largest) {
          expect(norm([got]), name).toBeLessThan(STRUCTURAL.within * largest);
        } else {
          expect(normError(got, data), name).toBeLessThan(TOLERANCE);
        }
      }
      network.dispose();
    });
  }
});

function batchOf({ batch, inputs, targets, spec }: FeedforwardGolden): Batch {
  const common = { name: "golden", ...batch, lossAt: "last" as const, inputs: Float32Array.from(inputs.data) };
  if (targets === undefined) return common;
  const outputSize = spec.outputs ?? (typeof spec.width === "number" ? spec.width : spec.width.at(-1));
  const isClass = isClassLoss(batch.loss);
  const { data } = targets as Tensor;
  return {
    ...common,
    outputSize: outputSize as number,
    targets: isClass ? Int32Array.from(data) : Float32Array.from(data),
  };
}
