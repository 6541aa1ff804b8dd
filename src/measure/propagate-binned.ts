import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import { binEdges, binProfile, type ProfileBins } from "../flow/bins.ts";
import type { GradientFlow } from "../flow/index.ts";
import { GRADIENTS_ONLY, type MeasureOptions } from "../network/create.ts";
import { EXPERIMENT, prepareInParts, type PropagateInput } from "./propagate.ts";

/** One experiment whose profile is returned in bins. */
export interface BinnedInput extends Omit<PropagateInput, keyof MeasureOptions>, Pick<MeasureOptions, "masks"> {
  /** N, a whole number ≥ 1; default 1,000. As many as there are stations where there are fewer. */
  readonly bins?: number | undefined;
}

/** The profile of a pass in bins: the result has the same size for a thousand steps and for ten million. */
export interface BinnedFlow
  extends ProfileBins,
    Pick<GradientFlow, "spec" | "seed" | "build" | "loss" | "outcome" | "nonfinite" | "axis" | "decay"> {
  /** S, layers or steps. */
  readonly stations: number;
  /** ln ‖∂L/∂parameter‖_F by name. */
  readonly lnParameterNorms: Readonly<Record<string, number>>;
  /** Bytes of WASM memory that the pass held. */
  readonly memoryBytes: number;
}

/** Default number of bins: more than a figure has columns. */
const BINS = 1000;

/**
 * Runs one forward and backward pass of a fresh network, as `propagate` does, and returns its profile in bins. It
 * measures the profile and the parameters' gradients only, so that a long sequence needs little memory: 10 bytes a step
 * of one sample with two inputs at H = 64, where states that do not fit into `memoryLimit` are computed again from
 * checkpoints. The decay is fitted to every station, not to the bins.
 *
 * @throws EvanesceError naming the field that breaks a rule, the value got and the remedy
 */
export function propagateBinned(input: BinnedInput): BinnedFlow {
  const parts = propagateBinnedInParts(input);
  let next = parts.next();
  while (!next.done) next = parts.next();
  return next.value;
}

/**
 * `propagateBinned` without blocking the event loop.
 *
 * @param options `signal` stops it between two parts, `onProgress` gets the share done
 * @throws EvanesceError as `propagateBinned` does; the signal's reason where it aborts
 */
export async function propagateBinnedAsync(input: BinnedInput, options: TurnOptions = {}): Promise<BinnedFlow> {
  return inTurns(propagateBinnedInParts(input), options);
}

function* propagateBinnedInParts(input: BinnedInput): Generator<number, BinnedFlow> {
  requireObject("propagateBinned", input, 'start from { network: { kind: "recurrent" }, bins: 1000 }');
  requireKnown("propagateBinned", input, [...Object.keys(EXPERIMENT), "masks", "bins"]);
  const { bins = BINS, masks, ...experiment } = input;
  if (!Number.isSafeInteger(bins) || bins < 1) {
    throw new EvanesceError("bins", "a whole number ≥ 1", bins, `leave it out for ${BINS}`);
  }
  const options: MeasureOptions = { ...GRADIENTS_ONLY, masks };
  const preparing = prepareInParts({ ...experiment, ...options });
  let prepared = preparing.next();
  for (; !prepared.done; prepared = preparing.next()) yield 0;
  const { network, batch } = prepared.value;
  try {
    const flow = yield* network.propagateInParts(batch, options);
    const { spec, seed, build, loss, outcome, nonfinite, axis, decay, lnGradientNorm, parameters } = flow;
    return {
      ...{ spec, seed, build, loss, outcome, axis, decay },
      ...(nonfinite === undefined ? {} : { nonfinite }),
      stations: lnGradientNorm.length,
      ...binProfile(lnGradientNorm, binEdges(lnGradientNorm.length, bins)),
      lnParameterNorms: Object.fromEntries(parameters.map(({ name, lnGradientNorm: ln }) => [name, ln])),
      memoryBytes: network.memoryBytes,
    };
  } finally {
    network.dispose();
  }
}
