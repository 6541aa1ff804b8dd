import { activationFacts, CELL_TABLE, type CellName } from "../../catalogue/index.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../spec/index.ts";
import { layersUnder, ownPaths, uniformSpecs } from "../../spec/uniform.ts";
import { rounded } from "../../words/numbers.ts";
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
  const isLinear = factor === "linear";
  if (verdict === "healthy" || (verdict === "blocked" && !isLinear)) return null;
  // no single initialization fits activations that differ
  const cause = ownPaths(spec).has("activation") ? undefined : factor;
  const remedies = uniformSpecs(spec).flatMap((each) => {
    if (each.kind === "recurrent") return overTime(isLinear ? { ...each, cell: "tanh" } : each, stations) ?? [];
    return (isLinear ? NONLINEAR : inDepth(each, cause, verdict)) ?? [];
  });
  if (remedies.length === 0) return null;
  // a rule proposes one patch for every layer; where layers differ, merge their patches; another cell is for all layers
  const { sentence } = remedies.find(({ patch }) => "cell" in patch) ?? remedies[0];
  const same = remedies.filter((each) => each.sentence === sentence);
  const patch = same.reduce((all: Patch, each) => mergedPatch(all, each.patch), {});
  return { sentence, patch: { ...patch, ...layersUnder(spec, patch) } };
}

/** The change of a deep linear network that cannot learn its task. */
const NONLINEAR: Remedy = { sentence: "Use a nonlinear activation.", patch: { activation: "tanh" } };

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
  const to = (other: "lstm" | "gru") => ({ cell: other, ...without(cell, other), ...own, ...constraint });
  const rest = {
    ...(init.gain === 1 ? {} : { gain: 1 }),
    ...(init.recurrent === "orthogonal" ? {} : { recurrent: "orthogonal" }),
    ...(init.inputGain <= 1 ? {} : { inputGain: 1 }),
    ...(init.biasStd === 0 ? {} : { biasStd: 0 }),
    ...(init.input === "xavier_uniform" ? {} : { input: "xavier_uniform" }),
  };
  const constraint = spec.constraint === "none" ? {} : { constraint: "none" };
  // chrono sets the bias of a forget gate, so the command takes no other value beside it
  const forget = init.forgetBias === 1 ? {} : { forgetBias: 1 };
  if (keeps !== undefined && chronoIsNoRemedy !== true && (init.chrono ?? 0) < chrono / 2) {
    return {
      sentence: `Start the gates of the ${title} with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).`,
      patch: { ...own, init: { ...rest, ...(keeps.isForgetGate ? forget : {}), chrono } },
    };
  }
  if (cell === "lstm") {
    if (spec.projection !== undefined) return null; // a GRU has none
    return {
      sentence:
        "Use a GRU whose gates start with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).",
      patch: { ...to("gru"), init: { ...rest, chrono } },
    };
  }
  return {
    sentence:
      "Use an LSTM whose gates start with time constants up to the length of the sequence (chrono, Tallec and Ollivier 2018).",
    patch: { ...to("lstm"), init: { ...rest, ...forget, chrono } },
  };
}

/** The part of a patch that removes the options of a cell that another cell does not take. */
function without(cell: CellName, other: CellName): Patch {
  const lost = CELL_TABLE[cell].options.filter((option) => !CELL_TABLE[other].options.includes(option));
  return lost.length === 0 ? {} : { cellOptions: Object.fromEntries(lost.map((option) => [option, null])) };
}

/**
 * For deep networks: the initialization that fits φ if this is enough, otherwise residual blocks that normalize first
 * (Xiong et al. 2020).
 */
function inDepth(spec: FeedforwardSpec, factor: string | undefined, verdict: Verdict): Remedy | null {
  const { activation, init, norm, residual } = spec;
  const facts = activationFacts(activation);
  const fitting = facts.weights;
  const plain = residual === "none" && (norm === "none" || norm === "weight") && !init.lsuv;
  const byInit = plain && ["weights", "saturation", "dead-units"].includes(factor ?? "");
  if (fitting !== undefined && byInit && KEEPS_NORM.includes(activation)) {
    const weights =
      init.sigmaW === undefined
        ? { weight: lawFor(spec, fitting.weight), gain: fitting.gain }
        : sigmaW(init, rounded(facts.gain, 4));
    const patch = { ...weights, ...zeroBiases(init) };
    if (!Object.entries(patch).every(([key, value]) => init[key as keyof typeof init] === value)) {
      return {
        sentence: `Initialize for ${activation}: ${"weight" in weights ? `${weights.weight}, gain ${weights.gain}` : `σ_w ${weights.sigmaW}`}, biases at 0 (${fitting.source}).`,
        patch: { init: patch },
      };
    }
  }
  if (residual !== "none" && residual !== "identity" && factor === "closed-gate") return preNorm(spec);
  if (residual === "identity" && norm === "none" && verdict === "exploding") {
    return { sentence: "Scale the residual branches by 1/√depth.", patch: { residual: "scaled" } };
  }
  return preNorm(spec);
}

/** With a fitting initialization, these activations carry a gradient through a hundred layers. */
const KEEPS_NORM: readonly string[] = ["relu", "leaky_relu", "tanh"];

/** Under the maximal update parametrization, the variance of a law must depend on fan_in alone. */
const lawFor = ({ parametrization }: FeedforwardSpec, law: string): string =>
  parametrization === "mup" && law === "xavier_normal" ? "lecun_normal" : law;

/** The part of a patch of `init` that sets σ_w. A gain is another name for it and must be equal, if it is given. */
const sigmaW = ({ gain }: FeedforwardSpec["init"], value: number) => ({
  ...(gain === 1 ? {} : { gain: value }),
  sigmaW: value,
});

/** The part of a patch of `init` that sets the biases to 0. */
export const zeroBiases = ({
  biasStd,
  sigmaB = 0,
}: {
  readonly biasStd: number;
  readonly sigmaB?: number | undefined;
}): Patch => ({ ...(biasStd === 0 ? {} : { biasStd: 0 }), ...(sigmaB === 0 ? {} : { sigmaB: 0 }) });

/**
 * Up to this many blocks, outputs of the unscaled sum stay near the targets' size. After 50 blocks, a readout with
 * PyTorch's initialization starts at 450 times the squared error of the trivial answer; its final loss is four times
 * that of a readout that starts at zero.
 */
const MOST_SUMS = 20;

function preNorm(spec: FeedforwardSpec): Remedy | null {
  const { depth, residual, norm, normPosition, init, blockLayers, activationPosition } = spec;
  const zeroReadout = depth > MOST_SUMS && init.readout !== "zeros";
  const equalUnits = init.weight === "zeros" || init.weight === "identity";
  const isPreNorm = residual === "identity" && norm === "layer" && normPosition === "pre" && init.gain === 1;
  if (isPreNorm && !zeroReadout && !equalUnits) return null;
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
        ...(equalUnits ? { weight: lawFor(spec, "xavier_normal") } : {}),
        ...(init.gain === 1 ? {} : { gain: 1 }),
        ...((init.sigmaW ?? 1) === 1 ? {} : { sigmaW: 1 }),
        ...zeroBiases(init),
      },
    },
  };
}
