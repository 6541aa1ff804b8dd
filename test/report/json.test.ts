import { describe, expect, it } from "vitest";
import { flowToJson, jsonText } from "../../src/report/index.ts";
import { toJsonData } from "../../src/report/kit/json.ts";
import { diagnosed, evenLedger, flowOf, flows, line } from "./flows.ts";

const written = (flow: ReturnType<typeof flowOf>) =>
  JSON.parse([...jsonText(flowToJson(flow, diagnosed(flow)))].join(""));

describe("evanesce.flow/1", () => {
  it("holds the fixed keys, and everything else a flow has", () => {
    const json = written(flows().vanishing);
    expect(Object.keys(json).slice(0, 11)).toEqual([
      ...["schema", "spec", "seed", "build", "loss", "outcome", "axis", "lnGradientNorm", "decay", "ledger"],
      "diagnosis",
    ]);
    for (const key of ["task", "quantiles", "layers", "parameters", "readoutGain", "probe"]) {
      expect(json).toHaveProperty(key);
    }
    expect(json.schema).toBe("evanesce.flow/1");
    expect(json.spec).toMatchObject({ kind: "recurrent", cell: "tanh", hidden: 128 });
    expect(Object.keys(json.decay)).toEqual(["perStation", "halfLife", "rSquared", "totalGain"]);
    expect(json.diagnosis.verdict).toBe("vanishing");
    expect(Array.isArray(json.diagnosis.causes)).toBe(true);
  });

  it("writes every station of a profile to the last digit", () => {
    const profile = line(20_001, -1 / 3, 0.1);
    expect(written(flowOf(profile)).lnGradientNorm).toEqual(Array.from(profile));
  });

  it("tells −∞, NaN and +∞ apart: null and two strings", () => {
    const profile = Float64Array.of(Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY, -1.5);
    const json = written(flowOf(profile, { layers: [{ lnGradientNorm: profile }], decay: null, loss: Number.NaN }));
    expect(json.lnGradientNorm).toEqual([null, "NaN", "Infinity", -1.5]);
    expect(json.loss).toBe("NaN");
    expect(json.decay).toBeNull();
    expect(json.ledger).toBeNull();
  });

  it("gives one ledger a layer, factors and total, an entry for each interval", () => {
    const { ledger, layers } = written(flows().stack);
    expect(ledger).toHaveLength(12);
    expect(ledger[3].layer).toBe(3);
    expect(ledger[3].factors.gate).toHaveLength(99);
    expect(ledger[3].total).toHaveLength(99);
    expect(ledger[3]).not.toHaveProperty("binEdges");
    expect(layers[3]).toEqual({ lnGradientNorm: expect.any(Array) });
  });

  it("keeps a ledger of 10,000 stations whole and sums a longer one in 1,000 bins", () => {
    const at = (stations: number) =>
      written(
        flowOf(line(stations, -0.5), {
          layers: [
            { lnGradientNorm: line(stations, -0.5), ledger: evenLedger(stations, { gate: -0.375, weights: -0.125 }) },
          ],
        }),
      ).ledger[0];
    expect(at(10_000).total).toHaveLength(9999);
    const binned = at(25_001);
    expect(binned.total).toHaveLength(1000);
    expect(binned.binEdges).toHaveLength(1001);
    expect(binned.binEdges.at(-1)).toBe(25_000);
    expect(binned.total.every((sum: number) => sum === -12.5)).toBe(true);
    expect(binned.factors.gate.reduce((sum: number, value: number) => sum + value, 0)).toBe(-0.375 * 25_000);
  });

  it("leaves NaN out of a bin's sum, unless the bin holds nothing else", () => {
    const stations = 20_001;
    const ledger = evenLedger(stations, { gate: -1 });
    ledger.total.fill(Number.NaN, 0, 30); // bins of 20: the first all NaN, half of the second
    const { total } = written(flowOf(line(stations, -1), { layers: [{ lnGradientNorm: line(stations, -1), ledger }] }))
      .ledger[0];
    expect(total.slice(0, 3)).toEqual(["NaN", -10, -20]);
  });

  it.each(Object.entries(flows()))("writes a %s flow as valid JSON", (_, flow) => {
    expect(written(flow).axis).toBe(flow.axis);
  });
});

describe("JSON text", () => {
  it("has a line for each key of the object", () => {
    const text = [...jsonText({ a: 1, b: [1, [2, "x"]], c: { d: null, e: [] }, f: [{ g: true }, {}] })].join("");
    expect(JSON.parse(text)).toEqual({ a: 1, b: [1, [2, "x"]], c: { d: null, e: [] }, f: [{ g: true }, {}] });
    expect(text.split("\n")).toHaveLength(7);
    expect([...jsonText({})].join("")).toBe("{}\n");
  });

  it("comes in pieces that stay short, however long an array is", () => {
    const values = Array.from({ length: 100_000 }, (_, i) => i + 0.123456789);
    const pieces = [...jsonText({ values })];
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(200_000);
    expect(JSON.parse(pieces.join(""))).toEqual({ values });
  });

  it("leaves undefined out", () => {
    expect(toJsonData({ a: undefined, b: Float32Array.of(0.5) })).toEqual({ b: [0.5] });
  });
});
