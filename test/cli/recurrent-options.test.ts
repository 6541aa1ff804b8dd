import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { evanesce, measured } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "state-"));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const rnn = (state: string, ...more: string[]) =>
  evanesce(["rnn", "--steps", "9", "--batch", "4", "--hidden", "3", "--initial-state", state, ...more]);

describe("--initial-state", () => {
  test("learned: parameters of the first state, and how much of the gradient reaches it", async () => {
    const flow = measured((await rnn("learned", "--cell", "lstm", "--json")).stdout);
    expect(flow.parameters.map(({ name }: { name: string }) => name)).toContain("rnn.c0_l0");
    expect(flow.initialState.kind).toBe("learned");
    expect(flow.initialState.layers[0]).toMatchObject({
      suffix: "l0",
      lnGradientNorm: expect.any(Number),
      lnCellGradientNorm: expect.any(Number),
    });
    const report = await rnn("learned");
    expect(report.stdout.replace(/\s+/g, " ")).toContain("sequences begin with a learned state; ∂L/∂h₀ is");
  });

  test(".json and .npy give the same flow", async () => {
    const [h, c] = [
      [0.5, -1, 2],
      [1, 0.25, 0],
    ];
    const json = await rnn(file("a.json", JSON.stringify({ h: [h], c: [c] })), "--cell", "lstm", "--json");
    const data = Float32Array.from([...h, ...c]);
    const npy = await rnn(file("b.npy", writeNpy({ shape: [2, 1, 3], data })), "--cell", "lstm", "--json");
    const { command: _, ...flow } = measured(json.stdout);
    expect(flow.spec.initialState).toEqual({ h: [h], c: [c] });
    const { command: __, ...other } = measured(npy.stdout);
    expect(other).toEqual(flow);
  });

  test.each([
    ["random", /^evanesce: --initial-state: zero, learned, or a \.json or \.npy file, got "random"; /],
    [
      file("c.npy", writeNpy({ shape: [3], data: new Float32Array(3) })),
      /c\.npy: \[N, H\] of h, or \[2, N, H\] .* got "\[3\]"; /,
    ],
    [file("d.json", '{ "h": [[1, 2]] }'), /--initial-state.*1 row of 3 numbers, got \[\[1,2\]\]; /],
  ])("%s is refused", async (state, message) => {
    const { code, stderr } = await rnn(state);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("--inner-activation and --gate-activation", () => {
  test("stand in the spec, beside options of --cell", async () => {
    const inner = ["--inner-activation", "ReLU", "--gate-activation", "hard_sigmoid"];
    const { stdout } = await evanesce(["rnn", "--steps", "9", "--batch", "4", "--cell", "lstm", ...inner, "--json"]);
    const { spec, outcome } = measured(stdout);
    expect(spec.cellOptions).toMatchObject({ innerActivation: "relu", gateActivation: "hardsigmoid" });
    expect(outcome).toBe("finite");
    const report = await evanesce(["rnn", "--steps", "9", "--batch", "4", "--cell", "lstm", ...inner]);
    expect(report.stdout.replace(/\s+/g, " ")).toContain("input weights, relu inside, hardsigmoid gates");
    const named = await evanesce(["rnn", "--steps", "9", "--cell", "gru:innerActivation=elu", "--json"]);
    expect(measured(named.stdout).spec.cellOptions.innerActivation).toBe("elu");
  });

  test.each([
    [
      ["--inner-activation", "relu"],
      /^evanesce: --inner-activation: together with one of the cells lstm, gru, gru_reset_before, /,
    ],
    [
      ["--cell", "lstm", "--gate-activation", "relu"],
      /^evanesce: --gate-activation: one of sigmoid, hardsigmoid, got /,
    ],
  ])("%j is refused", async (options, message) => {
    const { code, stderr } = await evanesce(["rnn", "--steps", "9", ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("--projection", () => {
  test("h of P numbers, in every layer and in the report", async () => {
    const rnn = ["rnn", "--steps", "9", "--batch", "4", "--cell", "lstm", "--hidden", "8", "--layers", "2"];
    const { parameters } = measured((await evanesce([...rnn, "--projection", "3", "--json"])).stdout);
    const shapes = Object.fromEntries(
      parameters.map((each: { name: string; shape: number[] }) => [each.name, each.shape]),
    );
    expect(shapes["rnn.weight_hr_l1"]).toEqual([3, 8]);
    expect(shapes["rnn.weight_ih_l1"]).toEqual([32, 3]);
    const report = await evanesce([...rnn, "--proj-size", "3"]);
    expect(report.stdout.replace(/\s+/g, " ")).toContain("LSTM, hidden 8, projection 3, 2 layers");
  });

  test.each([
    [["--projection", "3"], /^evanesce: --projection: none for the cell tanh, got 3; /],
    [
      ["--cell", "lstm", "--hidden", "3", "--projection", "3"],
      /^evanesce: --projection: below 3, the width of a layer, /,
    ],
  ])("%j is refused", async (options, message) => {
    const { code, stderr } = await evanesce(["rnn", "--steps", "9", ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("lists, one entry a layer", () => {
  test("of cells, widths, norms and initializations", async () => {
    const lists = ["--cell", "lstm,rnn", "--hidden", "5,3", "--norm", "layer,none", "--init", "orthogonal,identity"];
    const { stdout } = await evanesce(["rnn", "--steps", "9", "--batch", "4", ...lists, "--json"]);
    const { spec, parameters } = measured(stdout);
    expect(spec.layerwise).toEqual([
      { cell: "lstm", hidden: 5, norm: "layer", init: { recurrent: "orthogonal" } },
      { cell: "tanh", hidden: 3, norm: "none", init: { recurrent: "identity" } },
    ]);
    const shapes = Object.fromEntries(
      parameters.map((each: { name: string; shape: number[] }) => [each.name, each.shape]),
    );
    expect(shapes["rnn.weight_hh_l0"]).toEqual([20, 5]);
    expect(shapes["rnn.weight_ih_l1"]).toEqual([3, 5]);
    const prediction = await evanesce(["predict", "--cell", "lstm,gru", "--hidden", "5,3"]);
    expect(prediction.stdout).toContain("No theory here describes layers that differ in cell, hidden.");
  });

  test.each([
    [["--cell", "lstm,gru", "--layers", "3"], /^evanesce: --cell: one entry for each of 3 layers, /],
    [["--hidden", "5,x"], /^evanesce: --hidden: a whole number ≥ 1, got "x"/],
  ])("%j is refused", async (options, message) => {
    const { code, stderr } = await evanesce(["rnn", "--steps", "9", ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("--decoder", () => {
  const run = (...more: string[]) => evanesce(["rnn", "--batch", "4", "--hidden", "3", ...more]);

  test("takes its steps from the task, and the report tells of the bottleneck", async () => {
    const { spec, bottleneck, lnGradientNorm } = measured(
      (await run("--task", "reverse", "--steps", "6", "--decoder", "--json")).stdout,
    );
    expect(spec.decoder).toBe(true);
    expect([bottleneck, lnGradientNorm.length]).toEqual([6, 12]);
    const report = (await run("--task", "reverse", "--steps", "6", "--decoder")).stdout.replace(/\s+/g, " ");
    expect(report).toContain("the decoder begins at step 6 with the encoder's last state");
    expect(report).toContain("hidden 3, encoder and decoder");
  });

  test("steps can be set for any task, and a report from the file says the same", async () => {
    const json = measured((await run("--task", "copy", "--steps", "9", "--decoder", "4", "--json")).stdout);
    expect(json.bottleneck).toBe(9 + 20 - 4);
    const report = (await evanesce(["report", file("flow.json", JSON.stringify(json))])).stdout.replace(/\s+/g, " ");
    expect(report).toContain("the decoder begins at step 25 with the encoder's last state");
  });

  test.each([
    [["--task", "adding", "--decoder"], /^evanesce: --decoder: the number of the decoder's steps, for this batch, /],
    [
      ["--task", "reverse", "--steps", "6", "--decoder", "5"],
      /--decoder: 6, the decoder's steps of this batch, got 5; /,
    ],
    [["--decoder", "--bidirectional"], /^evanesce: --decoder: false together with bidirectional, /],
    [["--decoder", "0"], /^evanesce: --decoder: a whole number ≥ 1, got "0"; /],
  ])("%j is refused", async (options, message) => {
    const { code, stderr } = await run(...options);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
