import { above, below } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { line, overSeeds } from "../intervals.ts";
import { decades, meanProfile, pathOf, upTo } from "../lab.ts";
import type { Series } from "../types.ts";

const off = {
  networks: {
    "sigmoid, Xavier": {
      kind: "feedforward",
      depth: 60,
      width: 64,
      activation: "sigmoid",
      init: { weight: "xavier_normal" },
    },
    "ReLU, half of He": {
      kind: "feedforward",
      depth: 60,
      width: 64,
      activation: "relu",
      init: { weight: "he_normal", gain: 0.5 },
    },
    "tanh, σ_w 0.7": {
      kind: "feedforward",
      depth: 60,
      width: 64,
      activation: "tanh",
      init: { weight: "gaussian", gain: 0.7 },
    },
    "tanh RNN, gain 0.8": { kind: "recurrent", cell: "tanh", hidden: 64, init: { recurrent: "gaussian", gain: 0.8 } },
  },
  steps: 60,
  batch: 32,
  seeds: 8,
} as const;

/** R² of a line through ln ‖δ‖ over the station's number, or over its logarithm with `log`. The input is station 1. */
const straight = (path: Float64Array, log = false) => {
  const x = upTo(path.length).map((s) => (log ? Math.log(s + 1) : s));
  return line(x, [...path]);
};

export const exponential = defineClaim({
  id: "decay-compounds-exponentially",
  topic: "causes",
  sentence: "The decay compounds exponentially with depth or length.",
  criterion: Object.keys(off.networks).map((name) =>
    above(`R², ${name}`, 0.98, `plotted over the stations, ln ‖δ‖ is a straight line for ${name}`),
  ),
  reduced: off,
  full: { seeds: 30 },
  *run({ networks, steps, batch, seeds }, lab) {
    const numbers = [];
    const series: Series[] = [];
    for (const [name, network] of Object.entries(networks)) {
      const task = network.kind === "recurrent" ? { name: "noise", steps, inputs: 8 } : "gaussian";
      const paths = (yield* lab.flows(name, network, { task, batch, seeds })).map(pathOf);
      numbers.push(
        overSeeds(
          `R², ${name}`,
          paths.map((path) => straight(path).rSquared),
          "",
        ),
      );
      const profile = meanProfile(paths);
      series.push({ label: name, x: upTo(profile.length), y: decades(profile) });
    }
    return { numbers, figure: { x: { label: "station" }, y: { label: "log₁₀ ‖δ‖/‖δ_last‖" }, series } };
  },
});

/** tanh at σ_w² = 1 and σ_b = 0. The weights are orthogonal, so only φ' changes the norm. */
const on = {
  network: { kind: "feedforward", depth: 100, width: 128, activation: "tanh", init: { weight: "orthogonal" } },
  batch: 16,
  seeds: 5,
} as const;

export const powerLaw = defineClaim({
  id: "power-law-at-criticality",
  topic: "causes",
  sentence: "At criticality the decay is not exponential: ‖δ_l‖ is proportional to √l, with l counted from the input.",
  criterion: [
    above("R², power law", 0.98, "plotted over the logarithm of the layer, ln ‖δ‖ is a straight line"),
    below("R², exponential", 0.9, "plotted over the layer, it is not"),
    above("exponent", 0.4, "the exponent is at least 0.4"),
    below("exponent", 0.6, "the exponent is at most 0.6"),
  ],
  reduced: on,
  full: { seeds: 20 },
  *run({ network, batch, seeds }, lab) {
    const paths = (yield* lab.flows("critical", network, {
      task: { name: "gaussian", inputs: network.width },
      batch,
      seeds,
    })).map(pathOf);
    const powers = paths.map((path) => straight(path, true));
    const numbers = [
      overSeeds(
        "R², power law",
        powers.map(({ rSquared }) => rSquared),
        "",
      ),
      overSeeds(
        "R², exponential",
        paths.map((path) => straight(path).rSquared),
        "",
      ),
      overSeeds(
        "exponent",
        powers.map(({ slope }) => slope),
        "",
      ),
    ];
    const profile = meanProfile(paths);
    return {
      numbers,
      figure: {
        x: { label: "layer, counted from the input", log: true },
        y: { label: "‖δ‖/‖δ_last‖", log: true },
        series: [
          { label: "measured", x: upTo(profile.length).map((s) => s + 1), y: profile.map(Math.exp), as: "points" },
          {
            label: "(l/L)^½",
            x: upTo(profile.length).map((s) => s + 1),
            y: profile.map((_, s) => Math.sqrt((s + 1) / profile.length)),
          },
        ],
      },
    };
  },
});
