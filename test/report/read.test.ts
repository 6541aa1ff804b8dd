/** Results read back from JSON equal what was printed. Other JSON is refused, and the message names the place. */
import { describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { compareFlows, flowToJson, flowToText, readResult } from "../../src/report/index.ts";
import { diagnosed, flowOf, flows, line } from "./flows.ts";

const json = (flow: ReturnType<typeof flowOf>) => JSON.parse(JSON.stringify(flowToJson(flow, diagnosed(flow))));

describe("readResult", () => {
  it.each(Object.entries(flows()))("brings a %s flow back whole", (_, flow) => {
    const printed = json(flow);
    const read = readResult(printed, "flow.json");
    if (read.schema !== "evanesce.flow/1") throw new Error(read.schema);
    const { result } = read;
    expect(JSON.parse(JSON.stringify(flowToJson(result.flow, result.diagnosis, result.extras)))).toEqual(printed);
    expect(result.flow.lnGradientNorm).toEqual(flow.lnGradientNorm); // NaN and −∞ told apart
    expect(flowToText(result.flow, result.diagnosis)).toBe(flowToText(flow, diagnosed(flow)));
  });

  it.each([
    ["a list", [], "flow.json: an object, got []"],
    ["an empty object", {}, "flow.json.schema: a result of evanesce"],
    ["a result of another kind", { schema: "evanesce.flow/2" }, 'got "evanesce.flow/2"'],
    ["a profile of text", { ...json(flows().flat), lnGradientNorm: ["x"] }, "flow.json.lnGradientNorm.0: a number"],
    ["a cut ledger", { ...json(flows().flat), quantiles: { q05: [1], q50: [1], q95: [1] } }, "200 numbers"],
    ["no diagnosis", { ...json(flows().flat), diagnosis: null }, "flow.json.diagnosis: an object, got null"],
    ["a spec that is none", { ...json(flows().flat), spec: { kind: "x" } }, "flow.json.spec"],
  ])("refuses %s", (_, value, message) => {
    const read = () => readResult(value, "flow.json");
    expect(read).toThrow(EvanesceError);
    expect(read).toThrow(message);
  });
});

describe("compareFlows", () => {
  const result = (flow: ReturnType<typeof flowOf>) => ({ flow, diagnosis: diagnosed(flow), extras: {} });

  it("names results by what sets them apart", () => {
    const [a, b] = [flowOf(line(50, -1)), flowOf(line(50, -0.1))];
    const spec = { ...b.spec, cell: "lstm" } as typeof b.spec;
    const named = compareFlows([result(a), result({ ...b, spec }), result({ ...b, spec })]);
    expect(named.entries.map(({ name }) => name)).toEqual(["tanh", "lstm", "lstm 3"]);
    expect(named.entries[0].perStation).toBeCloseTo(1, 9);
  });

  it("refuses steps beside layers, and a single result", () => {
    expect(() => compareFlows([result(flows().flat), result(flows().deep)])).toThrow("results along one axis");
    expect(() => compareFlows([result(flows().flat)])).toThrow("at least two");
  });
});
