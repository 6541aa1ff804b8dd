import { expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import type { TaskInput } from "../../src/tasks/index.ts";

/**
 * At most 1 % of the paths of one control may get another verdict than healthy: one of a hundred, none of fifty.
 * Other parts are not judged here: an orthogonal linear recurrence of a thousand steps does start far above the
 * trivial loss.
 */
const expectFewAlarms = (verdictOf: (seed: number) => string, seeds = 100) => {
  const alarms = Array.from({ length: seeds }, (_, seed) => verdictOf(seed)).filter((verdict) => verdict !== "healthy");
  expect(alarms.length, alarms.join()).toBeLessThanOrEqual(Math.floor(seeds / 100));
};

const verdictOf = (network: NetworkInput, task: TaskInput) => (seed: number) =>
  diagnose(propagate({ network, task, batch: 4, seed, contributions: false })).parts.find(
    ({ part }) => part === "path",
  )!.state;

const recurrent = (network: object, steps: number, name = "adding") =>
  verdictOf({ kind: "recurrent", hidden: 32, ...network } as NetworkInput, { name, steps });

test.each([2, 10, 100, 1000])("orthogonal linear recurrences of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent({ cell: "identity" }, steps));
});

test.each([5, 30])("orthogonal tanh recurrences of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent({ cell: "tanh" }, steps));
});

test.each([20, 200])("ReLU recurrences from the identity (Le 2015) of %i steps are not called sick", (steps) => {
  expectFewAlarms(recurrent({ cell: "relu", init: { recurrent: "identity" } }, steps));
});

// Orthogonal hidden weights with an open forget gate do amplify: 2 of 100 such LSTMs of 100 steps gain more than a thousandfold.
test.each([30, 100])("LSTMs of PyTorch's weights, the forget gate open for %i steps, are not called sick", (steps) => {
  const init = { recurrent: "pytorch", input: "pytorch", forgetBias: Math.log(steps) };
  expectFewAlarms(recurrent({ cell: "lstm", init }, steps, "noise"));
});

const deep = (depth: number, network: object) =>
  verdictOf({ kind: "feedforward", width: 64, depth, ...network } as NetworkInput, "gaussian");
const init = { weight: "he_normal" };

test.each([2, 10, 100])("He-initialized ReLU networks 64 wide and %i deep are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { activation: "relu", init }), depth < 50 ? 100 : 50);
});

test.each([10, 50])("critical tanh networks 64 wide and %i deep are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { activation: "tanh" }), depth < 50 ? 100 : 50);
});

test.each([20])("residual networks of %i layers, scaled or normalized first, are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { activation: "relu", init, residual: "scaled" }), 50);
  const norm = { norm: "layer", normPosition: "pre" };
  expectFewAlarms(deep(depth, { activation: "relu", init, residual: "identity", ...norm }), 50);
});

test.each([20])("layer-normalized ReLU networks of %i layers are not called sick", (depth) => {
  expectFewAlarms(deep(depth, { activation: "relu", init, norm: "layer" }), 50);
});
