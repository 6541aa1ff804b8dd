import { NORM_EPSILON, normalizesActivations, normFacts, residualFacts } from "../catalogue/index.ts";
import type { FeedforwardSpec } from "../spec/index.ts";
import { type LayerBlock, layerBlocks } from "../spec/layer-blocks.ts";
import type { Activation } from "./activations.ts";
import { inFloat64 } from "./beyond-float64.ts";
import type { LayerLaw } from "./feedforward-layers.ts";
import { type LogFactor, logFactor, reluLogFactor, residualLogFactor } from "./finite-width.ts";
import { highwayJoin } from "./highway.ts";
import { type ForwardMode, forwardMode, throughBlock } from "./forward-mode.ts";
import { averagesMeans, type Gated, gate, normalized, type Signal, type NormOrNone } from "./signal.ts";

/** The results of one walk through the layers. The stations are the L layers, stem first. */
export interface ProfileMoments {
  /** Variance of the pre-activation at each station; with activationPosition pre, of h. */
  readonly q: number[];
  /** ln E ‖δ_s‖² relative to the last station. */
  readonly lnSquare: Float64Array;
  /** Mean and variance of ln ‖δ_s‖² at these widths, relative to the last station; null if no law is known. */
  readonly finite: readonly LogFactor[] | null;
  /** In a residual network, the largest share of ‖δ_s‖² along h_s; for a random δ it is 1/n. */
  readonly share?: number;
}

/** One layer of a branch: its output, and its factor on the squared gradient. */
interface Passed {
  readonly out: Signal;
  readonly sigmaW2: number;
  readonly q: number;
  readonly gain: number;
  readonly finite: LogFactor | null;
}

/** If a larger share of ‖δ‖² is along h, its fluctuations determine the band, and no law here describes them. */
const COHERENT = 0.25;

const SURE: LogFactor = { mean: 0, variance: 0 };
const plus = (a: LogFactor | null, b: LogFactor | null): LogFactor | null =>
  a && b && { mean: a.mean + b.mean, variance: a.variance + b.variance };

/**
 * Walks forward with the second moments of h, and backward with E ‖δ‖² through each layer and block. Weights of
 * different layers are independent and of mean zero, so the squared gradients of routes that meet add up:
 *
 *     branch of layers first … last:  g = ∏ σ_w² E φ'²/normalizers,   block:  ‖δ‖² × (1 + α² g),   α the join's scale;
 *     stations inside a branch see the branch alone.
 *
 * All keys of the spec are covered, except `activationPosition: "post"` with a skip path, dense networks and
 * stochastic depth.
 *
 * @param q0 variance of the pre-activations of station 0; by default it follows from the input
 * @throws BeyondFloat64 if the forward signal leaves float64
 */
export function walk(
  spec: FeedforwardSpec,
  phi: Activation,
  laws: readonly LayerLaw[],
  inputSquare: number,
  q0?: number,
): ProfileMoments {
  const epsilon = spec.normEpsilon ?? NORM_EPSILON;
  const norm: NormOrNone = normalizesActivations(spec.norm) ? spec.norm : null;
  const at = (position: FeedforwardSpec["normPosition"]) => (spec.normPosition === position ? norm : null);
  // Without a skip path, φ after the "sum" is φ after the weights, and a norm of the sum is a norm before φ.
  const behind = spec.activationPosition === "post" ? at("post") : null;
  const pre = spec.activationPosition === "pre";
  const batch = norm !== null && normFacts(norm).acrossSamples === true;
  const blocks = layerBlocks(spec);
  const skips = blocks.filter(({ residual }) => residual).length;

  let means = 0; // number of averages over the batch means, each an integral of integrals
  // When q no longer changes, a layer has the moments of the layer before.
  let settled: { argument: Signal; gated: Gated } | null = null;
  const gateOf = (argument: Signal): Gated => {
    const known =
      settled !== null &&
      close(settled.argument.square, argument.square) &&
      close(settled.argument.batchVariance, argument.batchVariance);
    if (!known && batch && averagesMeans(argument) && ++means > MOST_MEANS) throw new TooManyMeans();
    if (!known) settled = { argument, gated: gate(phi, argument, at("after"), batch, epsilon) };
    return settled!.gated;
  };

  const layer = (l: number, input: Signal, before: NormOrNone): Passed => {
    const law = laws[l];
    const weighed = (u: Signal): Signal => ({
      square: law.sigmaW2 * u.square + law.sigmaB2,
      mean: 0,
      batchVariance: law.sigmaW2 * u.batchVariance,
    });
    const argument = pre
      ? input
      : l === 0 && q0 !== undefined
        ? { square: q0, mean: 0, batchVariance: q0 }
        : weighed(input);
    inFloat64(argument.square, l);
    const calm = normalized(before, argument, epsilon);
    const gated = gateOf(calm.out);
    inFloat64(gated.slopeFourth, l); // e^{8q} for the exponential: it overflows one layer before the variance
    const out = pre ? weighed(gated.out) : gated.out;
    return {
      out,
      sigmaW2: law.sigmaW2,
      q: pre ? out.square : argument.square,
      gain: law.sigmaW2 * calm.gain * gated.gain,
      finite: norm === null ? layerFactor(phi, law, gated) : null,
    };
  };

  const q: number[] = new Array(laws.length);
  const stem = firstStation(pre, laws[0], inputSquare, q0, (input) => layer(0, input, at("before")));
  q[0] = stem.q;
  let h = stem.out;
  const taken = blocks.map((block) => {
    const calm = normalized(at("pre"), h, epsilon);
    let u = calm.out;
    const branch: Passed[] = [];
    for (let l = block.first; l <= block.last; l++) {
      const passed = layer(l, u, at("before") ?? (l === block.last ? behind : null));
      branch.push(passed);
      q[l] = passed.q;
      u = passed.out;
    }
    branch[0] = { ...branch[0], gain: branch[0].gain * calm.gain };
    const joined = joinSignals(spec, block, skips, h, u);
    const summed =
      block.residual && norm === null && !pre && residualFacts(spec.residual).join === "sum" && h.square > 0;
    const mode = summed ? forwardMode(phi, h, u, joined.out, Math.sqrt(joined.branch), branch) : null;
    const tail = normalized(spec.activationPosition === "post" ? null : at("post"), joined.out, epsilon);
    h = tail.out;
    if (pre) q[block.last] = inFloat64(h.square, block.last);
    return { block, branch, joined, mode, tailGain: tail.gain };
  });

  const lnSquare = new Float64Array(laws.length);
  const finite: (LogFactor | null)[] = new Array(laws.length).fill(SURE);
  let share = 1 / laws[laws.length - 1].width;
  let largest = share;
  for (const { block, branch, joined, mode, tailGain } of taken.toReversed()) {
    const end = lnSquare[block.last] + Math.log(tailGain);
    let inside = end + Math.log(joined.branch); // ln E ‖·‖² of the gradient at this place of the branch
    let gain = joined.branch;
    const shrink: LogFactor = { mean: Math.log(joined.branch), variance: 0 };
    let spread: LogFactor | null = shrink;
    for (let l = block.last; l >= block.first; l--) {
      const passed = branch[l - block.first];
      gain *= passed.gain;
      inside += Math.log(passed.gain);
      spread = plus(spread, passed.finite);
      if (l > block.first) {
        lnSquare[l - 1] = inside;
        finite[l - 1] = plus(finite[block.last], spread);
      }
    }
    const into = block.first - 1;
    const width = laws[block.last].width;
    if (joined.skip === 0) {
      lnSquare[into] = inside;
      finite[into] = plus(finite[block.last], spread);
      share = 1 / laws[into].width;
    } else {
      const still: ForwardMode = { kept: joined.skip + gain, fed: 0, leak: 0 };
      // a branch through which no gradient passes, like Fixup's at first, leaves δ unchanged
      const step = throughBlock(share, gain === 0 ? still : (mode ?? still), joined.skip - 1 + gain, width);
      share = step.share;
      largest = Math.max(largest, share);
      lnSquare[into] = end + Math.log(step.factor);
      const own = joined.skip === 1 && spread ? residualLogFactor(gain, spread.variance, width) : null;
      finite[into] = plus(finite[block.last], own && { ...own, mean: Math.log(step.factor) - own.variance / 2 });
    }
  }
  const known =
    finite.every((factor) => factor !== null) && (largest < COHERENT || !taken.some(({ mode }) => mode !== null));
  return { q, lnSquare, finite: known ? (finite as LogFactor[]) : null, share: largest };
}

/** At most this many different layers get averages over the batch means: about 0.5 s. */
const MOST_MEANS = 12;

/** More layers than that need their own average, so there is no prediction. */
export class TooManyMeans extends Error {
  constructor() {
    super(`more than ${MOST_MEANS} layers with their own averages over the batch's means`);
  }
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-15 * b;

/** With `pre`, the stem is linear: h_0 = W_0 x + b_0. Otherwise it is a layer like any other. */
function firstStation(
  pre: boolean,
  { sigmaW2, sigmaB2 }: LayerLaw,
  inputSquare: number,
  q0: number | undefined,
  layer: (input: Signal) => Passed,
): { out: Signal; q: number } {
  if (!pre) return layer({ square: inputSquare, mean: 0, batchVariance: inputSquare });
  const square = q0 ?? sigmaW2 * inputSquare + sigmaB2;
  return { out: { square, mean: 0, batchVariance: q0 ?? sigmaW2 * inputSquare }, q: square };
}

interface Joined {
  readonly out: Signal;
  /** Factors on ‖δ‖² of the skip path, and of the gradient that enters the branch at its output. */
  readonly skip: number;
  readonly branch: number;
}

/** The sum of a block, h + α F (or the mixture of a highway). Apart from their means, h and F are uncorrelated. */
function joinSignals(spec: FeedforwardSpec, block: LayerBlock, skips: number, h: Signal, f: Signal): Joined {
  if (!block.residual) return { out: f, skip: 0, branch: 1 };
  const { join, branch, start = 1 } = residualFacts(spec.residual);
  if (join === "mixture") return highwayJoin(h, f);
  const alpha = branch === "inverse-root" ? 1 / Math.sqrt(skips) : start;
  return {
    out: {
      square: h.square + alpha * alpha * f.square + 2 * alpha * h.mean * f.mean,
      mean: h.mean + alpha * f.mean,
      batchVariance: h.batchVariance + alpha * alpha * f.batchVariance,
    },
    skip: 1,
    branch: alpha * alpha,
  };
}

/**
 * The exact law for ReLU with Gaussian-like weights, otherwise the 1/n law. A layer of zero weights passes exactly
 * nothing.
 */
function layerFactor(
  phi: Activation,
  law: LayerLaw,
  moments: { readonly slopeSquare: number; readonly slopeFourth: number },
): LogFactor {
  if (law.sigmaW2 === 0 || moments.slopeSquare === 0) return { mean: Number.NEGATIVE_INFINITY, variance: 0 };
  if (phi.negativeSlope === 0 && !law.orthogonal) return reluLogFactor(law.width, law.fanIn, law.sigmaW2);
  return logFactor({ ...law, ...moments });
}
