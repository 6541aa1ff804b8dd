import {
  activationFacts,
  CELL_TABLE,
  normalizesActivations,
  normFacts,
  type NormName,
  residualFacts,
  RESIDUALS,
} from "../../catalogue/index.ts";
import type { FeedforwardSpec, RecurrentSpec } from "../../spec/index.ts";
import { type MeasuredNetwork, type Remedy, withInit } from "./remedy.ts";

/** Remedies from the skip paths of the catalogue. */
const SKIPS = RESIDUALS.flatMap((residual): Remedy<FeedforwardSpec>[] => {
  const { remedy, source } = residualFacts(residual);
  if (remedy === undefined) return [];
  return [
    {
      ...remedy,
      family: "residual",
      kind: "feedforward",
      source,
      change: (spec) => (spec.residual === residual || spec.depth < 2 ? null : { ...spec, residual }),
    },
  ];
});

const norm = (name: NormName): Remedy<FeedforwardSpec> => {
  const { title, source, price } = normFacts(name);
  return {
    name: `${name}_norm`,
    family: "normalisation",
    kind: "feedforward",
    what: `${title} before every activation`,
    source,
    ...(price === undefined ? {} : { price }),
    change: (spec) => (spec.norm === "none" ? { ...spec, norm: name } : null),
  };
};

/** Skip paths, norms, and fewer or wider layers for a deep network. */
export const DEEP_PATHS: readonly Remedy<FeedforwardSpec>[] = [
  ...SKIPS,
  {
    name: "pre_norm",
    family: "residual",
    kind: "feedforward",
    what: "a skip path with layer norm at the start of the branch",
    source: "Xiong et al. 2020",
    change: (spec) => ({ ...spec, residual: "identity", norm: "layer", normPosition: "pre" }),
  },
  norm("layer"),
  norm("batch"),
  norm("rms"),
  {
    name: "no_norm",
    family: "normalisation",
    kind: "feedforward",
    what: "no normalization; He's or Xavier's initialization keeps the variance instead",
    bare: "no normalization",
    source: "Yang et al. 2019",
    change: (spec) => {
      if (!normalizesActivations(spec.norm)) return null;
      const weight = activationFacts(spec.activation).rectifies ? "he_normal" : "xavier_normal";
      return { ...withInit(spec, { weight, gain: 1 }), norm: "none" };
    },
  },
  {
    name: "fewer_layers",
    family: "shorter path",
    kind: "feedforward",
    what: "fewer layers: as many as lose or gain half of what a healthy path may",
    source: "Bengio et al. 1994",
    price: "the network is less deep",
    change: (spec, measured) => {
      const depth = affordable(measured, 2);
      if (depth >= spec.depth) return null;
      const width = typeof spec.width === "number" ? spec.width : spec.width.slice(0, depth);
      return { ...spec, depth, width };
    },
  },
  {
    name: "wider",
    against: ["vanishing", "dead", "mixed"],
    family: "width",
    kind: "feedforward",
    what: "layers four times as wide, because the random spread of the gain is proportional to depth/width",
    source: "Hanin and Nica 2020",
    change: (spec) => {
      const widen = (width: number) => 4 * width;
      const narrowest = typeof spec.width === "number" ? spec.width : Math.min(...spec.width);
      if (narrowest > 32) return null;
      return { ...spec, width: typeof spec.width === "number" ? widen(spec.width) : spec.width.map(widen) };
    },
  },
];

/** Number of stations over which the network, at its rate, loses or gains half of what a healthy path may. */
export function affordable({ gain, stations, tolerance }: MeasuredNetwork, least: number): number {
  const rate = Math.abs(gain) / Math.max(stations - 1, 1);
  if (!Number.isFinite(rate)) return least;
  return rate === 0 ? stations : Math.max(least, Math.min(stations, 1 + Math.floor(tolerance / 2 / rate)));
}

/** Norms for a recurrent network. */
export const RECURRENT_NORMS: readonly Remedy<RecurrentSpec>[] = [
  {
    name: "layer_norm",
    family: "normalisation",
    kind: "recurrent",
    what: "layer norm on every pre-activation",
    source: "Ba et al. 2016",
    change: (spec) =>
      spec.norm === "none" && CELL_TABLE[spec.cell].normedGates.length > 0 ? { ...spec, norm: "layer" } : null,
  },
  {
    name: "no_norm",
    family: "normalisation",
    kind: "recurrent",
    what: "no normalization",
    source: "Ba et al. 2016",
    change: (spec) => (spec.norm === "none" ? null : { ...spec, norm: "none" }),
  },
];
