import { activationFacts, isElmanCell } from "../../catalogue/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { layerSpec } from "../../spec/layers.ts";
import { layerWidths } from "../../spec/layer-blocks.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Batch } from "../../tasks/batch.ts";
import { DEFAULT_MEMORY_LIMIT, type Engine, sharedEngine } from "../../wasm/engine.ts";
import { delaysOf, dilationOf, stateSize } from "../../wasm/jacobian/recurrent.ts";
import { asBatch, type OwnArrays } from "../own-arrays.ts";
import { requireNoSteps, requireSize, requireState, sampleIndices, withoutTargets } from "./checks.ts";
import { samplesOf } from "../samples.ts";
import type { Network } from "../types.ts";
import { type ExponentSums, lyapunovSpectrum } from "./exponents.ts";
import { depthPass, followLayers, requireChain } from "./feedforward.ts";
import { followSteps, layerOf, planSteps, samplePass } from "./recurrent.ts";
import { averageSpectrum, singularSpectrum } from "./spectrum.ts";
import type { Jacobians, JacobiansInput, PascanuBound, SingularSpectrum, WeightSpectrum } from "./types.ts";
import { weightSpectra } from "./weights.ts";

export type * from "./types.ts";

/**
 * Jacobians along the trajectories of a batch's samples, in parts: yields the share done, returns the result.
 * @throws EvanesceError naming the option that breaks a rule
 */
export function* networkJacobians(
  network: Network,
  data: Batch | OwnArrays,
  input: JacobiansInput,
): Generator<number, Jacobians> {
  const { spec, sizes } = network;
  const engine = input.engine ?? sharedEngine();
  const limit = input.memoryLimit ?? DEFAULT_MEMORY_LIMIT;
  const batch = asBatch(withoutTargets(data), spec, sizes);
  if (batch.inputSize !== sizes.inputs) {
    throw new EvanesceError(
      "data",
      `the network's inputs ${sizes.inputs}`,
      batch.inputSize,
      "give inputs of that size",
    );
  }
  const samples = sampleIndices(input.sample, batch.batch);
  const common = {
    schema: "evanesce.jacobians/1" as const,
    spec,
    seed: input.seed ?? network.seed,
    build: engine.build,
    samples,
  };
  return spec.kind === "recurrent"
    ? yield* recurrentJacobians(engine, network, spec, batch, input, limit, common)
    : yield* depthJacobians(engine, network, spec, batch, input, limit, common);
}

type Common = Pick<Jacobians, "schema" | "spec" | "seed" | "build" | "samples">;

function* recurrentJacobians(
  engine: Engine,
  network: Network,
  spec: RecurrentSpec,
  batch: Batch,
  input: JacobiansInput,
  limit: number,
  common: Common,
): Generator<number, Jacobians> {
  const { samples, seed } = common;
  const layer = layerOf(input, spec);
  const own = layerSpec(spec, layer);
  requireSize("network.hidden", own.hidden);
  if (own.projection !== undefined) {
    const remedy = "measure the network without its projection";
    throw new EvanesceError("network.projection", "none for Jacobians", own.projection, remedy);
  }
  const delays = delaysOf(spec, layer);
  if (delays > 0) requireState(own, delays + 1, dilationOf(spec, layer) > delays);
  const T = batch.steps;
  if (T === undefined) {
    throw new EvanesceError("data", "a sequence for a recurrent network", undefined, "give inputs [T, B, X]");
  }
  const pass = samplePass(engine, network, spec, batch, limit);
  try {
    const { cell, H, recurrentColumns } = pass.geometry.layers[layer * (spec.bidirectional ? 2 : 1)];
    const size = stateSize(spec, layer, H * (cell.direct === "cell" ? 2 : 1));
    const plan = planSteps(input, spec, size, T);
    const spectra: SingularSpectrum[] = [];
    const exponents: ExponentSums[] = [];
    for (const [i, sample] of samples.entries()) {
      const parts = followSteps(engine, pass, plan, samplesOf(batch, sample, 1, spec), seed, limit);
      const followed = yield* shares(parts, i, samples.length);
      spectra.push(singularSpectrum(followed.singularValues));
      if (followed.exponents !== null) exponents.push(followed.exponents);
    }
    const singularValues = averageSpectrum(spectra);
    const { layers, weights: sets, bottleneck } = pass.geometry;
    const { dilation } = layers[plan.n];
    const { weights: ofLast } = sets[sets.length - layers.length + plan.n]; // the weights of the last step; with a decoder they are the decoder's
    const listed = typeof input.weights === "object" && input.weights.eigenvalues;
    const wanted = input.weights !== false && recurrentColumns > 0;
    const W = wanted ? pass.arena.f32(`weight_hh_${ofLast}`).slice() : new Float32Array(); // W_hh as a step uses it
    const weights = weightSpectra(engine, own.cell, W, own.hidden, listed, limit);
    const factors = T - plan.windowFrom;
    return {
      ...common,
      axis: "step",
      outcome: spectra.every(isSound) ? "finite" : "nonfinite",
      state: cell.direct === "cell" ? "h, c" : "h",
      ...(delays > 0 ? { delays } : {}),
      size,
      layer,
      reverse: input.reverse ?? false,
      window: { from: plan.windowFrom - 1, to: T - 1, factors },
      singularValues,
      lyapunov:
        plan.lyapunov === null ? null : lyapunovSpectrum(exponents, plan.lyapunov.measuredFrom - plan.lyapunov.from),
      pascanu:
        dilation > 1 || plan.windowFrom < bottleneck ? null : pascanuBound(own, singularValues, weights, factors),
      weights,
      ...perSample(samples, spectra, exponents),
    };
  } finally {
    pass.dispose();
  }
}

function* depthJacobians(
  engine: Engine,
  network: Network,
  spec: FeedforwardSpec,
  batch: Batch,
  input: JacobiansInput,
  limit: number,
  common: Common,
): Generator<number, Jacobians> {
  const { samples } = common;
  requireNoSteps(input);
  requireChain(spec);
  if (batch.steps !== undefined) {
    throw new EvanesceError("data", "no steps for a feed-forward network", batch.steps, "give inputs [B, X]");
  }
  const widths = layerWidths(spec);
  requireSize("network.width", Math.max(...widths));
  const pass = depthPass(engine, network, spec, limit);
  try {
    const spectra: SingularSpectrum[] = [];
    for (const [i, sample] of samples.entries()) {
      const parts = followLayers(engine, pass, spec, samplesOf(batch, sample, 1, spec), limit);
      spectra.push(singularSpectrum(yield* shares(parts, i, samples.length)));
    }
    return {
      ...common,
      axis: "layer",
      outcome: spectra.every(isSound) ? "finite" : "nonfinite",
      state: "h",
      size: widths[spec.depth - 1],
      layer: null,
      reverse: false,
      window: { from: 0, to: spec.depth - 1, factors: spec.depth - 1 },
      singularValues: averageSpectrum(spectra),
      lyapunov: null,
      pascanu: null,
      weights: [],
      ...perSample(samples, spectra, []),
    };
  } finally {
    pass.dispose();
  }
}

/**
 * Converts the shares of one sample's work to shares of the whole. If the host stops, the sample's work stops too, so
 * that it frees its memory.
 */
function* shares<Result>(parts: Generator<number, Result>, index: number, count: number): Generator<number, Result> {
  let next = parts.next();
  try {
    for (; !next.done; next = parts.next()) yield (index + next.value) / count;
    return next.value;
  } finally {
    if (!next.done) parts.return(undefined as never);
  }
}

function perSample(
  samples: readonly number[],
  spectra: readonly SingularSpectrum[],
  exponents: readonly ExponentSums[],
): Pick<Jacobians, "perSample"> {
  if (samples.length === 1) return {};
  return {
    perSample: samples.map((sample, i) => ({
      sample,
      singularValues: spectra[i],
      largestExponent: exponents[i]?.largest ?? null,
    })),
  };
}

/**
 * The bound ln(γ σ_max) for each step (Pascanu et al. 2013, equation 7), and the growth that was measured over the
 * window.
 */
function pascanuBound(
  spec: RecurrentSpec,
  { lnValues, lnMeanSquare }: SingularSpectrum,
  weights: readonly WeightSpectrum[],
  factors: number,
): PascanuBound | null {
  const norm = weights[0]?.norm ?? null;
  if (norm === null || weights.length !== 1 || !isElmanCell(spec.cell) || spec.timeSkip !== undefined) return null;
  const slope = activationFacts(spec.cell).largestSlope;
  const top = lnValues[0];
  return {
    slope,
    norm,
    boundPerStep: slope * norm > 0 ? Math.log(slope * norm) : null,
    measuredPerStep: top === null ? null : top / factors,
    typicalPerStep: lnMeanSquare === null ? null : lnMeanSquare / 2 / factors,
  };
}

/** Whether the moments are numbers. They are for a Jacobian of zeros. */
const isSound = ({ meanSquare, lnMeanSquare, max }: SingularSpectrum): boolean =>
  meanSquare !== null || lnMeanSquare !== null || max === 0;
