import { pad4 } from "../panels.ts";
import type { DenseLayer } from "../../spec/dense.ts";
import type { Engine } from "../engine.ts";
import { DENSE } from "../generated/records.ts";
import type { PlanBuilder } from "../plan.ts";
import type { Geometry } from "./geometry.ts";
import { stepAxis } from "./host-rows.ts";
import { addGradients } from "./sizes.ts";

/*
 * The memory of a stem, a head and the pooling of a sequence; letters as in `geometry.ts`.
 */

/** Rows of ∂L/∂a; in a normed layer the rows of γ and β follow. */
export const deltaRowsOf = ({ width, norm }: DenseLayer): number => (norm === "none" ? 1 : 3) * pad4(width);

/** Steps whose norms a head has: every one, or one a sample. */
const headSteps = ({ lossEvery, measured }: Geometry): number => (lossEvery ? measured : 1);

/** Plans stem, head and pooling; returns the bytes of scratch they need. */
export function planDense(engine: Engine, plan: PlanBuilder, g: Geometry): number {
  const { F, C, B, W, stored, measured, stem, head } = g;
  let scratch = 0;
  for (const [layers, places, steps] of [
    [stem, [F, stored], measured],
    [head, [C], headSteps(g)],
  ] as const) {
    for (const layer of layers) {
      const { name, inputs, width, norm, dropout } = layer;
      const [H4, deltaRows] = [pad4(width), deltaRowsOf(layer)];
      const add = (
        part: string,
        ...rest: Parameters<PlanBuilder["add"]> extends [string, ...infer Rest] ? Rest : never
      ) => plan.add(`${name}.${part}`, ...rest);
      add("weight", "parameters", [width, inputs]);
      add("tiles", "parameters", [H4 / 4, inputs, 4]);
      add("backTiles", "parameters", [pad4(inputs) / 4, width, 4]);
      add("bias", "parameters", [H4]);
      add("outputs", "working", [...places, H4, 8]);
      add("slopes", "working", [...places, H4, 8]);
      add("deltas", "working", [C, deltaRows, 8]);
      add("deltaExponents", "working", [C, 8], "i32");
      const axis = steps === 1 ? undefined : stepAxis(g, 0);
      add("total", "sample", [steps, B], "f64", axis);
      add("exponents", "sample", [steps, B], "i32", axis);
      if (g.options.ledger) add("gate", "sample", [steps, B], "f64", axis);
      if (g.options.ledger && dropout !== undefined) add("dropped", "sample", [steps, B], "f64", axis);
      if (norm !== "none") {
        add("gamma", "parameters", [H4]);
        add("beta", "parameters", [H4]);
        add("normals", "working", [...places, H4, 8]);
        add("inverses", "working", [...places, 8]);
        if (g.options.ledger) add("normedSquares", "sample", [steps, B], "f64", axis);
      }
      addGradients(plan, name, F, H4, deltaRows, inputs, 0);
      if (layers === stem && g.truncations.length > 0)
        addGradients(plan, `truncated.${name}`, F, H4, deltaRows, inputs, 0);
      scratch = Math.max(scratch, engine.core.gradientScratch(deltaRows, inputs, 0), (H4 + pad4(inputs)) * 32);
    }
  }
  if (stem.length > 0) {
    plan.add("stem", "record", [stem.length, DENSE.size], "i32");
    plan.add("stemDeltas", "working", [2, g.belowRows, 8]);
    plan.add("stemExponents", "working", [2, 8], "i32");
  }
  if (head.length > 0) {
    plan.add("head", "record", [head.length, DENSE.size], "i32");
    plan.add("headDeltas", "working", [2, headRows(g), 8]);
    plan.add("headExponents", "working", [2, 8], "i32");
  }
  if (g.pooling !== "last") {
    plan.add("pooled", "working", [F, pad4(W), 8]);
    if (g.pooling === "mean") plan.add("pooledSums", "working", [F, pad4(W), 8], "f64");
    if (g.pooling === "max") plan.add("pooledSteps", "working", [F, pad4(W), 8], "i32");
    plan.add("pooledDelta", "working", [F, pad4(W), 8]);
    plan.add("pooledExponents", "working", [F, 8], "i32");
  }
  if (head.length > 0 || g.pooling !== "last") plan.add("injectionExponents", "working", [C, 8], "i32");
  return scratch;
}

export const headRows = ({ head }: Pick<Geometry, "head">): number =>
  pad4(Math.max(0, ...head.map(({ width }) => width)));
