/** Flows written by hand, like those of real passes, for tests of reports. */
import type { Diagnosis } from "../../src/diagnosis/index.ts";
import { diagnose } from "../../src/diagnosis/index.ts";
import { fitDecay } from "../../src/flow/decay.ts";
import type { GradientFlow, Ledger } from "../../src/flow/index.ts";
import { parseSpec } from "../../src/spec/index.ts";

/** A profile of `stations` values: ln norm `from` at the last, changing by `slope` a station on the way back. */
export const line = (stations: number, slope: number, from = 0) =>
  Float64Array.from({ length: stations }, (_, s) => from + slope * (stations - 1 - s));

/** A ledger whose factors change the gradient by these nats at every station. */
export function evenLedger(stations: number, nats: Readonly<Record<string, number>>): Ledger {
  const fill = (value: number) => new Float64Array(stations - 1).fill(value);
  const total = Object.values(nats).reduce((sum, value) => sum + value, 0);
  return {
    factors: Object.fromEntries(Object.entries(nats).map(([name, value]) => [name, fill(value)])),
    total: fill(total),
  };
}

/** The flow of a tanh network with this profile; other parts can be replaced. */
export function flowOf(profile: Float64Array, changes: Partial<GradientFlow> = {}): GradientFlow {
  const stations = profile.length;
  return {
    schema: "evanesce.flow/1",
    spec: parseSpec({ kind: "recurrent" }),
    seed: 0,
    build: "simd",
    task: {
      name: "adding",
      batch: 32,
      steps: stations,
      inputs: 2,
      outputs: 1,
      loss: "mse",
      lossAt: "last",
      baseline: 1 / 6,
    },
    loss: 0.5,
    outcome: "finite",
    axis: "step",
    lnGradientNorm: profile,
    decay: fitDecay(profile),
    quantiles: { q05: profile.map((ln) => ln - 1), q50: profile, q95: profile.map((ln) => ln + 1) },
    layers: [{ lnGradientNorm: profile, ledger: evenLedger(stations, { gate: -0.3, weights: -0.2 }) }],
    parameters: [
      { name: "rnn.weight_ih_l0", shape: [128, 2], lnGradientNorm: -1, lnNorm: 1 },
      { name: "rnn.weight_hh_l0", shape: [128, 128], lnGradientNorm: -2, lnNorm: 2.4 },
      {
        name: "rnn.bias_ih_l0",
        shape: [128],
        lnGradientNorm: Number.NEGATIVE_INFINITY,
        lnNorm: Number.NEGATIVE_INFINITY,
      },
      { name: "readout.weight", shape: [1, 128], lnGradientNorm: 0, lnNorm: -0.5 },
    ],
    readoutGain: -0.5,
    ...changes,
  };
}

/** Flows of every kind that a report must show. */
export function flows(): Readonly<Record<string, GradientFlow>> {
  const dead = line(50, -0.1);
  dead.fill(Number.NEGATIVE_INFINITY, 0, 20);
  const everywhere = new Float64Array(30).fill(Number.NEGATIVE_INFINITY);
  const broken = line(40, 0.5);
  broken.fill(Number.NaN, 0, 25);
  const vanishing = line(1000, -0.5);
  const flat = line(200, -0.001);
  const stack = line(100, -0.2);
  const deep = parseSpec({ kind: "feedforward", depth: 60, width: [...Array(60).keys()].map((l) => 8 + l) });
  return {
    vanishing: flowOf(vanishing, { probe: { lnGradientNorm: line(1000, -0.51), decay: fitDecay(line(1000, -0.51)) } }),
    exploding: flowOf(line(500, 0.6)),
    flat: flowOf(flat),
    dead: flowOf(dead, { underflow: { station: 19, layer: 0 } }),
    nothing: flowOf(everywhere),
    nonfinite: flowOf(broken, {
      loss: Number.NaN,
      outcome: "nonfinite",
      nonfinite: { step: 24, layer: 0, tensor: "h" },
    }),
    extreme: flowOf(line(1000, -100)),
    single: flowOf(Float64Array.of(-3), { layers: [{ lnGradientNorm: Float64Array.of(-3) }] }),
    every: flowOf(flat, {
      task: { ...flowOf(flat).task, name: "copy", lossAt: "every", loss: "cross_entropy", steps: 200 },
      probe: {
        lnGradientNorm: line(200, -1),
        decay: fitDecay(line(200, -1)),
        ledgers: [evenLedger(200, { gate: -1 })],
      },
      lastStep: { lnGradientNorm: line(200, -1, -2), decay: fitDecay(line(200, -1)) },
    }),
    stack: flowOf(stack, {
      spec: parseSpec({ kind: "recurrent", layers: 12 }),
      layers: Array.from({ length: 12 }, () => ({
        lnGradientNorm: stack,
        ledger: evenLedger(100, { gate: -0.3, weights: -0.2, above: 0.1, interference: 0.2 }),
      })),
    }),
    decoder: flowOf(line(40, -0.2), {
      spec: parseSpec({ kind: "recurrent", decoder: true }),
      bottleneck: 25,
      task: { ...flowOf(flat).task, name: "reverse", lossAt: "every", loss: "cross_entropy", steps: 40 },
    }),
    unlabeled: flowOf(line(100, -0.1), {
      loss: 0.01,
      task: { ...flowOf(flat).task, name: "arrays", loss: "none", baseline: null, outputs: null },
      readoutGain: null,
    }),
    deep: flowOf(line(60, -0.4), {
      spec: deep,
      axis: "layer",
      task: { name: "gaussian", batch: 1, inputs: 64, outputs: 10, loss: "cross_entropy", baseline: Math.log(10) },
      parameters: Array.from({ length: 60 }, (_, l) => ({
        name: `layers.${l}.weight`,
        shape: [8 + l, 8 + l],
        lnGradientNorm: -0.4 * l,
        lnNorm: 2,
      })),
    }),
  };
}

/** A diagnosis of any flow. It throws if the diagnosis needs data that a hand-written flow lacks. */
export const diagnosed = (flow: GradientFlow): Diagnosis => diagnose(flow);
