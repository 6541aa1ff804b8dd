import { operands, recurrentSlope } from "../../catalogue/index.ts";
import type { Engine } from "../engine.ts";
import { BINADE_PARTS, BINADES, BLOCK } from "../generated/constants.ts";
import { DROPOUT, EMBEDDING, GRADIENT, LAYER, STREAM, TIME_PASS } from "../generated/records.ts";
import { planLoss } from "../loss.ts";
import { addMasks } from "../masks.ts";
import { pad4 } from "../panels.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";
import { planDense } from "./dense-plan.ts";
import {
  type Geometry,
  geometryOf,
  gradientSets,
  handsDown,
  hasForgetGate,
  hasInner,
  countMasks,
  hasMasks,
  magnitudeStations,
  masksInputs,
  type PassShape,
  type PlannedLayer,
  tokenReaders,
  wantsInput,
} from "./geometry.ts";
import { addGradients } from "./sizes.ts";
import { stepAxis } from "./host-rows.ts";
import { addPartialSweeps, addStream } from "./stream-plan.ts";

/* Letters as in `geometry.ts`. */

/**
 * The memory of one pass. Every state is stored where that fits into `limit`; otherwise one in every √T, and the steps
 * between are computed a second time on the way back. The rows of every step's norms then stay in WASM memory, or the
 * host reads them chunk by chunk: whichever takes less. Both directions of a level need all of the level below, so a
 * bidirectional pass stores all.
 */
export function planRecurrent(
  engine: Engine,
  shape: PassShape,
  limit: number,
): { readonly plan: MemoryPlan; readonly geometry: Geometry; readonly remedy: string } {
  const whole = geometryOf(shape, false);
  const plan = layOut(engine, whole);
  if (plan.bytes <= limit || shape.T <= BLOCK || whole.D > 1) return { plan, geometry: whole, remedy: remedyOf(whole) };
  const choices = (shape.keepRows === true ? [false] : [true, false])
    .map((chunkRows) => geometryOf(shape, true, chunkRows))
    .map((geometry) => ({ plan: layOut(engine, geometry), geometry, remedy: remedyOf(geometry) }));
  return choices.reduce((least, one) => (one.plan.bytes < least.plan.bytes ? one : least));
}

/** The advice if the plan does not fit. */
function remedyOf({ C, D, T, stored, truncations, credits }: Geometry): string {
  const note =
    stored < T
      ? ` (states are already kept only every ${C} steps)`
      : D > 1
        ? " (a bidirectional pass must keep the state of every step)"
        : "";
  const sweeps = truncations.length + credits.length;
  const what = `batch, hidden${sweeps > 8 ? `, steps, or k2/k1 and the losses of credit: ${sweeps} sweeps` : " or steps"}`;
  return `raise the memory limit, or lower ${what}${note}`;
}

function layOut(engine: Engine, g: Geometry): MemoryPlan {
  const { L, D, W, P, F, C, T, B } = g;
  const N = L * D;
  const Y = g.sizes.outputs ?? 0;
  const plan = new PlanBuilder();
  plan.add("pass", "record", [TIME_PASS.size], "i32");
  plan.add("layers", "record", [g.weights.length, LAYER.size], "i32");
  // one for every layer, for the readout, for every layer's inner matrix, and for the layers of stem and head
  const records = g.weights.length * (hasInner(g) ? 2 : 1) + 1 + g.stem.length + g.head.length;
  plan.add("gradients", "gradient", [records, gradientSets(g), F + 1, GRADIENT.size], "i32");
  plan.add("streams", "record", [g.streams.length + g.truncations.length + g.credits.length, STREAM.size], "i32");
  if (g.inputRows) {
    plan.add("inputRows", "batch", [T, B, g.X]);
    plan.add("inputs", "working", [C, g.X, 8]);
  } else plan.add("inputs", "batch", [P, T, g.X, 8]);
  plan.add("order", "batch", [P, 8], "i32");
  plan.add("lengths", "batch", [P, 8], "i32");
  plan.add("lossScales", "batch", [P]);
  if (g.vocabulary > 0) addEmbedding(plan, g);
  if (hasMasks(g)) {
    plan.add("dropout", "record", [DROPOUT.size], "i32");
    addMasks(plan, P, countMasks(g));
    plan.add("zoneoutWork", "working", [3, g.mostRows, 8]);
  }
  planLoss(plan, g, P, g.lossEvery ? T : 1, Y || g.features);
  plan.add("losses", "panel", [P], "f64");
  plan.add("hits", "panel", [P], "i32");
  const scratch = Math.max(
    pad4(W) * 8 * 4, // for a panel between two sweeps
    ...g.layers.map((layer) => addSteps(engine, plan, g, layer)),
    ...g.weights.map((layer) => addWeights(engine, plan, g, layer)),
    Y > 0 ? addReadout(engine, plan, g, Y) : 0,
    planDense(engine, plan, g),
  );
  plan.add("injection", "working", [C, pad4(W), 8]);
  plan.add("outputDeltas", "working", [C, pad4(Y || g.features), 8]);
  plan.add("outputExponents", "working", [C, 8], "i32");
  plan.add("outputSquares", "sample", [B], "f64");
  plan.add("outputFrames", "sample", [B], "i32");
  if (L > 1 || g.stem.length > 0) {
    plan.add("below", "working", [D, C, g.belowRows, 8]);
    plan.add("belowExponents", "working", [D, C, 8], "i32");
  }
  if (wantsInput(g)) addInputGradient(plan, g);
  for (const name of g.streams) addStream(plan, g, name);
  addPartialSweeps(plan, g);
  if (g.options.probe) plan.add("cotangent", "batch", [P, pad4(W), 8]);
  if (hasForgetGate(g)) plan.add("gates", "sum", [N, g.measured], "f64", stepAxis(g, 1));
  if (g.options.contributions) {
    plan.add("contributions", "working", [N, g.measured], "f64", stepAxis(g, 1));
    plan.add("contributionExponents", "working", [N, g.measured], "i32", stepAxis(g, 1));
  }
  if (g.options.half === true) {
    plan.add("magnitudes", "sum", [magnitudeStations(g), BINADES, BINADE_PARTS], "i32");
  }
  if (g.withState === true) {
    plan.add("initial", "batch", [P, N, g.mostStateRows, 8]);
    plan.add("final", "panel", [P, N, g.mostStateRows, 8]);
    plan.add("initialGradient", "panel", [P, N, g.mostStateRows, 8]);
    plan.add("initialExponents", "panel", [P, N, 8], "i32");
    if (g.truncations.length > 0) {
      plan.add("truncated.initialGradient", "panel", [P, N, g.mostStateRows, 8]);
      plan.add("truncated.initialExponents", "panel", [P, N, 8], "i32");
    }
  }
  plan.add("scratch", "working", [512 + scratch / 4]);
  return plan.done();
}

/** Plans the weights of one layer, packed, and their gradients. Returns the bytes of scratch they need. */
function addWeights(engine: Engine, plan: PlanBuilder, g: Geometry, layer: PlannedLayer): number {
  const { weights, level, inputs, spec, cell, H, H4, R, deltaRows, outputs, recurrentColumns: columns } = layer;
  plan.add(`weight_ih_${weights}`, "parameters", [(R / H4) * H, inputs]);
  plan.add(`weight_hh_${weights}`, "parameters", [(R / H4) * H, columns]);
  const depths = cell.forward.map((slab) => operands(slab, inputs, columns)).map(({ kx, kh }) => kx + kh);
  plan.add(`forwardTiles_${weights}`, "parameters", [H4 / 4, depths.reduce((sum, depth) => sum + depth, 0), 4]);
  plan.add(`vectors_${weights}`, "parameters", [cell.vectorSlabs, H4]);
  if (recurrentSlope(spec) !== undefined) plan.add(`vectorSlopes_${weights}`, "parameters", [H + 1], "f64");
  plan.add(`bias_${weights}`, "parameters", [cell.forward.length * H4]);
  plan.add(`hiddenTiles_${weights}`, "parameters", [columns > 0 ? pad4(outputs) / 4 : 0, R, 4]);
  if (handsDown(g, level)) plan.add(`inputTiles_${weights}`, "parameters", [pad4(inputs) / 4, R, 4]);
  if (cell.innerAt !== undefined) {
    const projects = spec.projection !== undefined;
    plan.add(`weight_inner_${weights}`, "parameters", [outputs, H]);
    plan.add(`innerTiles_${weights}`, "parameters", [H4 / 4, projects ? outputs : H4, 4]);
    if (projects) plan.add(`projectionTiles_${weights}`, "parameters", [pad4(outputs) / 4, H, 4]);
  }
  for (const set of g.truncations.length > 0 ? ["", "truncated."] : [""]) {
    addGradients(plan, `${set}${weights}`, g.F, R, deltaRows, inputs, columns);
    if (cell.innerAt !== undefined) addGradients(plan, `${set}inner.${weights}`, g.F, pad4(outputs), deltaRows, 0, H);
  }
  return engine.core.gradientScratch(deltaRows, inputs, H);
}

/** Plans the steps of one layer: states, tape, ∂L/∂a. Returns the bytes of scratch they need. */
function addSteps(engine: Engine, plan: PlanBuilder, g: Geometry, layer: PlannedLayer): number {
  const { L, D, P, F, C, T, stored, chunks } = g;
  const { suffix, level, reverse, inputs, history, cell, H, H4, R, deltaRows, stateRows, outputs } = layer;
  // contributions combine every sample with every other, so the states and ∂L/∂a of each panel are needed after its
  // pass
  const steps = g.options.contributions || g.keepDeltas === true ? "panel" : "working";
  plan.add(`states_${suffix}`, steps, [F, stored + history, stateRows, 8]);
  // if W_hh has a second operand, the contributions read it from the tape
  plan.add(`tape_${suffix}`, cell.innerGate === undefined ? "working" : steps, [F, stored, cell.tapeSlabs * H4, 8]);
  if (stored < T) plan.add(`checkpoints_${suffix}`, "working", [F, chunks, history, stateRows, 8]);
  if (!reverse && (D > 1 || (masksInputs(g) && level < L - 1))) {
    plan.add(`joined_${suffix}`, "working", [F, stored, D * outputs, 8]);
  }
  if (g.spec.recurrentDropout !== undefined) plan.add(`operands_${suffix}`, steps, [F, stored, pad4(outputs), 8]);
  plan.add(`deltas_${suffix}`, steps, [F, C, deltaRows, 8]);
  plan.add(`deltaExponents_${suffix}`, steps, [F, C, 8], "i32");
  return Math.max(
    (R + pad4(inputs)) * 32,
    g.options.contributions ? engine.core.contributionScratch(P, Math.max(R, H)) : 0,
  );
}

/** Plans the readout [Y, features]; returns the bytes of scratch it needs. */
function addReadout(engine: Engine, plan: PlanBuilder, { F, features }: Geometry, Y: number): number {
  plan.add("readout.weight", "parameters", [Y, features]);
  plan.add("readoutTiles", "parameters", [pad4(Y) / 4, features, 4]);
  plan.add("readoutBias", "parameters", [pad4(Y)]);
  plan.add("readoutBack", "parameters", [pad4(features) / 4, Y, 4]);
  addGradients(plan, "readout", F, pad4(Y), pad4(Y), features, 0);
  return engine.core.gradientScratch(pad4(Y), features, 0);
}

/** Plans ∂L/∂x, its norm at every step, and on request its norm in every column. */
function addInputGradient(plan: PlanBuilder, g: Geometry): void {
  const { D, T, B, P, X, options, measured } = g;
  plan.add("inputDelta", "working", [D > 1 ? T : 1, pad4(X), 8]);
  plan.add("inputDeltaExponents", "working", [D > 1 ? T : 1, 8], "i32");
  plan.add("inputSquares", "sample", [measured, B], "f64", stepAxis(g, 0));
  plan.add("inputFrames", "sample", [measured, B], "i32", stepAxis(g, 0));
  if (options.inputGradient !== "columns") return;
  plan.add("inputColumns", "panel", [P, X], "f64");
  plan.add("inputColumnFrames", "panel", [P], "i32");
}

/** Plans the table [V, X], the tokens, and the sums by token. */
function addEmbedding(plan: PlanBuilder, g: Geometry): void {
  const { vocabulary: V, X, P, T, F } = g;
  const { readers, rows } = tokenReaders(g);
  const sets = gradientSets(g);
  plan.add("embedding", "record", [EMBEDDING.size], "i32");
  plan.add("tokens", "batch", [P, T, 8], "i32");
  plan.add("embeddingTable", "parameters", [V, X]);
  plan.add("tokenSums", "gradient", [sets, readers, F + 1, V, rows], "f64");
  plan.add("tokenExponents", "gradient", [sets, readers, F + 1, V], "i32");
  plan.add("embeddingGradient", "working", [V, X]);
}
