import { BLOCK } from "../generated/constants.ts";
import type { PlanBuilder } from "../plan.ts";
import { stepAxis } from "./host-rows.ts";
import { type Geometry, masksInputs, type PlannedLayer, type StreamName } from "./geometry.ts";

/* The memory of a backward sweep, a `Stream` in assembly/records/pass.ts: tensors have the names of its fields. */

/**
 * Squared norms at every step of every layer and sample, as the record's comments define them. A new one is a row here,
 * its condition in `measuredOf`, and the code that stores it.
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

/** The norms that a stream of this pass has: those of any layer. */
export function measured({ layers, options }: Geometry): Measured[] {
  const all = new Set(layers.flatMap((layer) => measuredOf(layer, options)));
  return MEASURED.filter((part) => all.has(part));
}

/** The norms that it has of one layer. */
export function measuredOf({ cell, spec }: PlannedLayer, options: Geometry["options"]): Measured[] {
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

/** Plans a sweep over the whole sequence. */
export function addStream(plan: PlanBuilder, g: Geometry, name: StreamName): void {
  const { layers, F, B, mostDilation, mostCarryRows, measured: rows } = g;
  const N = layers.length;
  plan.add(`${name}.carry`, "working", [F, N, mostDilation, mostCarryRows, 8]);
  plan.add(`${name}.carryExponents`, "working", [F, N, mostDilation, 8], "i32");
  addSkips(plan, g, name, 1);
  plan.add(`${name}.exponents`, "sample", [N, rows, B], "i32", stepAxis(g, 1));
  for (const part of measured(g)) plan.add(`${name}.${part}`, "sample", [N, rows, B], "f64", stepAxis(g, 1));
}

/** Plans the one profile of the truncated sweeps, and a profile for each credit sweep. */
export function addPartialSweeps(plan: PlanBuilder, g: Geometry): void {
  const { truncations, credits, F, T, B, mostRows, mostDilation, mostCarryRows } = g;
  const N = g.layers.length;
  const addCarries = (name: string, sweeps: number) => {
    plan.add(`${name}.carry`, "working", [sweeps, F, N, mostDilation, mostCarryRows, 8]);
    plan.add(`${name}.carryExponents`, "working", [sweeps, F, N, mostDilation, 8], "i32");
    addSkips(plan, g, name, sweeps);
  };
  if (truncations.length > 0) {
    addCarries("truncated", truncations.length);
    plan.add("truncated.total", "sample", [N, g.measured, B], "f64", stepAxis(g, 1));
    plan.add("truncated.exponents", "sample", [N, g.measured, B], "i32", stepAxis(g, 1));
  }
  if (truncations.length > 1) {
    plan.add("truncated.sum", "working", [N, BLOCK, mostRows, 8]);
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

/**
 * Plans the memory of gradients that wait until the sweep reaches the step s before, in layers with a skip over time.
 */
function addSkips(plan: PlanBuilder, { spec, F, mostRows, layers }: Geometry, name: string, sweeps: number): void {
  if (spec.timeSkip === undefined) return;
  plan.add(`${name}.skip`, "working", [sweeps, F, layers.length, spec.timeSkip.steps, mostRows, 8]);
  plan.add(`${name}.skipExponents`, "working", [sweeps, F, layers.length, spec.timeSkip.steps, 8], "i32");
}
