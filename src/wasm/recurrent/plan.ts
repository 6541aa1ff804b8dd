import type { Batch } from "../../tasks/batch.ts";
import type { NetworkSizes } from "../../spec/parameters.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import { CELL_LAYOUTS, type CellLayout } from "../cells.ts";
import type { Engine } from "../engine.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";
import { GRADIENT, LAYER, STREAM, TIME_PASS } from "../records.ts";

/*
 * Letters as in assembly/passes/records.ts: B batch · P panels of eight · T steps · C steps of a chunk · L layers · X inputs ·
 * H hidden, H₄ padded to four · Y outputs · F panels in flight.
 */

/** What a pass measures beside the gradient and its norm at every step. */
export interface PassOptions {
  readonly ledger: boolean;
  readonly probe: boolean;
  readonly contributions: boolean;
  /** The profile of the last step's loss alone, where every step has one. */
  readonly lastStep: boolean;
}

/** Everything the plan depends on. */
export interface PassShape {
  readonly spec: RecurrentSpec;
  readonly sizes: NetworkSizes;
  readonly B: number;
  readonly T: number;
  readonly loss: Batch["loss"];
  readonly lossEvery: boolean;
  readonly options: PassOptions;
}

/** Streams by name, in the order of their records. */
export type StreamName = "loss" | "probe" | "lastStep";

/** Steps of one unit of work where every state is stored: 64 · H · 8 floats stay in a second-level cache up to H = 256. */
const CHUNK = 64;
/** Weight gradients are summed over aligned blocks of 16 steps, so a chunk is whole blocks. */
const BLOCK = 16;

export const pad4 = (rows: number) => Math.ceil(rows / 4) * 4;

/** The sizes that follow from a shape and the choice of what to store. */
export interface Geometry extends PassShape {
  readonly X: number;
  readonly H: number;
  readonly H4: number;
  readonly L: number;
  readonly P: number;
  readonly F: number;
  readonly C: number;
  readonly chunks: number;
  readonly stored: number;
  readonly cell: CellLayout;
  readonly streams: readonly StreamName[];
}

function geometry(shape: PassShape, recompute: boolean): Geometry {
  const { spec, B, T, options } = shape;
  // √T steps between checkpoints balance what is kept of the whole against what is kept of a chunk (Chen et al. 2016)
  const ideal = recompute ? Math.ceil(Math.sqrt(T)) : CHUNK;
  const C = Math.ceil(Math.min(ideal, T) / BLOCK) * BLOCK;
  const P = Math.ceil(B / 8);
  const streams: StreamName[] = ["loss"];
  if (options.probe) streams.push("probe");
  if (options.lastStep && shape.lossEvery) streams.push("lastStep");
  return {
    ...shape,
    X: shape.sizes.inputs,
    H: spec.hidden,
    H4: pad4(spec.hidden),
    L: spec.layers,
    P,
    F: options.contributions ? P : 1,
    C,
    chunks: Math.ceil(T / C),
    stored: recompute ? C : T,
    cell: CELL_LAYOUTS[spec.cell],
    streams,
  };
}

/**
 * The memory of one pass. Every state is stored where that fits into `limit`; otherwise one in every √T, and the steps between are
 * computed a second time on the way back.
 */
export function planRecurrent(
  engine: Engine,
  shape: PassShape,
  limit: number,
): { plan: MemoryPlan; geometry: Geometry } {
  const whole = geometry(shape, false);
  const plan = layOut(engine, whole);
  if (plan.bytes <= limit || shape.T <= BLOCK) return { plan, geometry: whole };
  const parts = geometry(shape, true);
  return { plan: layOut(engine, parts), geometry: parts };
}

function layOut(engine: Engine, g: Geometry): MemoryPlan {
  const { X, H, H4, L, P, F, C, T, B, cell, stored, chunks } = g;
  const Y = g.sizes.outputs ?? 0;
  const R = cell.inputGates.length * H4;
  const deltaRows = cell.deltaSlabs * H4;
  const stateRows = cell.stateSlabs * H4;
  const plan = new PlanBuilder();
  plan.add("pass", [TIME_PASS.length], "i32");
  plan.add("layers", [L, LAYER.length], "i32");
  plan.add("gradients", [L + 1, F + 1, GRADIENT.length], "i32");
  plan.add("streams", [g.streams.length, STREAM.length], "i32");
  plan.add("inputs", [P, T, X, 8]);
  const targetSteps = g.lossEvery ? T : 1;
  if (g.loss === "cross_entropy") plan.add("targets", [P, targetSteps, 8], "i32");
  else if (g.loss !== "none") plan.add("targets", [P, targetSteps, Y || H, 8]);
  plan.add("losses", [P], "f64");
  let scratch = 0;
  for (let l = 0; l < L; l++) {
    const inputs = l === 0 ? X : H;
    plan.add(`weight_ih_l${l}`, [(R / H4) * H, inputs]);
    plan.add(`weight_hh_l${l}`, [(R / H4) * H, H]);
    plan.add(`forwardTiles${l}`, [R / 4, inputs + H, 4]);
    plan.add(`bias${l}`, [deltaRows]);
    plan.add(`hiddenTiles${l}`, [H4 / 4, R, 4]);
    if (l > 0) plan.add(`inputTiles${l}`, [H4 / 4, R, 4]);
    plan.add(`states${l}`, [F, stored + 1, stateRows, 8]);
    plan.add(`tape${l}`, [F, stored, cell.tapeSlabs * H4, 8]);
    if (stored < T) plan.add(`checkpoints${l}`, [F, chunks, stateRows, 8]);
    plan.add(`deltas${l}`, [F, C, deltaRows, 8]);
    plan.add(`deltaExponents${l}`, [F, C, 8], "i32");
    addGradients(plan, `l${l}`, F, R, deltaRows, inputs, H);
    scratch = Math.max(scratch, engine.core.gradientScratch(deltaRows, inputs, H));
    if (g.options.contributions) scratch = Math.max(scratch, engine.core.contributionScratch(P, Math.max(R, H)));
  }
  if (Y > 0) {
    plan.add("readout.weight", [Y, H]);
    plan.add("readoutTiles", [pad4(Y) / 4, H, 4]);
    plan.add("readoutBias", [pad4(Y)]);
    plan.add("readoutBack", [H4 / 4, Y, 4]);
    addGradients(plan, "readout", F, pad4(Y), pad4(Y), H, 0);
    scratch = Math.max(scratch, engine.core.gradientScratch(pad4(Y), H, 0));
  }
  plan.add("injection", [C, H4, 8]);
  plan.add("outputDeltas", [C, pad4(Y || H), 8]);
  plan.add("outputExponents", [C, 8], "i32");
  plan.add("outputSquares", [T, B], "f64");
  if (L > 1) {
    plan.add("below", [C, H4, 8]);
    plan.add("belowExponents", [C, 8], "i32");
  }
  for (const name of g.streams) {
    plan.add(`${name}.carry`, [F, L, stateRows, 8]);
    plan.add(`${name}.carryExponents`, [F, L, 8], "i32");
    plan.add(`${name}.total`, [L, T, B], "f64");
    plan.add(`${name}.exponents`, [L, T, B], "i32");
    if (g.options.ledger) {
      plan.add(`${name}.gate`, [L, T, B], "f64");
      plan.add(`${name}.carried`, [L, T, B], "f64");
      plan.add(`${name}.injected`, [L, T, B], "f64");
    }
  }
  if (g.options.probe) plan.add("cotangent", [P, H4, 8]);
  if (g.options.contributions) {
    plan.add("contributions", [L, T], "f64");
    plan.add("contributionExponents", [L, T], "i32");
  }
  plan.add("scratch", [512 + scratch / 4]);
  return plan.done();
}

/** One Gradient record's memory for each panel in flight and the sum behind them. */
function addGradients(
  plan: PlanBuilder,
  name: string,
  F: number,
  R: number,
  deltaRows: number,
  X: number,
  H: number,
): void {
  const floats = (Math.ceil(X / 8) + Math.ceil(H / 8)) * R * 8 + deltaRows;
  plan.add(`${name}.gradientBlock`, [F, floats]);
  plan.add(`${name}.gradientTotal`, [F + 1, floats], "f64");
}
