import { LOSSES } from "../../../src/catalogue/index.ts";
import { activationFacts, ACTIVATIONS, NORMS, RESIDUALS } from "../../../src/catalogue/index.ts";
import * as fc from "fast-check";
import type { Case } from "./both.ts";

/** Every remainder of tiles of four and panels of eight. */
const SIZE = fc.constantFrom(1, 3, 4, 5, 8, 9, 17);
const BATCH = fc.constantFrom(1, 3, 7, 8, 9, 17);

/** One width for all layers, or a list with bottlenecks and blocks whose ends have different widths. */
const shape = fc.oneof(
  { weight: 3, arbitrary: fc.record({ width: SIZE, depth: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 1,
    arbitrary: fc.array(SIZE, { minLength: 2, maxLength: 6 }).map((width) => ({ width, depth: width.length })),
  },
);

/** Any possible network, batch and loss. */
export const anyCase: fc.Arbitrary<Case> = fc
  .record({
    shape,
    // a tower of e^u leaves float64: it has a golden file of its own
    activation: fc.constantFrom(...ACTIVATIONS.filter((name) => Number.isFinite(activationFacts(name).largestSlope))),
    norm: fc.constantFrom(...NORMS),
    normEpsilon: fc.constantFrom(undefined, 1e-3, 0.1),
    normPosition: fc.constantFrom("before", "after", "pre", "post" as const),
    residual: fc.constantFrom(...RESIDUALS),
    blockLayers: fc.constantFrom(1, 2),
    activationPosition: fc.constantFrom("branch", "pre", "post" as const),
    stochasticDepth: fc.constantFrom(0, 0, 0.3, 1),
    batch: BATCH,
    inputs: SIZE,
    outputs: fc.option(SIZE),
    loss: fc.constantFrom(...LOSSES),
    kept: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    seed: fc.nat(1e6),
  })
  .map(({ shape: { width, depth }, norm, batch, inputs, outputs, loss, kept, seed, ...rest }) => ({
    spec: { width, depth, norm, ...rest },
    batch,
    inputs,
    outputs,
    // the sum of a layer behind a batch norm is constant, so its gradient is only rounding
    loss: norm === "batch" && loss === "none" ? ("mse" as const) : loss,
    seed,
    kept: kept.slice(0, blocks(depth, rest)),
  }));

const blocks = (depth: number, { residual, blockLayers }: { residual: string; blockLayers: number }) =>
  Math.ceil((depth - 1) / (residual === "dense" ? 1 : blockLayers));
