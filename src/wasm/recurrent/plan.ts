import { operands, recurrentSlope } from "../../catalogue/index.ts";
import { type LossShape, planLoss } from "../loss.ts";
import { type CoreCell, coreCell } from "../kernels.ts";
import { type DenseLayer, denseLayers } from "../../spec/dense.ts";
import type { NetworkSizes } from "../../spec/parameters.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Engine } from "../engine.ts";
import { addMasks } from "../masks.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";
import { BLOCK } from "../generated/constants.ts";
import { DROPOUT, EMBEDDING, GRADIENT, LAYER, STREAM, TIME_PASS } from "../generated/records.ts";
import { planDense } from "./dense-plan.ts";
import { addGradients, pad4 } from "./sizes.ts";
import { creditSweeps, type Sweep, truncationSweeps } from "./sweeps.ts";

/*
 * Letters as in assembly/records/pass.ts: B batch · P panels of eight · T steps · C steps of a chunk · L levels of D
 * directions, N = L·D layers · X inputs · H hidden, H₄ padded to four · W = D·H, what a level hands on · Y outputs · F
 * panels in flight.
 */

/** What a pass measures beside the gradient and its norm at every step. */
export interface PassOptions {
  readonly ledger: boolean;
  readonly probe: boolean;
  readonly contributions: boolean;
  /** The profile of the last step's loss alone, where every step has one. */
  readonly lastStep: boolean;
  /** The gradient of truncated back-propagation beside the full one. */
  readonly truncate?: { readonly k1: number; readonly k2: number } | undefined;
  /** What every so many steps' losses contribute at every earlier step. */
  readonly creditStride?: number | undefined;
  /** The norm of ∂L/∂x at every step; also of every column. */
  readonly inputGradient?: boolean | "columns" | undefined;
}

/** Everything the plan depends on. */
export interface PassShape extends LossShape {
  readonly spec: RecurrentSpec;
  readonly sizes: NetworkSizes;
  readonly B: number;
  readonly T: number;
  readonly lossEvery: boolean;
  readonly options: PassOptions;
  /** Lanes past the batch go through the same steps as its last sample: a Jacobian reads their tape. */
  readonly everyLane?: boolean;
  /** ∂L/∂a of every step stays in place, not of one chunk only: for the contributions of a pass that is split. */
  readonly keepDeltas?: boolean;
  /** A state to begin with is given; the last one, and the gradient of the first, are wanted. */
  readonly withState?: boolean;
}

/** Streams by name, in the order of their records. */
export type StreamName = "loss" | "probe" | "lastStep";

/**
 * Steps of one unit of work where every state is stored: 64 · H · 8 floats stay in a second-level cache up to H = 256.
 */
const CHUNK = 64;

/** One layer of the stack in one direction. */
export interface PlannedLayer {
  /** `l0`, `l0_reverse`, `l1`, …: the ending of its parameters' names. */
  readonly suffix: string;
  readonly level: number;
  readonly reverse: boolean;
  /** X of this layer. */
  readonly inputs: number;
  /** d: a step follows on the one d steps before. */
  readonly dilation: number;
  /** The most steps a step looks back. */
  readonly history: number;
}

/** The sizes that follow from a shape and the choice of what to store. */
export interface Geometry extends PassShape {
  readonly X: number;
  /** V, the tokens of an embedding, whose vectors have X numbers; 0 without one. */
  readonly vocabulary: number;
  readonly H: number;
  readonly H4: number;
  readonly L: number;
  readonly D: number;
  readonly W: number;
  /** Dense layers before the recurrent ones and behind them; no head in a pass without targets. */
  readonly stem: readonly DenseLayer[];
  readonly head: readonly DenseLayer[];
  /** What the loss reads of a sequence: `last` where a loss at every step, or no loss, leaves nothing to pool. */
  readonly pooling: RecurrentSpec["pooling"];
  /** Numbers that the readout, or without one the loss, reads. */
  readonly features: number;
  /** Rows of ∂L/∂x of a level or of the stem. */
  readonly belowRows: number;
  readonly P: number;
  readonly F: number;
  readonly C: number;
  readonly chunks: number;
  readonly stored: number;
  readonly cell: CoreCell;
  /** Rows of one product with W_ih or W_hh, and of ∂L/∂a. */
  readonly R: number;
  readonly deltaRows: number;
  readonly stateRows: number;
  /** Columns of W_hh: H, or none where no matrix leads from h to h. */
  readonly recurrentColumns: number;
  /** Rows a step hands back: by the weights, and by the direct route where there is one. */
  readonly carryRows: number;
  /** The most steps any layer's carry waits. */
  readonly mostDilation: number;
  /** [N], bottom first, forward before reversed. */
  readonly layers: readonly PlannedLayer[];
  readonly streams: readonly StreamName[];
  /** Sweeps of windows behind the streams: of the truncated gradient, and of single losses. */
  readonly truncations: readonly Sweep[];
  readonly credits: readonly Sweep[];
}

function geometry(shape: PassShape, recompute: boolean): Geometry {
  const { spec, B, T, options } = shape;
  const D = spec.bidirectional ? 2 : 1;
  // √T steps between checkpoints balance what is kept of the whole against what is kept of a chunk (Chen et al. 2016)
  const ideal = recompute ? Math.ceil(Math.sqrt(T)) : D > 1 || shape.keepDeltas === true ? T : CHUNK;
  // weight gradients are summed over aligned blocks of steps: a chunk is whole blocks
  const C = Math.ceil(Math.min(ideal, T) / BLOCK) * BLOCK;
  const P = Math.ceil(B / 8);
  const H = spec.hidden;
  const H4 = pad4(H);
  const X = spec.embedding?.size ?? shape.sizes.inputs;
  const cell = coreCell(spec);
  const layers = Array.from({ length: spec.layers * D }, (_, n): PlannedLayer => {
    const level = Math.floor(n / D);
    const reverse = n % D === 1;
    const dilation = typeof spec.dilation === "number" ? spec.dilation : spec.dilation[level];
    return {
      dilation,
      history: Math.max(dilation, spec.timeSkip?.steps ?? 0),
      suffix: `l${level}${reverse ? "_reverse" : ""}`,
      level,
      reverse,
      inputs: level === 0 ? (denseLayers("stem", spec.stem, X).at(-1)?.width ?? X) : D * H,
    };
  });
  const W = D * H;
  const stem = denseLayers("stem", spec.stem, X);
  const head = shape.loss === "none" ? [] : denseLayers("head", spec.head, W);
  const single = shape.loss === "none" || shape.lossEvery || (spec.pooling === "final" && D === 1);
  const streams: StreamName[] = ["loss"];
  if (options.probe) streams.push("probe");
  if (options.lastStep && shape.lossEvery) streams.push("lastStep");
  const pooling = single ? "last" : spec.pooling;
  return {
    ...shape,
    X,
    vocabulary: spec.embedding === undefined ? 0 : shape.sizes.inputs,
    H,
    H4,
    L: spec.layers,
    D,
    W,
    stem,
    head,
    pooling,
    features: head.at(-1)?.width ?? W,
    belowRows: pad4(Math.max(W, ...stem.flatMap((layer) => [layer.inputs, layer.width]))),
    P,
    F: options.contributions ? P : 1,
    C,
    chunks: Math.ceil(T / C),
    stored: recompute ? C : T,
    cell,
    R: cell.inputGates.length * H4,
    deltaRows: cell.deltaSlabs * H4,
    stateRows: cell.stateSlabs * H4,
    recurrentColumns: cell.hiddenGates.length > 0 ? H : 0,
    carryRows: ((cell.direct === "none" ? 1 : 2) + (spec.zoneout === undefined ? 0 : cell.stateSlabs)) * H4,
    mostDilation: Math.max(...layers.map(({ dilation }) => dilation)),
    layers,
    streams,
    truncations:
      options.truncate === undefined
        ? []
        : truncationSweeps(T, shape.lossEvery || pooling !== "last", options.truncate),
    credits: options.creditStride === undefined ? [] : creditSweeps(T, options.creditStride, D > 1),
  };
}

/** Whether ∂L/∂x is measured: where it is asked for, of a network that has inputs. */
export const wantsInput = ({ options, X }: Geometry): boolean =>
  options.inputGradient !== undefined && options.inputGradient !== false && X > 0;

/** Whether a level's ∂L/∂x is wanted: by the level below, by a stem, an embedding, or for its norm. */
export const handsDown = (g: Geometry, level: number): boolean =>
  level > 0 || g.vocabulary > 0 || g.stem.length > 0 || wantsInput(g);

/** Whether random masks take part. */
export const hasMasks = ({ spec }: Pick<Geometry, "spec">): boolean =>
  masksInputs({ spec }) || spec.recurrentDropout !== undefined || spec.zoneout !== undefined;

/** Whether what levels are given goes through a mask. */
export const masksInputs = ({ spec }: Pick<Geometry, "spec">): boolean =>
  (spec.dropout ?? spec.variationalDropout) !== undefined;

/** Sets of Gradient records: the pass's own, and those of the truncated gradient. */
export const gradientSets = ({ truncations }: Geometry): number => (truncations.length > 0 ? 2 : 1);

/**
 * The memory of one pass. Every state is stored where that fits into `limit`; otherwise one in every √T, and the steps
 * between are computed a second time on the way back. Both directions of a level need all of the level below, so a
 * bidirectional pass stores all.
 */
export function planRecurrent(
  engine: Engine,
  shape: PassShape,
  limit: number,
): { plan: MemoryPlan; geometry: Geometry } {
  const whole = geometry(shape, false);
  const plan = layOut(engine, whole);
  if (plan.bytes <= limit || shape.T <= BLOCK || whole.D > 1) return { plan, geometry: whole };
  const parts = geometry(shape, true);
  return { plan: layOut(engine, parts), geometry: parts };
}

function layOut(engine: Engine, g: Geometry): MemoryPlan {
  const { H, H4, L, D, W, P, F, C, T, B, R, deltaRows, stateRows, recurrentColumns: columns, cell, stored, chunks } = g;
  const N = L * D;
  const Y = g.sizes.outputs ?? 0;
  const plan = new PlanBuilder();
  // contributions pair every sample with every other: the states and ∂L/∂a of each panel must outlive its pass
  const steps = g.options.contributions || g.keepDeltas === true ? "panel" : "working";
  plan.add("pass", "record", [TIME_PASS.size], "i32");
  plan.add("layers", "record", [N, LAYER.size], "i32");
  const inner = cell.innerAt !== undefined;
  // of every layer, of the readout, and of every layer's inner matrix
  const records = N + 1 + (inner ? N : 0) + g.stem.length + g.head.length;
  plan.add("gradients", "gradient", [records, gradientSets(g), F + 1, GRADIENT.size], "i32");
  plan.add("streams", "record", [g.streams.length + g.truncations.length + g.credits.length, STREAM.size], "i32");
  plan.add("inputs", "batch", [P, T, g.X, 8]);
  plan.add("lengths", "batch", [P, 8], "i32");
  plan.add("lossScales", "batch", [P]);
  if (g.vocabulary > 0) addEmbedding(plan, g);
  if (hasMasks(g)) {
    plan.add("dropout", "record", [DROPOUT.size], "i32");
    addMasks(plan, P, 3);
    plan.add("zoneoutWork", "working", [3, H4, 8]);
  }
  const targetSteps = g.lossEvery ? T : 1;
  planLoss(plan, g, P, targetSteps, Y || g.features);
  plan.add("losses", "panel", [P], "f64");
  plan.add("hits", "panel", [P], "i32");
  let scratch = pad4(W) * 8 * 4; // a panel between two sweeps
  for (const { suffix, level, reverse, inputs, history } of g.layers) {
    plan.add(`weight_ih_${suffix}`, "parameters", [(R / H4) * H, inputs]);
    plan.add(`weight_hh_${suffix}`, "parameters", [(R / H4) * H, columns]);
    const depths = cell.forward.map((slab) => operands(slab, inputs, columns)).map(({ kx, kh }) => kx + kh);
    plan.add(`forwardTiles_${suffix}`, "parameters", [H4 / 4, depths.reduce((sum, depth) => sum + depth, 0), 4]);
    plan.add(`vectors_${suffix}`, "parameters", [cell.vectorSlabs, H4]);
    if (recurrentSlope(g.spec) !== undefined) plan.add(`vectorSlopes_${suffix}`, "parameters", [H + 1], "f64");
    plan.add(`bias_${suffix}`, "parameters", [cell.forward.length * H4]);
    plan.add(`hiddenTiles_${suffix}`, "parameters", [columns > 0 ? H4 / 4 : 0, R, 4]);
    if (handsDown(g, level)) plan.add(`inputTiles_${suffix}`, "parameters", [pad4(inputs) / 4, R, 4]);
    plan.add(`states_${suffix}`, steps, [F, stored + history, stateRows, 8]);
    // where W_hh has a second operand, the contributions read it from the tape
    plan.add(`tape_${suffix}`, cell.innerGate === undefined ? "working" : steps, [F, stored, cell.tapeSlabs * H4, 8]);
    if (stored < T) plan.add(`checkpoints_${suffix}`, "working", [F, chunks, history, stateRows, 8]);
    if (!reverse && (D > 1 || (masksInputs(g) && level < L - 1))) {
      plan.add(`joined_${suffix}`, "working", [F, stored, W, 8]);
    }
    if (g.spec.recurrentDropout !== undefined) plan.add(`operands_${suffix}`, steps, [F, stored, H4, 8]);
    plan.add(`deltas_${suffix}`, steps, [F, C, deltaRows, 8]);
    plan.add(`deltaExponents_${suffix}`, steps, [F, C, 8], "i32");
    addGradients(plan, suffix, F, R, deltaRows, inputs, columns);
    if (g.truncations.length > 0) addGradients(plan, `truncated.${suffix}`, F, R, deltaRows, inputs, columns);
    if (inner) {
      plan.add(`weight_inner_${suffix}`, "parameters", [H, H]);
      plan.add(`innerTiles_${suffix}`, "parameters", [H4 / 4, H4, 4]);
      addGradients(plan, `inner.${suffix}`, F, H4, deltaRows, 0, H);
      if (g.truncations.length > 0) addGradients(plan, `truncated.inner.${suffix}`, F, H4, deltaRows, 0, H);
    }
    scratch = Math.max(scratch, engine.core.gradientScratch(deltaRows, inputs, H), (R + pad4(inputs)) * 32);
    if (g.options.contributions) scratch = Math.max(scratch, engine.core.contributionScratch(P, Math.max(R, H)));
  }
  if (Y > 0) {
    plan.add("readout.weight", "parameters", [Y, g.features]);
    plan.add("readoutTiles", "parameters", [pad4(Y) / 4, g.features, 4]);
    plan.add("readoutBias", "parameters", [pad4(Y)]);
    plan.add("readoutBack", "parameters", [pad4(g.features) / 4, Y, 4]);
    addGradients(plan, "readout", F, pad4(Y), pad4(Y), g.features, 0);
    scratch = Math.max(scratch, engine.core.gradientScratch(pad4(Y), g.features, 0));
  }
  scratch = Math.max(scratch, planDense(engine, plan, g));
  plan.add("injection", "working", [C, pad4(W), 8]);
  plan.add("outputDeltas", "working", [C, pad4(Y || g.features), 8]);
  plan.add("outputExponents", "working", [C, 8], "i32");
  plan.add("outputSquares", "sample", [B], "f64");
  plan.add("outputFrames", "sample", [B], "i32");
  if (L > 1 || g.stem.length > 0) {
    plan.add("below", "working", [D, C, g.belowRows, 8]);
    plan.add("belowExponents", "working", [D, C, 8], "i32");
  }
  if (wantsInput(g)) {
    plan.add("inputDelta", "working", [D > 1 ? T : 1, pad4(g.X), 8]);
    plan.add("inputDeltaExponents", "working", [D > 1 ? T : 1, 8], "i32");
    plan.add("inputSquares", "sample", [T, B], "f64");
    plan.add("inputFrames", "sample", [T, B], "i32");
    if (g.options.inputGradient === "columns") {
      plan.add("inputColumns", "panel", [P, g.X], "f64");
      plan.add("inputColumnFrames", "panel", [P], "i32");
    }
  }
  for (const name of g.streams) {
    plan.add(`${name}.carry`, "working", [F, N, g.mostDilation, g.carryRows, 8]);
    plan.add(`${name}.carryExponents`, "working", [F, N, g.mostDilation, 8], "i32");
    addSkips(plan, g, name, 1);
    plan.add(`${name}.exponents`, "sample", [N, T, B], "i32");
    for (const part of measured(g)) plan.add(`${name}.${part}`, "sample", [N, T, B], "f64");
  }
  addSweeps(plan, g);
  if (g.options.probe) plan.add("cotangent", "batch", [P, pad4(W), 8]);
  if (cell.forgetAt !== undefined) plan.add("gates", "sum", [N, T], "f64");
  if (g.options.contributions) {
    plan.add("contributions", "working", [N, T], "f64");
    plan.add("contributionExponents", "working", [N, T], "i32");
  }
  if (g.withState === true) {
    plan.add("initial", "batch", [P, N, stateRows, 8]);
    plan.add("final", "panel", [P, N, stateRows, 8]);
    plan.add("initialGradient", "panel", [P, N, stateRows, 8]);
    plan.add("initialExponents", "panel", [P, N, 8], "i32");
  }
  plan.add("scratch", "working", [512 + scratch / 4]);
  return plan.done();
}

/**
 * Who reads the tokens' vectors: each direction of the first level, or a stem's first layer; and the numbers of a
 * token's column: the rows of its ∂L/∂a, or X where a mask lies between the table and the first level.
 */
export const tokenReaders = ({ D, R, X, stem, spec }: Geometry): { readonly readers: number; readonly rows: number } =>
  stem.length > 0
    ? { readers: 1, rows: pad4(stem[0].width) }
    : { readers: D, rows: spec.variationalDropout === undefined ? R : X };

/** The table [V, X], the tokens, and the sums of ∂L/∂a by token. */
function addEmbedding(plan: PlanBuilder, g: Geometry): void {
  const { vocabulary: V, X, P, T, F } = g;
  const { readers, rows } = tokenReaders(g);
  plan.add("embedding", "record", [EMBEDDING.size], "i32");
  plan.add("tokens", "batch", [P, T, 8], "i32");
  plan.add("embeddingTable", "parameters", [V, X]);
  plan.add("tokenSums", "gradient", [readers, F + 1, V, rows], "f64");
  plan.add("tokenExponents", "gradient", [readers, F + 1, V], "i32");
  plan.add("embeddingGradient", "working", [V, X]);
}

/** The truncated sweeps' one profile, and a profile of each credit sweep. */
function addSweeps(plan: PlanBuilder, g: Geometry): void {
  const { truncations, credits, F, T, B, H4, mostDilation, carryRows } = g;
  const N = g.layers.length;
  const addCarries = (name: string, sweeps: number) => {
    plan.add(`${name}.carry`, "working", [sweeps, F, N, mostDilation, carryRows, 8]);
    plan.add(`${name}.carryExponents`, "working", [sweeps, F, N, mostDilation, 8], "i32");
    addSkips(plan, g, name, sweeps);
  };
  if (truncations.length > 0) {
    addCarries("truncated", truncations.length);
    plan.add("truncated.total", "sample", [N, T, B], "f64");
    plan.add("truncated.exponents", "sample", [N, T, B], "i32");
  }
  if (truncations.length > 1) {
    plan.add("truncated.sum", "working", [N, BLOCK, H4, 8]);
    plan.add("truncated.sumExponents", "working", [N, BLOCK, 8], "i32");
  }
  if (credits.length > 0) {
    addCarries("credit", credits.length);
    plan.add("credit.sum", "working", [g.C], "f64");
    plan.add("credit.sumExponents", "working", [g.C], "i32");
    plan.add("credit.profile", "profile", [credits.length, T], "f64");
    plan.add("credit.profileExponents", "profile", [credits.length, T], "i32");
  }
}

/** What waits for the step s before, in layers with a skip over time. */
function addSkips(plan: PlanBuilder, { spec, F, H4, layers }: Geometry, name: string, sweeps: number): void {
  if (spec.timeSkip === undefined) return;
  plan.add(`${name}.skip`, "working", [sweeps, F, layers.length, spec.timeSkip.steps, H4, 8]);
  plan.add(`${name}.skipExponents`, "working", [sweeps, F, layers.length, spec.timeSkip.steps, 8], "i32");
}

/**
 * Squared norms at every step of every layer and sample: fields of `Stream` in assembly/records/pass.ts, whose comments
 * define them. A new one is a row here, its condition in `measured`, and the code that stores it.
 */
export const MEASURED = [
  "total",
  "cell",
  "gate",
  "normed",
  "carried",
  "direct",
  "skipped",
  "injected",
  "carriedWhole",
  "aboveWhole",
  "updated",
  "kept",
  "carriedOpen",
  "directOpen",
  "injectedOpen",
] as const;
export type Measured = (typeof MEASURED)[number];

/** Which norms a stream of this pass has. */
export function measured({ cell, options, spec }: Geometry): Measured[] {
  const parts: Measured[] = ["total"];
  if (cell.direct === "cell") parts.push("cell");
  if (!options.ledger) return parts;
  if (cell.gated) parts.push("gate");
  if (cell.gated && spec.norm === "layer") parts.push("normed");
  if (cell.direct !== "none") parts.push("direct");
  if (spec.timeSkip !== undefined) parts.push("skipped");
  parts.push("carried", "injected");
  if (spec.recurrentDropout !== undefined) parts.push("carriedWhole");
  if (masksInputs({ spec }) && spec.layers > 1) parts.push("aboveWhole");
  if (spec.zoneout !== undefined) {
    parts.push("kept");
    if (cell.direct === "cell") parts.push("carriedOpen", "directOpen", "injectedOpen");
    else parts.push("updated");
  }
  return parts;
}
