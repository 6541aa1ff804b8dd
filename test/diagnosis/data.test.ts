import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";
import { flowToJson } from "../../src/report/flow/json.ts";

function judged(network: NetworkInput, task: TaskInput, alter: (batch: Batch) => Batch = (batch) => batch) {
  const batch = alter(resolveTask(task, { batch: 32, seed: 1, kind: network.kind as "recurrent" }));
  const made = createNetwork(network, { seed: 1, inputs: batch.inputSize, outputs: batch.outputSize ?? null });
  const flow = made.propagate(batch, { inputColumns: true });
  made.dispose();
  return { flow, diagnosis: diagnose(flow) };
}

const column = (of: (value: number, row: number, X: number) => number, index: number) => (batch: Batch) => ({
  ...batch,
  inputs: batch.inputs.map((value, i) =>
    i % batch.inputSize === index ? of(value, Math.floor(i / batch.inputSize), batch.inputSize) : value,
  ),
});
const tanh = { kind: "feedforward", depth: 3, width: 16, activation: "tanh" } as const;
const said = (network: NetworkInput, task: TaskInput, alter?: (batch: Batch) => Batch) =>
  judged(network, task, alter).diagnosis.data.join(" ");

describe("the data at the door, a sentence where it matters", () => {
  it("says nothing of data that are as they should be", () => {
    expect(said(tanh, "gaussian")).toBe("");
    expect(said({ kind: "recurrent", hidden: 8 }, { name: "adding", steps: 20 })).toBe("");
  });

  it("names equal columns, and those that hold one value", () => {
    const copy = (batch: Batch) => column((_, row, X) => batch.inputs[row * X + 2], 5)(batch);
    expect(said(tanh, "gaussian", copy)).toContain("Equal columns: 5 equals 2.");
    expect(
      said(
        tanh,
        "gaussian",
        column(() => 3, 4),
      ),
    ).toMatch(/^1 of \d+ columns \(4\) hold a single value/);
    expect(
      said(
        tanh,
        "gaussian",
        column(() => 0, 4),
      ),
    ).toContain("all zero, so their weights get no gradient");
  });

  it("says how many steps are padding, of a batch without lengths", () => {
    const padded = (batch: Batch) => ({
      ...batch,
      inputs: batch.inputs.map((value, i) => (i >= batch.inputs.length * 0.6 ? 0 : value)),
    });
    expect(said({ kind: "recurrent", hidden: 8 }, { name: "adding", steps: 20 }, padded)).toContain(
      "40 % of the steps are zeros at the ends of sequences",
    );
  });

  it("says where most inputs are zero, and how small the drive is", () => {
    const sparse = (batch: Batch) => ({
      ...batch,
      inputs: batch.inputs.map((value, i) => ((i * 7) % 20 === 0 ? value : 0)),
    });
    expect(said(tanh, "gaussian", sparse)).toMatch(/95 % of the inputs are zero: the first layer gets 0\.0\d+ of/);
  });

  it("says where one class is nearly all there is, and not where classes are even", () => {
    const uneven = (batch: Batch) => ({
      ...batch,
      targets: (batch.targets as Int32Array).map((target, i) => (i % 8 === 0 ? target : 1)),
    });
    expect(said(tanh, "gaussian", uneven)).toMatch(
      /^\d\d % of the targets are class 1. The constant answer "1" is right as often/,
    );
  });

  it("names time stamps by their column", () => {
    const network = { kind: "recurrent", cell: "lstm", hidden: 8 } as const;
    const stamps = column((_, row) => 1_583_020_800_000 + 131_072 * Math.floor(row / 32), 1);
    expect(said(network, { name: "adding", steps: 20 }, stamps)).toContain(
      "Column 1 looks like time stamps: drop them",
    );
  });
});

describe("the end of the path", () => {
  it("is among the input's numbers and its evidence, and survives the report", () => {
    const { flow, diagnosis } = judged(tanh, "gaussian");
    const [input] = diagnosis.parts;
    expect(input.numbers.lnInputGradient).toBe(flow.input?.lnGradientNorm);
    expect(input.evidence).toMatch(/‖∂L\/∂x‖ is [\d.e-]+, [\d.]+ times ‖∂L\/∂h‖ there/);
    const json = flowToJson(flow, diagnosis) as unknown as { input: { lnColumnNorms: number[] } };
    expect(json.input.lnColumnNorms).toEqual(Array.from(flow.input?.lnColumnNorms as Float64Array));
  });

  it("of a plain recurrent layer whose inputs alone flatten it, says how flat it is", () => {
    const loud = (batch: Batch) => ({ ...batch, inputs: batch.inputs.map((value) => (value - 0.5) * 1e4) });
    const { flow, diagnosis } = judged({ kind: "recurrent", hidden: 16 }, { name: "adding", steps: 10 }, loud);
    expect(flow.entrance?.flat).toBeGreaterThan(0.9);
    expect(diagnosis.parts[0]).toMatchObject({ part: "input", state: "saturated" });
    expect(diagnosis.parts[0].evidence).toMatch(/^\d+ % of the derivatives/);
    const quiet = judged({ kind: "recurrent", hidden: 16 }, { name: "adding", steps: 10 });
    expect(quiet.flow.entrance?.flat).toBe(0);
  });
});
