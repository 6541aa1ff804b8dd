import { describe, expect, it } from "vitest";
import { binEdges, binMeans, binProfile, edgesWithEnds, unbinned } from "../../src/flow/bins.ts";
import { diagnose, propagate } from "../../src/index.ts";
import { flowFields, flowToJson, flowToText, jsonText, readResult } from "../../src/report/index.ts";

const input = {
  network: { kind: "recurrent", cell: "lstm", hidden: 5 },
  task: { name: "adding", steps: 103 },
  batch: 3,
  seed: 4,
} as const;
const S = 103;
const JUDGED = { theory: true } as const;

const parsed = (fields: Readonly<Record<string, unknown>>) => JSON.parse([...jsonText(fields)].join(""));
const written = (bins: number) => {
  const flow = propagate({ ...input, bins });
  return parsed(flowFields(flow, diagnose(flow, JUDGED)));
};

describe("JSON in bins of steps", () => {
  it("the flow keeps every step, and the diagnosis is that of every step", () => {
    const { bins, ...binned } = propagate({ ...input, bins: 10 });
    expect(bins).toBe(10);
    expect(binned).toEqual(propagate(input));
  });

  // every remainder of 101 inner steps by the inner bins
  it.each([3, 4, 5, 7, 10, 52, 53, 101, 102])(
    "%i bins: norms are root mean squares, the rest means, ledgers sums",
    (N) => {
      const flow = propagate(input);
      const whole = parsed(flowFields(flow, diagnose(flow, JUDGED)));
      const json = written(N);
      const { edges } = json.bins;
      expect(edges).toHaveLength(N + 1);
      expect([edges[0], edges[1], edges[N - 1], edges[N]]).toEqual([0, 1, S - 1, S]);
      const squares = (values: number[], i: number) =>
        values.slice(edges[i], edges[i + 1]).reduce((sum, ln) => sum + Math.exp(2 * ln), 0) / (edges[i + 1] - edges[i]);
      const mean = (values: number[], i: number) =>
        values.slice(edges[i], edges[i + 1]).reduce((sum, one) => sum + one, 0) / (edges[i + 1] - edges[i]);
      for (let i = 0; i < N; i++) {
        for (const of of [
          (flowJson: typeof json) => flowJson.lnGradientNorm,
          (flowJson: typeof json) => flowJson.contributions[0],
        ]) {
          expect(of(json)[i]).toBeCloseTo(0.5 * Math.log(squares(of(whole), i)), 12);
        }
        expect(json.layers[0].lnCellGradientNorm[i]).toBeCloseTo(
          0.5 * Math.log(squares(whole.layers[0].lnCellGradientNorm, i)),
          12,
        );
        expect(json.probe.quantiles.q95[i]).toBeCloseTo(mean(whole.probe.quantiles.q95, i), 12);
        expect(json.layers[0].gates.forget[i]).toBeCloseTo(mean(whole.layers[0].gates.forget, i), 12);
      }
      for (const key of ["lnGradientNorm", "contributions"] as const) {
        const [own, all] = [json[key].flat(), whole[key].flat()];
        expect([own[0], own.at(-1)]).toEqual([all[0], all.at(-1)]); // the ends to the last bit
      }
      const total = (values: number[]) => values.reduce((sum, one) => sum + one, 0);
      expect(total(json.ledger[0].total)).toBeCloseTo(total(whole.ledger[0].total), 12);
      const { binEdges: _, ...ledger } = json.ledger[0];
      expect(ledger.total).toHaveLength(Math.min(N, S - 1));
      // no list in the file is as long as the sequence
      const longest = (value: unknown): number =>
        Array.isArray(value)
          ? Math.max(value.length, ...value.map(longest))
          : typeof value === "object" && value !== null
            ? Math.max(0, ...Object.values(value).map(longest))
            : 0;
      expect(longest(json)).toBeLessThanOrEqual(Math.max(N + 1, 40));
      expect({ ...json.diagnosis, theory: null }).toEqual({ ...whole.diagnosis, theory: null });
    },
  );

  it("as many bins as steps, or more, change nothing", () => {
    const flow = propagate(input);
    expect(written(S)).toEqual(parsed(flowFields(flow, diagnose(flow, JUDGED))));
  });

  it("is read back with the value of a bin at each of its steps, and the same words about its ends", () => {
    const flow = propagate({ ...input, bins: 10 });
    const diagnosis = diagnose(flow);
    const read = readResult(JSON.parse(JSON.stringify(flowToJson(flow, diagnosis))), "flow.json");
    if (read.schema !== "evanesce.flow/1") throw new Error(read.schema);
    const back = read.result.flow;
    const edges = edgesWithEnds(S, 10);
    expect(back.bins).toBe(10);
    expect(back.lnGradientNorm).toEqual(unbinned(binProfile(flow.lnGradientNorm, edges).lnRootMeanSquare, edges));
    expect(back.quantiles?.q50).toEqual(unbinned(binMeans(flow.quantiles?.q50 as Float64Array, edges), edges));
    const words = (of: string) =>
      of.split("\n").filter((line) => /^(Verdict|Half-life|Range|Probe|Gates|Loss)/.test(line));
    expect(words(flowToText(back, read.result.diagnosis))).toEqual(words(flowToText(flow, diagnosis)));
    expect(words(flowToText(flow, diagnosis)).length).toBeGreaterThan(3);
  });

  it("refuses fewer than three bins, and a network without steps", () => {
    expect(() => propagate({ ...input, bins: 2 })).toThrow("bins: a whole number ≥ 3, got 2");
    expect(() => propagate({ network: { kind: "feedforward", depth: 9 }, bins: 3 })).toThrow(
      "bins: a recurrent network",
    );
  });
});

it("bins with their ends apart hold every station once, whatever remains", () => {
  for (let stations = 1; stations < 40; stations++) {
    for (let bins = 3; bins < 42; bins++) {
      const edges = edgesWithEnds(stations, bins);
      expect(edges).toHaveLength(Math.min(stations, bins) + 1);
      expect([edges[0], edges.at(-1)]).toEqual([0, stations]);
      expect(edges.every((edge, i) => i === 0 || edge > edges[i - 1])).toBe(true);
      if (stations > 1) expect([edges[1], edges.at(-2)]).toEqual([1, stations - 1]);
    }
  }
  expect(binEdges(5, 2)).toEqual([0, 3, 5]);
});
