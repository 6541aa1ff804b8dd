import { activationFacts, CELL_TABLE } from "../../catalogue/index.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../spec/index.ts";
import { layersUnder, ownPaths, uniformSpecs } from "../../spec/uniform.ts";
import type { Verdict } from "../types.ts";
import type { Patch } from "./patches.ts";

/** The facts that a rule uses. */
export interface DiagnosedPath {
  readonly spec: NetworkSpec;
  readonly verdict: Verdict;
  /** The first cause. */
  readonly factor: string | undefined;
  /** T of a sequence, L of a deep network. */
  readonly stations: number;
}

/** One change of a spec, with the sentence that proposes it. */
export interface Remedy {
  readonly sentence: string;
  readonly patch: Patch;
}

/**
 * The change to try first. The rules use the spec alone. `scripts/replay-advice.ts` tries them over cells, activations,
 * depths and lengths, and a test tries a sample of these: after the change the path is healthy, or |gain| is at most
 * half of what it was. A rule never changes the task, its length or the depth. Null if no rule fits: then a tensor or
 * the data must change.
 */
export function remedyFor({ spec, verdict, factor, stations }: DiagnosedPath): Remedy | null {
  if (verdict === "healthy" || verdict === "blocked") return null;
  // no single initialization fits activations that differ
  const cause = ownPaths(spec).has("activation") ? undefined : factor;
  const remedies = uniformSpecs(spec).flatMap(
    (each) => (each.kind === "recurrent" ? overTime(each, stations) : inDepth(each, cause, verdict)) ?? [],
  );
  if (remedies.length === 0) return null;
  // a rule proposes one patch for every layer; where layers differ, merge their patches
  const [{ sentence }] = remedies;
  const same = remedies.filter((each) => each.sentence === sentence);
  const patch = same.reduce((all: Patch, each) => mergedPatch(all, each.patch), {});
  return { sentence, patch: { ...patch, ...layersUnder(spec, patch) } };
}

/** Two merge patches as one; null stays, because it removes a key. */
const mergedPatch = (a: Patch, b: Patch): Patch => ({
  ...a,
  ...b,
  ...("init" in a && "init" in b ? { init: { ...(a.init as object), ...(b.init as object) } } : {}),
});

/**
 * For recurrent networks: gates whose initial time constants are as long as the sequence (Tallec and Ollivier 2018). A
 * larger forget bias alone opens the path along the state while the path through the hidden weights stays open, and the
 * gradient explodes. Chrono closes the input gate as far as it opens the forget gate.
 */
function overTime(spec: RecurrentSpec, T: number): Remedy | null {
  const { cell, init, norm } = spec;
  const chrono = Math.max(2, T);
  const { keeps, chronoIsNoRemedy, title } = CELL_TABLE[cell];
  const own = {
    ...(norm === "none" ? {} : { norm: "none" }),
    ...(typeof spec.dilation === "number" && spec.dilation === 1 ? {} : { dilation: 1 }),
    ...(spec.timeSkip === undefined ? {} : { timeSkip: null }),
  };
  const rest = {
    ...(init.gain === 1 ? {} : { gain: 1 }),
    ...(init.recurrent === "orthogonal" ? {} : { recurrent: "orthogonal" }),
    ...(init.inputGain <= 1 ? {} : { inputGain: 1 }),
    ...(init.biasStd === 0 ? {} : { biasStd: 0 }),
    ...(init.input === "xavier_uniform" ? {} : { input: "xavier_uniform" }),
  };
  const constraint = spec.constraint === "none" ? {} : { constraint: "none" };
  if (keeps !== undefined && chronoIsNoRemedy !== true && (init.chrono ?? 0) < chrono / 2) {
    return {
      sentence: `Start the gates of the ${title} with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).`,
      patch: { ...own, init: { ...rest, chrono } },
    };
  }
  if (cell === "lstm") {
    return {
      sentence:
        "Use a GRU whose gates start with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).",
      patch: { cell: "gru", ...own, ...constraint, init: { ...rest, chrono } },
    };
  }
  return {
    sentence:
      "Use an LSTM whose gates start with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).",
    patch: { cell: "lstm", ...own, ...constraint, init: { ...rest, chrono } },
  };
}

/**
 * For deep networks: the initialization that fits φ if this is enough, otherwise residual blocks that normalize first
 * (Xiong et al. 2020).
 */
function inDepth(spec: FeedforwardSpec, factor: string | undefined, verdict: Verdict): Remedy | null {
  const { activation, init, norm, residual } = spec;
  const facts = activationFacts(activation);
  const fitting = facts.weights;
  const fits =
    fitting !== undefined &&
    init.weight === fitting.weight &&
    init.gain === fitting.gain &&
    init.biasStd === 0 &&
    init.sigmaW === undefined &&
    !init.lsuv;
  const plain = residual === "none" && (norm === "none" || norm === "weight");
  const byInit = plain && !fits && ["weights", "saturation", "dead-units"].includes(factor ?? "");
  if (fitting !== undefined && byInit && KEEPS_NORM.includes(activation)) {
    const patch = {
      init: {
        weight: fitting.weight,
        gain: fitting.gain,
        ...(init.biasStd === 0 ? {} : { biasStd: 0 }),
        ...unset(init),
      },
    };
    return {
      sentence: `Initialize for ${activation}: ${fitting.weight}, gain ${fitting.gain}, biases at 0 (${fitting.source}).`,
      patch,
    };
  }
  if (residual !== "none" && residual !== "identity" && factor === "closed-gate") return preNorm(spec);
  if (residual === "identity" && norm === "none" && verdict === "exploding") {
    return { sentence: "Scale the residual branches by 1/√depth.", patch: { residual: "scaled" } };
  }
  return preNorm(spec);
}

/** With a fitting initialization, these activations carry a gradient through a hundred layers. */
const KEEPS_NORM: readonly string[] = ["relu", "leaky_relu", "tanh"];

/** The part of a patch that removes these keys: a merge patch removes a key by null. */
const unset = ({ sigmaW, sigmaB, lsuv }: FeedforwardSpec["init"]): Patch => ({
  ...(sigmaW === undefined ? {} : { sigmaW: null }),
  ...(sigmaB === undefined ? {} : { sigmaB: null }),
  ...(lsuv ? { lsuv: false } : {}),
});

/**
 * Up to this many blocks, outputs of the unscaled sum stay near the targets' size. After 50 blocks, a readout with
 * PyTorch's initialization starts at 450 times the squared error of the trivial answer; its final loss is four times
 * that of a readout that starts at zero.
 */
const MOST_SUMS = 20;

function preNorm({
  depth,
  residual,
  norm,
  normPosition,
  init,
  blockLayers,
  activationPosition,
}: FeedforwardSpec): Remedy | null {
  const zeroReadout = depth > MOST_SUMS && init.readout !== "zeros";
  const isPreNorm = residual === "identity" && norm === "layer" && normPosition === "pre" && init.gain === 1;
  if (isPreNorm && !zeroReadout) return null;
  const start = zeroReadout ? ", and start the readout at zero, because the sum of all branches is large" : "";
  return {
    sentence: `Use residual blocks with a layer normalization at the start of every branch (He et al. 2016; Xiong et al. 2020)${start}.`,
    patch: {
      residual: "identity",
      norm: "layer",
      normPosition: "pre",
      ...(blockLayers === 1 ? {} : { blockLayers: 1 }),
      ...(activationPosition === "branch" ? {} : { activationPosition: "branch" }),
      init: {
        ...(zeroReadout ? { readout: "zeros" } : {}),
        ...(init.gain === 1 ? {} : { gain: 1 }),
        ...(init.biasStd === 0 ? {} : { biasStd: 0 }),
        ...unset(init),
      },
    },
  };
}
