import { EvanesceError } from "../../base/errors.ts";
import { requireKnown, requireObject } from "../../base/options-check.ts";
import { binEdges, binProfile, type ProfileBins } from "../../flow/bins.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { GRADIENTS_ONLY, type MeasureOptions } from "../../network/create.ts";
import type { Tasks } from "../../tasks/registry.ts";
import { EXPERIMENT, prepareIn, type PropagateInput } from "./propagate.ts";

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

/** `propagateBinned` for these tasks, in parts: yields the share done. */
export function* propagateBinnedIn(tasks: Tasks, input: BinnedInput): Generator<number, BinnedFlow> {
  requireObject("propagateBinned", input, 'start from { network: { kind: "recurrent" }, bins: 1000 }');
  requireKnown("propagateBinned", input, [...Object.keys(EXPERIMENT), "masks", "bins"]);
  const { bins = BINS, masks, ...experiment } = input;
  if (!Number.isSafeInteger(bins) || bins < 1) {
    throw new EvanesceError("bins", "a whole number ≥ 1", bins, `leave it out for ${BINS}`);
  }
  const options: MeasureOptions = { ...GRADIENTS_ONLY, masks };
  const preparing = prepareIn(tasks, { ...experiment, ...options });
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
