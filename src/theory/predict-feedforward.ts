import { joinsBlocks, normalizesActivations, normFacts, residualFacts } from "../catalogue/index.ts";
import type { FeedforwardSpec } from "../spec/index.ts";
import { activation } from "./activations.ts";
import { denseWalk } from "./dense.ts";
import { layerLaws } from "./feedforward-layers.ts";
import { BeyondFloat64 } from "./beyond-float64.ts";
import { type ProfileMoments, TooManyMeans, walk } from "./feedforward-profile.ts";
import { fixedPointResults } from "./fixed-point.ts";
import {
  type Band,
  decayPerStation,
  EMPTY,
  nothing,
  type Prediction,
  type PredictOptions,
  type Regime,
} from "./prediction.ts";

const CITATIONS: Record<Exclude<Regime, "none" | "recurrent" | "gated">, readonly string[]> = {
  plain: ["Poole et al. 2016", "Schoenholz et al. 2017", "Hayou et al. 2019"],
  residual: ["Yang and Schoenholz 2017", "Hayou et al. 2021"],
  "layer-norm": ["Ba et al. 2016", "Xiong et al. 2020"],
  "rms-norm": ["Zhang and Sennrich 2019"],
  "batch-norm": ["Yang et al. 2019"],
  highway: ["Srivastava et al. 2015"],
  dense: ["Huang et al. 2017"],
};

/** The reason if no theory here covers this spec, otherwise null. */
function refusal(spec: FeedforwardSpec): string | null {
  const skips = joinsBlocks(spec.residual);
  const dense = residualFacts(spec.residual).join === "concatenation";
  if (spec.init.lsuv)
    return "LSUV rescales each layer on the batch, so the variance of the weights is not known beforehand.";
  if (spec.stochasticDepth > 0 && skips) return "Stochastic depth draws another network at each pass.";
  if (spec.activationPosition === "post" && skips) {
    return "If φ comes after the sum, h is neither Gaussian nor independent of the next branch's input.";
  }
  if (dense && normalizesActivations(spec.norm)) {
    return "Dense connections with normalization are not covered.";
  }
  if (dense && spec.activationPosition === "pre") {
    return "Dense connections with activationPosition pre are not covered.";
  }
  return null;
}

/** @throws EvanesceError for an option out of range */
export function predictFeedforward(spec: FeedforwardSpec, options: PredictOptions): Prediction {
  const why = refusal(spec);
  if (why !== null) return nothing(why);
  const phi = activation(spec.activation);
  const { inputSquare = 1, q0 } = options;
  const firstWidth = typeof spec.width === "number" ? spec.width : spec.width[0];
  const inputs = spec.inputs ?? options.inputs ?? firstWidth;
  const laws = layerLaws(spec, inputs);
  if (laws === null) {
    return nothing(
      `Weights of init "${spec.init.weight}" are not random with mean zero: mean-field theory does not apply.`,
    );
  }
  const hidden = laws[1] ?? laws[0]; // layers.1 represents all hidden layers
  if (hidden.sigmaW2 === 0 && !residualFacts(spec.residual).scalesWeights)
    return nothing("The weights are zero, so no gradient passes.");

  const regime = regimeOf(spec);
  let moments: ProfileMoments;
  try {
    moments = regime === "dense" ? denseWalk(phi, laws, inputSquare, q0) : walk(spec, phi, laws, inputSquare, q0);
  } catch (error) {
    if (error instanceof TooManyMeans) {
      return nothing(
        "Batch norm after an activation, with biases and skip paths, needs a separate integral for every layer. This is computed only for up to about 12 layers.",
      );
    }
    if (!(error instanceof BeyondFloat64)) throw error;
    return nothing(
      `The activations' variance grows beyond float64 at layer ${error.layer}, so the forward pass explodes before the gradient can.`,
    );
  }
  const lnGradientNorm = moments.lnSquare.map((square) => square / 2);
  const notes = generalNotes(spec, laws, options);
  if (regime === "residual" && moments.share! > Math.max(0.05, 2 / laws.at(-1)!.width)) {
    notes.push(
      "The part of the gradient along h grows with h. This effect of finite width is included for a random gradient at the end.",
    );
  }
  const common = {
    ...EMPTY,
    applies: true,
    why: WHY[regime],
    regime,
    sigmaW2: hidden.sigmaW2,
    sigmaB2: hidden.sigmaB2,
    q: moments.q,
    lnGradientNorm,
    perStation: decayPerStation(lnGradientNorm),
    band: bandOf(moments),
    citations: [...CITATIONS[regime], ...(moments.finite === null ? [] : ["Hanin 2018", "Hanin and Nica 2018"])],
  };
  if (regime === "plain") {
    const { results, notes: more } = fixedPointResults(
      phi,
      hidden.sigmaW2,
      hidden.sigmaB2,
      Math.max(moments.q[0], 1e-9),
      options,
    );
    if (phi.negativeSlope === undefined) {
      notes.push(
        "The band ignores fluctuations of q. For tanh its variance is right within 40 %; it may be too narrow by a factor of 2 if φ' depends strongly on q (GELU, SiLU).",
      );
    }
    return { ...common, ...results, notes: [...notes, ...more] };
  }
  if (regime.endsWith("-norm") && residualFacts(spec.residual).join === "nowhere") {
    const last = moments.lnSquare.length - 1;
    const chi1 = last === 0 ? null : Math.exp(moments.lnSquare[last - 1]);
    if (regime === "batch-norm") notes.push("The factor of batch norm assumes a large batch of independent inputs.");
    return { ...common, chi1, xiGrad: chi1 === null ? null : -1 / Math.log(chi1), notes };
  }
  if (regime === "batch-norm") notes.push("The factor of batch norm assumes a large batch of independent inputs.");
  return { ...common, notes };
}

const WHY: Record<Exclude<Regime, "none" | "recurrent" | "gated">, string> = {
  plain: "Mean-field theory of a plain network with independent random weights.",
  residual: "Mean-field theory of a residual network: the squares of skip path and branch add up.",
  "layer-norm":
    "Mean-field theory with layer norm, whose adjoint divides by the standard deviation of the pre-activations.",
  "rms-norm": "Mean-field theory with RMS norm, whose adjoint divides by the root mean square of the pre-activations.",
  "batch-norm":
    "Mean-field theory with batch norm, whose adjoint divides by the standard deviation of the pre-activations over the batch.",
  highway: "Mean-field theory of a highway network: the squares of branch, carry and gate add up.",
  dense: "Mean-field theory of a dense network: the squares of the routes from all later layers add up.",
};

/** The regime of a network without a norm in its path, by the way in which skip paths and branches are joined. */
const JOINED = { nowhere: "plain", sum: "residual", mixture: "highway", concatenation: "dense" } as const;

function regimeOf(spec: FeedforwardSpec): keyof typeof WHY {
  if (normalizesActivations(spec.norm)) return `${spec.norm}-norm`;
  return JOINED[residualFacts(spec.residual).join];
}

function generalNotes(
  spec: FeedforwardSpec,
  laws: readonly { readonly sigmaW2: number; readonly orthogonal: boolean }[],
  { inputSquare = 1, q0, inputs }: PredictOptions,
): string[] {
  const notes: string[] = [];
  if (q0 === undefined) notes.push(`Theory assumes inputs with a mean square of ${inputSquare}.`);
  if (spec.inputs === undefined && inputs === undefined)
    notes.push("Theory assumes as many inputs as the first layer has units.");
  if (normFacts(spec.norm).of === "weights")
    notes.push("Weight norm starts with g = ‖v‖, so the gradient is that of the network without it.");
  if (new Set(laws.slice(1).map(({ sigmaW2 }) => sigmaW2)).size > 1) {
    notes.push(
      "σ_w² differs between layers. The profile uses that of each layer; the fixed point uses that of layers.1.",
    );
  }
  if (laws[0].orthogonal) {
    notes.push(
      "Hanin's law of finite width is for independent weights. For orthogonal weights the band omits the fluctuation of ‖Wᵀv‖.",
    );
  }
  if (spec.depth > 1 && normalizesActivations(spec.norm))
    notes.push("With normalization, no law of finite width is known.");
  return notes;
}

/** Mean ± 2 standard deviations of ln ‖δ_s‖: half and a quarter of the squared norm's mean and variance. */
function bandOf({ finite }: ProfileMoments): Band | null {
  if (finite === null) return null;
  const edge = (sign: number) =>
    Float64Array.from(finite, ({ mean, variance }) => mean / 2 + sign * Math.sqrt(variance));
  return { low: edge(-1), high: edge(1) };
}
