import {
  activationFacts,
  CELL_TABLE,
  isElmanCell,
  normalizesActivations,
  residualFacts,
} from "../../catalogue/index.ts";
import { autoGain } from "../../spec/initialization/gain.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../spec/index.ts";
import { hiddenLayerSpecs, layerSpecs } from "../../spec/layers.ts";
import { layerNorms } from "../../spec/norms.ts";
import { predict } from "../../theory/index.ts";
import { slopeOf } from "../alterations.ts";
import { type MeasuredNetwork, type Remedy, withInit, withRecurrentInit } from "./remedy.ts";

/** The factor on a spec's hidden or recurrent weights. */
export function gainOf(spec: NetworkSpec): number {
  if (spec.kind === "recurrent") return spec.init.gain;
  const { sigmaW, gain, weight } = spec.init;
  return sigmaW ?? (gain === "auto" ? autoGain(spec.activation, weight) : gain);
}

/** The same spec with its gain multiplied; null if no factor on the weights changes the gradient. */
export function scaledBy(spec: NetworkSpec, factor: number): NetworkSpec | null {
  const gain = gainOf(spec) * factor;
  if (!(gain !== 0)) return null;
  if (spec.kind === "feedforward") {
    if (spec.init.lsuv || hiddenLayerSpecs(spec).every(({ init }) => init.weight === "zeros")) return null;
    // with gain "auto" each activation has a factor of its own; a single factor would change their ratios
    if (spec.init.gain === "auto" && spec.layerwise !== undefined) return null;
    // LSUV, normalized weights and norms remove the factor; a residual sum keeps it
    if (layerNorms(spec).every(normalizesActivations) && residualFacts(spec.residual).join === "nowhere") return null;
    return withInit(spec, { gain });
  }
  const scales = layerSpecs(spec).every(
    ({ cell, init, norm }) => isElmanCell(cell) && init.recurrent !== "zeros" && norm === "none",
  );
  if (!scales) return null;
  return withRecurrentInit(spec, { gain });
}

/** The critical σ_w of this φ in mean-field theory; null if there is none. */
function criticalGain(spec: NetworkSpec, { inputs, inputSquare, stations }: MeasuredNetwork): number | null {
  const random = spec.kind === "feedforward" ? withInit(spec, { weight: "gaussian", gain: 1 }) : spec;
  const { criticalSigmaW2 } = predict(random, { inputs, inputSquare, steps: Math.min(stations, 100) });
  return criticalSigmaW2 === null ? null : Math.sqrt(criticalSigmaW2);
}

export const DEEP_INITIALISATIONS: readonly Remedy<FeedforwardSpec>[] = [
  {
    name: "he_normal",
    family: "initialisation",
    kind: "feedforward",
    what: "weights of variance 2/fan_in",
    source: "He et al. 2015",
    change: (spec) => withInit(spec, { weight: "he_normal", gain: 1 }),
  },
  {
    name: "xavier_normal",
    family: "initialisation",
    kind: "feedforward",
    what: "weights of variance 2/(fan_in + fan_out)",
    source: "Glorot and Bengio 2010",
    change: (spec) => withInit(spec, { weight: "xavier_normal", gain: 1 }),
  },
  {
    name: "orthogonal",
    family: "initialisation",
    kind: "feedforward",
    what: "orthogonal weights, with the gain that makes up for the half of a rectifier's units that are off",
    source: "Saxe et al. 2013",
    change: (spec) => withInit(spec, { weight: "orthogonal", gain: 1 / slopeOf(spec) }),
  },
  {
    name: "lsuv",
    family: "initialisation",
    kind: "feedforward",
    what: "each layer rescaled to unit output variance on the batch",
    source: "Mishkin and Matas 2016",
    change: (spec) => ({ ...spec, init: { ...spec.init, lsuv: true } }),
  },
  {
    name: "critical",
    family: "initialisation",
    kind: "feedforward",
    what: "Gaussian weights with the critical σ_w of mean-field theory",
    source: "Poole et al. 2016; Schoenholz et al. 2017",
    change: (spec, measured) => {
      const gain = criticalGain(spec, measured);
      return gain === null ? null : withInit(spec, { weight: "gaussian", gain });
    },
  },
  {
    name: "gain",
    family: "gain",
    kind: "feedforward",
    what: "the factor on the weights at which the measured path neither shrinks nor grows",
    source: "bisection on the network itself",
    solves: true,
    change: (spec) => spec,
  },
  {
    name: "zero_bias",
    family: "initialisation",
    kind: "feedforward",
    what: "biases at zero",
    source: "He et al. 2015",
    change: (spec) => {
      const { sigmaB: _, ...init } = spec.init;
      const spread = (spec.init.sigmaB ?? spec.init.biasStd) > 0;
      return spread ? ({ ...spec, init: { ...init, biasStd: 0 } } as FeedforwardSpec) : null;
    },
  },
];

export const RECURRENT_INITIALISATIONS: readonly Remedy<RecurrentSpec>[] = [
  {
    name: "irnn",
    family: "initialisation",
    kind: "recurrent",
    what: "a ReLU cell whose recurrent weights start as the identity",
    source: "Le et al. 2015",
    change: (spec) =>
      isElmanCell(spec.cell)
        ? { ...withRecurrentInit(spec, { recurrent: "identity", gain: 1, biasStd: 0 }), cell: "relu" }
        : null,
  },
  {
    name: "orthogonal",
    family: "initialisation",
    kind: "recurrent",
    what: "orthogonal recurrent weights, with the gain that makes up for the half of a rectifier's units that are off",
    source: "Saxe et al. 2013; Vorontsov et al. 2017",
    change: (spec) =>
      CELL_TABLE[spec.cell].isometry === "orthogonal"
        ? withRecurrentInit(spec, { recurrent: "orthogonal", gain: 1 / slopeOf(spec) })
        : null,
  },
  {
    name: "unit_weights",
    family: "initialisation",
    kind: "recurrent",
    what: "every unit's recurrent weight at 1, or at the gain that makes up for the half of a rectifier's units that are off",
    source: "Li et al. 2018",
    change: (spec) =>
      CELL_TABLE[spec.cell].isometry === "identity"
        ? withRecurrentInit(spec, { recurrent: "identity", gain: 1 / slopeOf(spec) })
        : null,
  },
  {
    name: "critical",
    family: "initialisation",
    kind: "recurrent",
    what: "recurrent weights with the critical gain of mean-field theory for these inputs",
    source: "Sompolinsky et al. 1988; Chen et al. 2018",
    change: (spec, measured) => {
      if (!isElmanCell(spec.cell)) return null;
      const gain = criticalGain(spec, measured);
      const law = spec.init.recurrent === "orthogonal" ? "orthogonal" : "gaussian";
      return gain === null ? null : withRecurrentInit(spec, { recurrent: law, gain });
    },
  },
  {
    name: "gain",
    family: "gain",
    kind: "recurrent",
    what: "the factor on the recurrent weights at which the measured path neither shrinks nor grows",
    source: "bisection on the network itself",
    solves: true,
    change: (spec) => spec,
  },
  {
    name: "small_inputs",
    against: ["vanishing", "dead", "mixed"],
    family: "gain",
    kind: "recurrent",
    what: "input weights of a tenth of the size, so that the units stay where φ is steep",
    source: "Jaeger 2002 (input scaling)",
    price: "the inputs reach the state with a tenth of their size",
    change: (spec) =>
      isElmanCell(spec.cell) && activationFacts(spec.cell).saturates
        ? withRecurrentInit(spec, { inputGain: 0.1 * spec.init.inputGain })
        : null,
  },
  {
    name: "zero_bias",
    family: "initialisation",
    kind: "recurrent",
    what: "biases at zero",
    source: "Le et al. 2015",
    change: (spec) => (spec.init.biasStd > 0 ? withRecurrentInit(spec, { biasStd: 0 }) : null),
  },
];
