import type { GradientFlow } from "../../flow/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { correlation, exact, line, mean, overSeeds } from "../intervals.ts";
import type { Findings } from "../types.ts";
import { decades, meanProfile, pathOf, perStation, totalGain, upTo } from "../lab.ts";

/** The mean nats that a named factor of the ledger takes from the gradient in one interval; positive if it shrinks. */
const lost = (flow: GradientFlow, factor: string): number => {
  const values = flow.probe!.ledgers![0].factors[factor];
  return -mean([...values]);
};

/** One factor varies at a time; everything else is the same, and each network has its own seed. */
const depths = {
  network: { kind: "feedforward", width: 64, activation: "sigmoid", init: { weight: "xavier_normal" } },
  depths: [5, 10, 20, 40],
  batch: 32,
  seeds: 5,
} as const;

export const depth = defineClaim({
  id: "cause-depth",
  topic: "causes",
  sentence: "Depth is a cause: more layers of the same kind lose more of the gradient.",
  criterion: [
    above("loss a layer", 0.1, "every added layer costs at least a tenth of a nat"),
    above("R² in depth", 0.98, "the loss is proportional to depth"),
  ],
  reduced: depths,
  full: { depths: [5, 10, 20, 40, 80, 160], seeds: 30 },
  *run({ network, depths, batch, seeds }, lab) {
    const gains: number[][] = [];
    for (const depth of depths) {
      const flows = yield* lab.flows(`depth ${depth}`, { ...network, depth }, { batch, seeds });
      gains.push(flows.map(totalGain));
    }
    return compounding("", "depth, layers", "loss a layer", "R² in depth", depths, gains, seeds);
  },
});

/**
 * Orthogonal weights (this package's default), PyTorch's, and Gaussian ones at their critical gain, where theory
 * expects neither decay nor growth and a network's own gain is a matter of chance.
 */
const lengths = {
  network: { kind: "recurrent", cell: "tanh", hidden: 64 },
  inits: { orthogonal: "orthogonal", pytorch: "PyTorch's", gaussian: "critical Gaussian" },
  lengths: [25, 50, 100, 200],
  batch: 32,
  seeds: 12,
} as const;

export const length = defineClaim({
  id: "cause-sequence-length",
  topic: "causes",
  sentence: "Sequence length is a cause in recurrent models: more steps of the same kind lose more of the gradient.",
  criterion: Object.values(lengths.inits).flatMap((name) => [
    above(
      `loss a step, ${name}`,
      0.02,
      `with ${name} weights every added step costs at least 0.02 nats: the gradient halves within 35 steps`,
    ),
    above(`R² in length, ${name}`, 0.98, `with ${name} weights the loss is proportional to length`),
  ]),
  reduced: lengths,
  full: { lengths: [25, 50, 100, 200, 400, 800], seeds: 30 },
  *run({ network, inits, lengths, batch, seeds }, lab) {
    const parts = [];
    for (const [recurrent, name] of Object.entries(inits)) {
      const gains: number[][] = [];
      for (const steps of lengths) {
        const spec = { ...network, init: { recurrent: recurrent as keyof typeof inits } };
        const task = { name: "adding", steps };
        gains.push((yield* lab.flows(`${name} ${steps}`, spec, { task, batch, seeds })).map(totalGain));
      }
      parts.push(compounding(name, "length, steps", "loss a step", "R² in length", lengths, gains, seeds));
    }
    return merged(parts);
  },
});

/** Total gain against size, a line for every replicate. */
function compounding(
  name: string,
  label: string,
  slopeName: string,
  fitName: string,
  sizes: readonly number[],
  gains: readonly (readonly number[])[],
  seeds: number,
) {
  const lines = upTo(seeds).map((i) =>
    line(
      sizes,
      gains.map((row) => row[i]),
    ),
  );
  const of = (what: string) => (name === "" ? what : `${what}, ${name}`);
  return {
    numbers: [
      overSeeds(
        of(slopeName),
        lines.map(({ slope }) => -slope),
        "nats",
      ),
      overSeeds(
        of(fitName),
        lines.map(({ rSquared }) => rSquared),
        "",
      ),
      ...sizes.map((size, i) => overSeeds(of(`gain at ${size}`), gains[i], "nats")),
    ],
    figure: {
      x: { label },
      y: { label: "ln ‖δ_first‖ − ln ‖δ_last‖, nats" },
      series: [{ label: name || "total gain", x: sizes, y: gains.map(mean), as: "points" as const }],
    },
  };
}

/** Joins several findings into one. */
const merged = (parts: readonly Findings[]): Findings => ({
  numbers: parts.flatMap(({ numbers }) => numbers),
  figure: { ...parts[0].figure, series: parts.flatMap(({ figure }) => figure.series) },
});

/** Orthogonal weights change no norm, so a bias can change it only through φ'. */
const saturated = {
  network: { kind: "feedforward", depth: 30, width: 64, activation: "tanh" },
  biases: { ordinary: 0.05, saturating: 2 },
  batch: 32,
  seeds: 5,
} as const;

export const saturation = defineClaim({
  id: "cause-saturating-activations",
  topic: "causes",
  sentence: "Saturating activations are a cause: the same weights lose more of the gradient where units are saturated.",
  criterion: [
    above("lost to φ', extra", 0.2, "the saturated network loses at least 0.2 nats a layer more to φ'"),
    above("saturated units, extra", 0.1, "it has at least a tenth more saturated units (φ' below 1 %)"),
    control(below("lost to weights, |difference|", 0.02, "both networks lose the same to the weights")),
  ],
  reduced: saturated,
  full: { seeds: 30 },
  *run({ network, biases, batch, seeds }, lab) {
    const cells: Record<string, GradientFlow[]> = {};
    for (const [name, biasStd] of Object.entries(biases)) {
      const spec = { ...network, init: { weight: "orthogonal" as const, biasStd } };
      cells[name] = yield* lab.flows(name, spec, { task: { name: "gaussian", inputs: network.width }, batch, seeds });
    }
    const { ordinary, saturating } = cells;
    const extra = (of: (flow: GradientFlow) => number) => upTo(seeds).map((i) => of(saturating[i]) - of(ordinary[i]));
    const weights = extra((flow) => lost(flow, "weights"));
    const share = (flow: GradientFlow) => mean([...flow.statistics!.saturated]);
    return {
      numbers: [
        overSeeds(
          "lost to φ', extra",
          extra((flow) => lost(flow, "gate")),
          "nats/layer",
        ),
        overSeeds("saturated units, extra", extra(share), ""),
        exact("lost to weights, |difference|", Math.max(...weights.map(Math.abs)), "nats/layer", seeds),
        overSeeds("decay, ordinary", ordinary.map(perStation), "nats/layer"),
        overSeeds("decay, saturating", saturating.map(perStation), "nats/layer"),
      ],
      figure: {
        x: { label: "layer" },
        y: { label: "log₁₀ ‖δ‖/‖δ_last‖" },
        series: Object.entries(cells).map(([name, flows]) => {
          const profile = meanProfile(flows.map(pathOf));
          return {
            label: `bias of std ${biases[name as keyof typeof biases]}`,
            x: upTo(profile.length),
            y: decades(profile),
          };
        }),
      },
    };
  },
});

const inits = {
  network: { kind: "feedforward", depth: 30, width: 64, activation: "relu" },
  inits: { he_normal: "He", xavier_normal: "Xavier", pytorch: "PyTorch's default" },
  batch: 32,
  seeds: 8,
} as const;

export const initialization = defineClaim({
  id: "cause-poor-initialisation",
  topic: "causes",
  sentence:
    "Poor initialization is a cause: the variance of the weights decides whether the same ReLU network keeps its gradient.",
  criterion: [
    above(
      "decay, Xavier − ½ ln 2",
      -0.05,
      "Xavier's initialization loses at most 0.05 less than ½ ln 2 nats a layer, the loss that He et al. (2015) derive",
    ),
    below("decay, Xavier − ½ ln 2", 0.05, "it loses at most 0.05 more than ½ ln 2"),
    above("decay, PyTorch's default", 0.5, "PyTorch's default loses at least half a nat a layer"),
    control(
      below("decay, He", 0.1, "He's initialization keeps the gradient: it loses less than a tenth of a nat a layer"),
    ),
  ],
  reduced: inits,
  full: { seeds: 50 },
  *run({ network, inits, batch, seeds }, lab) {
    const numbers = [];
    const series = [];
    for (const [weight, name] of Object.entries(inits)) {
      const spec = { ...network, init: { weight: weight as keyof typeof inits } };
      const flows = yield* lab.flows(name, spec, { batch, seeds });
      numbers.push(overSeeds(`decay, ${name}`, flows.map(perStation), "nats/layer"));
      if (weight === "xavier_normal") {
        const off = flows.map((flow) => perStation(flow) - Math.LN2 / 2);
        numbers.push(overSeeds("decay, Xavier − ½ ln 2", off, "nats/layer"));
      }
      const profile = meanProfile(flows.map(pathOf));
      series.push({ label: name, x: upTo(profile.length), y: decades(profile) });
    }
    return { numbers, figure: { x: { label: "layer" }, y: { label: "log₁₀ ‖δ‖/‖δ_last‖" }, series } };
  },
});

const knob = {
  network: { kind: "feedforward", depth: 40, width: 64, activation: "tanh" },
  recurrent: { kind: "recurrent", cell: "tanh", hidden: 64 },
  gains: [0.5, 0.7, 0.9, 1.1, 1.5, 2, 3],
  biasStd: 0.1,
  steps: 40,
  batch: 16,
  seeds: 5,
} as const;

export const oneKnob = defineClaim({
  id: "vanishing-and-exploding-from-one-knob",
  topic: "boundary",
  sentence: "One number, the scale of the weights, decides between vanishing and exploding.",
  criterion: [
    below(
      "gain at σ_w 0.5, deep",
      -Math.log(1000),
      "in a deep network with small weights the gradient shrinks by a factor of 1,000 or more",
    ),
    above("gain at σ_w 3, deep", Math.log(1000), "with large weights it grows by a factor of 1,000 or more"),
    below(
      "gain at σ_w 0.5, recurrent",
      -Math.log(1000),
      "in a recurrent network with small weights it shrinks by a factor of 1,000 or more",
    ),
    above("gain at σ_w 3, recurrent", Math.log(1000), "with large weights it grows by a factor of 1,000 or more"),
    above("correlation, deep", 0.9, "in the deep network the gain rises with ln σ_w"),
    above("correlation, recurrent", 0.9, "in the recurrent network too"),
  ],
  reduced: knob,
  full: { seeds: 30 },
  *run({ network, recurrent, gains, biasStd, steps, batch, seeds }, lab) {
    const numbers = [];
    const series = [];
    for (const name of ["deep", "recurrent"] as const) {
      const rows: number[][] = [];
      for (const gain of gains) {
        const spec =
          name === "deep"
            ? { ...network, init: { weight: "gaussian" as const, gain, biasStd } }
            : { ...recurrent, init: { recurrent: "gaussian" as const, gain, inputGain: 0.3 } };
        const task = name === "deep" ? "gaussian" : { name: "noise", steps };
        rows.push((yield* lab.flows(`${name} ${gain}`, spec, { task, batch, seeds })).map(totalGain));
      }
      const perSeed = upTo(seeds).map((i) =>
        correlation(
          gains.map(Math.log),
          rows.map((row) => row[i]),
        ),
      );
      numbers.push(
        overSeeds(`gain at σ_w ${gains[0]}, ${name}`, rows[0], "nats"),
        overSeeds(`gain at σ_w ${gains[gains.length - 1]}, ${name}`, rows[rows.length - 1], "nats"),
        overSeeds(`correlation, ${name}`, perSeed, ""),
      );
      series.push({ label: name, x: gains, y: rows.map(mean), as: "points" as const });
    }
    return {
      numbers,
      figure: { x: { label: "σ_w", log: true }, y: { label: "ln ‖δ_first‖ − ln ‖δ_last‖, nats" }, series },
    };
  },
});
