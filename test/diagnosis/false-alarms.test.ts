import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { propagate } from "../../src/propagate.ts";
import { measured } from "./flows.ts";

const SEEDS = 100;
/** At most 1 % of all passes of one control may be called anything but healthy. */
const expectFewAlarms = (verdictOf: (seed: number) => string, seeds = SEEDS) => {
  const alarms = Array.from({ length: seeds }, (_, seed) => verdictOf(seed)).filter((verdict) => verdict !== "healthy");
  expect(alarms.length, alarms.join()).toBeLessThanOrEqual(seeds / 100);
};

const recurrent =
  (steps: number, network: Omit<Extract<NetworkInput, { kind: "recurrent" }>, "kind">) => (seed: number) =>
    diagnose(
      propagate({
        network: { kind: "recurrent", hidden: 32, ...network },
        batch: 4,
        task: { name: "adding", steps },
        seed,
        contributions: false,
      }),
    ).verdict;

test.each([2, 10, 100, 1000])("orthogonal linear recurrences of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent(steps, { cell: "identity" }));
});

test.each([5, 30])("orthogonal tanh recurrences of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent(steps, { cell: "tanh" }));
});

test.each([20, 200])("ReLU recurrences from the identity (Le 2015) of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent(steps, { cell: "relu", init: { recurrent: "identity" } }));
});

const deep = (depth: number, network: Omit<Extract<NetworkInput, { kind: "feedforward" }>, "kind">) => (seed: number) =>
  diagnose(measured({ network: { kind: "feedforward", depth, ...network }, task: "gaussian", batch: 2, seed })).verdict;

test.each([2, 10, 30])("He-initialised ReLU networks 32 wide and %i deep are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { width: 32, activation: "relu", init: { weight: "he_normal" } }));
});

test.each([10, 30])("critical tanh networks 32 wide and %i deep are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { width: 32, activation: "tanh" }));
});
