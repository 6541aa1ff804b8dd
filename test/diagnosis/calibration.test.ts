/** The study of the diagnosis's error rates: its true answers, and a short run. `npm run calibrate` runs all of it. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Case, judgeCase } from "../../bench/calibrate/case.ts";
import { CAUSE, causeOf, recovery } from "../../bench/calibrate/cause.ts";
import { isThere } from "../../bench/calibrate/data.ts";
import { FAULTS } from "../../bench/calibrate/faults.ts";
import { KNOBS, type Trial } from "../../bench/calibrate/knobs.ts";
import { relabel } from "../../bench/calibrate/labels.ts";
import { type Measured, passesOf } from "../../bench/calibrate/measure.ts";
import { type Fault, grow, type Plant, valuesOf } from "../../bench/calibrate/plant.ts";
import {
  hasCause,
  isRight,
  isSick,
  rate,
  type Summary,
  scoreTools,
  summarize,
  wilson,
} from "../../bench/calibrate/tally.ts";
import { truthOf } from "../../bench/calibrate/truth.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { transportFeedforward } from "../oracle/feedforward.ts";
import { transportRecurrent } from "../oracle/recurrent.ts";
import { type Parameters, tensor } from "../oracle/tensor.ts";

const ZERO = Number.NEGATIVE_INFINITY;
const trial = (knob: Trial["knob"], gain: number, cause: Trial["cause"] = "weights"): Trial => {
  const { level } = KNOBS.find(({ name }) => name === knob) as (typeof KNOBS)[number];
  return { knob, level, gain, cause };
};

describe("the true cause is the knob whose reversal restores the gain", () => {
  test("recovery is the part of the nats given back", () => {
    expect(recovery(-20, -5)).toBeCloseTo(0.75, 12);
    expect(recovery(20, -5)).toBeCloseTo(0.75, 12);
    expect(recovery(-20, -5, -5)).toBe(1);
    expect(recovery(-20, -30)).toBeCloseTo(-0.5, 12);
    expect(recovery(ZERO, 0)).toBe(1);
    expect(recovery(ZERO, -CAUSE.lost / 2)).toBeCloseTo(0.5, 12);
    expect(recovery(ZERO, ZERO)).toBe(0);
    expect(recovery(-20, Number.NaN)).toBe(ZERO);
    expect(recovery(Number.NaN, -1)).toBeGreaterThan(0.9);
  });

  test("the one that restores most", () => {
    const trials = [trial("weights", -3), trial("biases", -29, "saturation"), trial("activation", -2, "derivatives")];
    expect(causeOf(-30, -2, trials)).toMatchObject({ cause: "weights", knob: "weights", why: "restored" });
  });

  test("where the parameters cannot restore it, it is what the network is", () => {
    const trials = [
      trial("weights", -29),
      trial("activation", -1, "derivatives"),
      trial("shorter path", -7.5, "path length"),
    ];
    expect(causeOf(-30, -28, trials)).toMatchObject({ cause: "derivatives" });
    const length = [trial("activation", -20, "derivatives"), trial("shorter path", -7.5, "path length")];
    expect(causeOf(-30, -28, length)).toMatchObject({ cause: "path length" });
  });

  test("two that restore alike are ambiguous, unless they have one name", () => {
    const tie = [trial("weights", -3), trial("gate", -2, "closed gate")];
    expect(causeOf(-30, -2, tie)).toMatchObject({ cause: null, why: "two restore alike" });
    const one = [trial("inputs", -3, "saturation"), trial("biases", -2, "saturation")];
    expect(causeOf(-30, -2, one)).toMatchObject({ cause: "saturation" });
  });

  test("what no single knob restores is ambiguous", () => {
    const trials = [trial("weights", -28), trial("biases", -27, "saturation")];
    expect(causeOf(-30, -1, trials)).toMatchObject({ cause: null, why: "none restores" });
    expect(causeOf(-30, -30, [])).toMatchObject({ cause: null, why: "none restores" });
    expect(causeOf(-30, -1, [trial("weights", Number.NaN)])).toMatchObject({ cause: null, why: "none restores" });
  });

  test("a knob turns one thing back and leaves the others", () => {
    const fault: Fault = {
      kind: "test",
      severity: "",
      part: "tuned",
      network: { kind: "feedforward", width: 8, depth: 4, activation: "relu", init: { gain: 3, biasStd: 2 } },
    };
    const plant = grow(fault, 1);
    const turned = (name: string, from: Plant = plant) =>
      KNOBS.find((knob) => knob.name === name)?.turn(from, fault) as Plant;
    const same = (a: Plant, b: Plant, name: string) => expect(valuesOf(a, name)).toEqual(valuesOf(b, name));
    const weights = turned("weights");
    expect(Math.hypot(...valuesOf(weights, "layers.2.weight"))).toBeCloseTo(Math.SQRT2 * Math.sqrt(8), 4); // He
    same(weights, plant, "layers.2.bias");
    const biases = turned("biases");
    expect(valuesOf(biases, "layers.2.bias").every((value) => value === 0)).toBe(true);
    same(biases, plant, "layers.2.weight");
    expect(turned("gate")).toBeNull();
    expect(turned("normalisation")).toBeNull();
    expect(turned("repair")).toBeNull();
    expect(turned("shorter path").spec).toMatchObject({ depth: 2 });
    expect(turned("activation").spec).toMatchObject({ activation: "identity" });
    const poisoned = grow({ ...fault, edits: [{ edit: "poison", tensor: "weight", value: Number.NaN, at: 1 }] }, 1);
    expect(turned("weights", poisoned)).toBeNull(); // a NaN has no scale to set back
    expect(valuesOf(turned("repair", poisoned), "layers.3.weight").every(Number.isFinite)).toBe(true);
  });
});

describe("the true verdict", () => {
  const measured = (gains: number[], samples: number[][] = [gains]): Measured => ({
    gains: Float64Array.from(gains),
    samples: samples.map((row) => Float64Array.from(row)),
    overflow: null,
    outputs: new Float64Array(1),
    last: new Float64Array(1),
  });

  test("by the station farthest from 0 nats", () => {
    expect(truthOf(measured([-1, 8, 0]))).toMatchObject({ verdict: "exploding", station: 1, clear: false });
    expect(truthOf(measured([-30, -8, 0]))).toMatchObject({ verdict: "vanishing", station: 0, clear: true });
    expect(truthOf(measured([-6.5, 0]))).toMatchObject({ verdict: "healthy", clear: false });
    expect(truthOf(measured([ZERO, ZERO, -1, 0]))).toMatchObject({ verdict: "dead", station: 1 });
    expect(truthOf({ ...measured([0, 0]), overflow: 1 })).toMatchObject({ verdict: "nonfinite", station: 1 });
  });

  test("mixed where a tenth of the samples each are well out and well in", () => {
    const half = [...Array(4).fill([-20, 0]), ...Array(4).fill([-1, 0])];
    expect(truthOf(measured([-1, 0], half)).verdict).toBe("mixed");
    // half of the samples get no gradient, the others lie just inside the bound: the number of samples decides
    const silent = [...Array(4).fill([ZERO, 0]), ...Array(4).fill([-5, 0])];
    expect(truthOf(measured([-5, 0], silent)).verdict).toBe("mixed");
    expect(truthOf(measured([-8, 0], [...Array(4).fill([-9, 0]), ...Array(4).fill([-6, 0])])).verdict).toBe(
      "vanishing",
    );
  });
});

describe("the study's float64 networks", () => {
  const parametersOf = (plant: Plant): Parameters =>
    Object.fromEntries(
      [...plant.parameters].map(([name, values]) => {
        const rows = name.includes("weight") && !name.startsWith("norms") ? valuesOf(plant, biasOf(name)).length : 0;
        return [name, tensor(rows === 0 ? [values.length] : [rows, values.length / rows], values)];
      }),
    );
  const biasOf = (name: string) => name.replace("weight_", "bias_").replace(".weight", ".bias");

  test.each<NetworkInput>([
    { kind: "feedforward", width: 6, depth: 5, activation: "gelu", norm: "batch" },
    {
      kind: "feedforward",
      width: 6,
      depth: 5,
      activation: "relu",
      norm: "layer",
      normPosition: "pre",
      residual: "scaled",
    },
    { kind: "feedforward", width: 6, depth: 5, activation: "tanh", residual: "highway" },
    { kind: "recurrent", hidden: 6, cell: "sigmoid" },
    { kind: "recurrent", hidden: 6, cell: "lstm" },
    { kind: "recurrent", hidden: 6, cell: "gru" },
  ])("are the oracle's: %j", (network) => {
    const recurrent = network.kind === "recurrent";
    const plant = grow({ kind: "", severity: "", part: "tuned", network, ...(recurrent ? { steps: 5 } : {}) }, 3);
    const { spec, batch } = plant;
    const cotangents = Float64Array.from({ length: batch.batch * 6 }, (_, i) => Math.sin(1 + i));
    const squares = passesOf(plant).back(cotangents);
    const total = squares.map((station) => 0.5 * Math.log(station.reduce((sum, ln) => sum + Math.exp(ln), 0)));
    if (spec.kind === "recurrent") {
      const steps = batch.steps as number;
      const oracle = transportRecurrent(spec, parametersOf(plant), { ...batch, steps }, cotangents);
      const [{ lnGradientNorm, lnCellGradientNorm }] = oracle.layers;
      total.forEach((value, t) => {
        const cell = lnCellGradientNorm === undefined ? 0 : Math.exp(2 * lnCellGradientNorm[t]);
        expect(value).toBeCloseTo(0.5 * Math.log(Math.exp(2 * lnGradientNorm[t]) + cell), 10);
      });
    } else {
      const oracle = transportFeedforward(spec, parametersOf(plant), batch, cotangents);
      total.forEach((value, l) => {
        expect(value).toBeCloseTo(oracle.lnGradientNorm[l], 10);
      });
    }
  });

  test("chains far beyond float64 keep their size", () => {
    const network: NetworkInput = { kind: "recurrent", cell: "identity", hidden: 8, init: { gain: 1e-4 } };
    const squares = passesOf(grow({ kind: "", severity: "", part: "tuned", network, steps: 201 }, 0)).back(
      new Float64Array(64).fill(1),
    );
    expect(0.5 * (squares[0][0] - squares[200][0])).toBeCloseTo(200 * Math.log(1e-4), 3);
  });

  test("labels make the states they are named after", () => {
    const fault = FAULTS.find(({ kind }) => kind === "healthy: tanh, fitted") as Fault;
    const { plant, measured } = relabel(grow(fault, 5), fault);
    const targets = plant.batch.targets as Float32Array;
    measured.outputs.forEach((y, i) => {
      expect(y).toBeCloseTo(targets[i], 4);
    });
  });
});

test("Wilson's interval: 0 and 10 of 10, and 5 of 10, as in Brown, Cai and DasGupta 2001", () => {
  expect(wilson({ hits: 0, trials: 0 })).toBeNull();
  const near = (hits: number, low: number, high: number) => {
    const interval = wilson({ hits, trials: 10 }) as readonly [number, number];
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  };
  near(0, 0, 0.2775);
  near(5, 0.2366, 0.7634);
  near(10, 0.7225, 1);
});

describe("a reduced calibration", () => {
  /** The rows that cost little: at most 20 stations. Rows of real data take part if the data are there. */
  const small = FAULTS.map((fault, row) => ({ fault, row })).filter(({ fault: { network, steps, labels, data } }) => {
    const stations = steps ?? (network.kind === "feedforward" ? (network.depth as number) : 0);
    return stations <= 20 && labels !== "trained" && (data === undefined || isThere(data));
  });
  let cases: Case[] = [];
  let summary: Summary;
  beforeAll(() => {
    cases = small.flatMap(({ fault, row }) => [500, 501].map((seed) => judgeCase(fault, row, seed + 1000 * row)));
    summary = summarize(cases);
  });
  const part = ({ hits, trials }: { hits: number; trials: number }) => hits / trials;

  test("judges what it should", () => {
    expect(cases.filter(isSick).length).toBeGreaterThan(40);
    expect(cases.filter((one) => !isSick(one)).length).toBeGreaterThan(60);
    expect(cases.filter((one) => isSick(one) && hasCause(one)).length).toBeGreaterThan(40);
  });

  test("verdicts and causes are right far more often than the floors below", () => {
    const wrong = cases
      .filter((one) => !isRight(one))
      .map(({ row, truth, ours }) => [FAULTS[row].kind, truth.verdict, ours.verdict]);
    expect(part(summary.verdict), JSON.stringify(wrong)).toBeGreaterThanOrEqual(0.95);
    expect(part(summary.clearVerdict), JSON.stringify(wrong)).toBeGreaterThanOrEqual(0.99);
    expect(part(summary.cause)).toBeGreaterThanOrEqual(0.9);
  });

  test("healthy networks raise next to no alarm, settled ones none", () => {
    expect(part(summary.falseAlarms)).toBeLessThanOrEqual(0.03);
    expect(summary.settledAlarms.hits).toBe(0);
    expect(summary.settledAlarms.trials).toBeGreaterThan(10);
  });

  test("no tool's rules do better", () => {
    const [ours, ...others] = scoreTools(cases);
    for (const tool of others.filter(({ right }) => right.trials > 0)) {
      expect(part(tool.right), tool.tool).toBeLessThan(part(ours.right));
    }
    expect(part(rate(cases.filter(isSick), ({ ours: { verdict: said } }) => said !== "healthy"))).toBeGreaterThan(0.95);
  });
});
