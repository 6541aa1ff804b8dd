/** What a program writes with `toJson` is what `--json` prints: the command line reads it. */
import { afterAll, describe, expect, it } from "vitest";
import { claims, diagnose, EvanesceError, predict, prescribe, propagate, toJson, train } from "../../src/index.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { compareFlows, readResult } from "../../src/report/index.ts";
import { evanesce, workspace } from "../cli/command.ts";

const files = workspace();
afterAll(() => files.remove());

const flowOf = (cell: "tanh" | "gru") =>
  propagate({
    network: { kind: "recurrent", cell, hidden: 8 },
    task: { name: "adding", steps: 30 },
    batch: 4,
    seed: 1,
  });

async function report(name: string, value: unknown, ...args: readonly string[]): Promise<string> {
  const path = files.write(name, JSON.stringify(value));
  const { code, stdout, stderr } = await evanesce(["report", path, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("toJson", () => {
  it("writes a flow, with its diagnosis, that report and compare read", async () => {
    const [tanh, gru] = [flowOf("tanh"), flowOf("gru")];
    expect(await report("tanh.json", toJson(tanh), "-q")).toBe(
      `${diagnose(tanh).verdict}: ${diagnose(tanh).summary}\n`,
    );
    const paths = [tanh, gru].map((flow, i) => files.write(`${i}.json`, JSON.stringify(toJson(flow))));
    const { code, stdout } = await evanesce(["compare", ...paths]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^COMPARISON of 2\n/) });
    expect(JSON.parse(await report("again.json", toJson(gru), "--json"))).toEqual(
      JSON.parse(JSON.stringify(toJson(gru))),
    );
  });

  it("keeps a flow's own diagnosis, what was measured beside it, and the command", () => {
    const flow = flowOf("tanh");
    const diagnosis = { ...diagnose(flow), summary: "My own." };
    const written = toJson({ flow, diagnosis, extras: { updates: [{ name: "a", log10: -3 }] } }, "evanesce rnn");
    const read = readResult(JSON.parse(JSON.stringify(written)), "file.json");
    expect(read).toMatchObject({
      schema: "evanesce.flow/1",
      command: "evanesce rnn",
      result: { diagnosis: { summary: "My own." }, extras: { updates: [{ name: "a", log10: -3 }] } },
    });
  });

  it("writes −∞, NaN and +∞ as the contract says", () => {
    const flow = flowOf("tanh");
    const lnGradientNorm = Float64Array.from(flow.lnGradientNorm);
    lnGradientNorm.set([Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]);
    const json = JSON.stringify(toJson({ flow: { ...flow, lnGradientNorm }, diagnosis: diagnose(flow), extras: {} }));
    expect(JSON.parse(json).lnGradientNorm.slice(0, 3)).toEqual([null, "NaN", "Infinity"]);
  });

  it("writes traces, prescriptions, predictions, comparisons and claims that report reads", async () => {
    const network = { kind: "feedforward", depth: 6, width: 8, activation: "sigmoid" } as const;
    const training = train({ network, task: "spirals", steps: 12, batch: 4, seed: 0 });
    for await (const _ of training);
    expect(await report("trace.json", toJson(await training.result), "-q")).toMatch(/^[a-z ]+: 12 updates/);
    const trials = prescribe({ network, task: "gaussian", batch: 4, seeds: 2, remedies: ["relu"], fast: true });
    for await (const _ of trials);
    expect(await report("prescription.json", toJson(await trials.result), "-q")).toMatch(/^vanishing: /);
    const spec = parseSpec(network);
    const prediction = toJson({ spec, prediction: predict(spec) });
    expect(await report("prediction.json", prediction, "-q")).toMatch(/^vanishing: Theory expects/);
    const results = [flowOf("tanh"), flowOf("gru")].map((flow) => ({ flow, diagnosis: diagnose(flow), extras: {} }));
    expect(await report("comparison.json", toJson(compareFlows(results)), "-q")).toMatch(/^tanh: /);
    const run = claims({ only: ["small-derivatives-multiply"] });
    for await (const _ of run);
    expect(await report("claims.json", toJson(await run.result), "-q")).toContain("small-derivatives-multiply");
  });

  it("says what it needs", () => {
    const spec = parseSpec({ kind: "feedforward", inputs: 4 });
    expect(() => toJson(predict(spec) as never)).toThrow(/^toJson: a prediction with its network/);
    for (const none of [undefined, null, 5, {}, { schema: "evanesce.jacobians/1" }]) {
      expect(() => toJson(none as never)).toThrow(EvanesceError);
    }
  });
});
