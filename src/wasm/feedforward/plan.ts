import { pad4 } from "../panels.ts";
import { normFacts } from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { layerNorms } from "../../spec/norms.ts";
import { elements, parameterTable } from "../../spec/parameters.ts";
import type { Engine } from "../engine.ts";
import { planLoss } from "../loss.ts";
import { addMasks } from "../masks.ts";
import type { PassOptionsBase, PassShapeBase } from "../pass-shape.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";
import { BINADE_PARTS, BINADES, HEAD } from "../generated/constants.ts";
import { DEPTH_PASS, OPERATION, VALUE } from "../generated/records.ts";
import { CONCATENATION, type Tape, type TapeOperation } from "./tape.ts";

/** The measurements of a pass besides gradients and their norm at every station. */
export interface DepthOptions extends PassOptionsBase {
  readonly statistics: boolean;
}

/** All inputs of the plan. */
export interface DepthShape extends PassShapeBase {
  readonly spec: FeedforwardSpec;
  readonly options: DepthOptions;
  /** The number of samples in the mean loss, if this pass runs only a part of them; default B. */
  readonly meanOver?: number;
  /**
   * For a pass shared by workers: the whole pass, or the samples of one worker, which does not compute the parameters'
   * gradients.
   */
  readonly split?: "whole" | "part" | undefined;
}

/** The advice if the plan does not fit. */
export const DEPTH_REMEDY = "raise the memory limit, or lower batch, width or depth";

/**
 * Plans all memory of a pass over `tape`. Parameters are row-major and have their own names; gradients are named
 * `grad:` and the parameter's name. The tensors that a worker returns stand next to each other.
 */
export function planDepth(engine: Engine, shape: DepthShape, tape: Tape): MemoryPlan {
  const { spec, sizes, B, options } = shape;
  const P = Math.ceil(B / 8);
  const plan = new PlanBuilder();
  const values = new Set(
    tape.operations.flatMap(({ x, y, z, out }) => [x, y, z, out]).filter((value) => value !== null),
  );
  const input = tape.operations[0].x.data.tensor;
  const data = new Set([...values].map((value) => value.data.tensor));
  data.delete(input);
  const rowsOf = (tensor: string) => tape.tensors.get(tensor) as number;
  plan.add("pass", "record", [DEPTH_PASS.size], "i32");
  plan.add("values", "record", [values.size, VALUE.size], "i32");
  plan.add("operations", "record", [tape.operations.length, OPERATION.size], "i32");
  for (const { name, shape: of } of parameterTable(spec, sizes)) plan.add(name, "parameters", [pad4(elements(of))]);
  layerNorms(spec).forEach((norm, l) => {
    if (normFacts(norm).of === "weights") plan.add(`layers.${l}.weight`, "parameters", weightShape(tape, l));
  });
  plan.add(input, "batch", [P, rowsOf(input), 8]);
  const Y = sizes.outputs ?? tape.output.rows;
  planLoss(plan, shape, P, 1, Y);
  if (spec.dropout !== undefined) addMasks(plan, P, 1);
  if (options.probe) plan.add("cotangent", "batch", [P, (tape.stations.at(-1) as { rows: number }).rows, 8]);
  plan.add("numbers", "working", [2], "f64");
  for (const [tensor, rows] of tape.tensors) {
    if (tensor === input || data.has(tensor)) continue;
    const role = tensor === "dinputs" && options.inputGradient === "columns" ? "panel" : "working";
    plan.add(tensor, role, [P, rows, 8]);
    plan.add(`${tensor}.exponents`, role, tensor === CONCATENATION ? [spec.depth, P, 8] : [P, 8], "i32");
  }
  if (tape.tensors.has(CONCATENATION)) plan.add("partSizes", "record", [spec.depth], "i32");
  plan.add("gradientExponents", "gradient", [tape.operations.length, 4], "i32");
  let scratch = 0;
  tape.operations.forEach((operation, i) => {
    const { code, x, out } = operation;
    if (shape.split !== "part") addGradients(plan, operation, i);
    else if (code === "dense") addTiles(plan, operation, i);
    if (code === "dense")
      scratch = Math.max(scratch, (x.rows + 4) * 32 + engine.core.denseScratch(out.rows, x.rows, B));
    else {
      const highway = code === "highway" ? 3 : 1;
      const isActivation = code === "activation" || code === "prelu";
      // φ' is counted afterwards; any other tape is an operand of a parameter's gradient
      const kept = (isActivation ? options.statistics : operation.weight !== null) ? "panel" : "working";
      if (code !== "join" && code !== "dropout") plan.add(`tape:${i}`, kept, [P, out.rows * highway, 8]);
      if (code === "batch") plan.add(`statistics:${i}`, "working", [out.rows + 1]);
      if (code === "layer" || code === "rms") plan.add(`statistics:${i}`, "working", [P, 8]);
      scratch = Math.max(scratch, P * (out.rows + 4) * 32); // batch norm keeps a copy of every panel
    }
  });
  if (shape.split !== undefined) tape.operations.forEach((operation, i) => void addKept(plan, operation, i, P));
  for (const tensor of data) plan.add(tensor, "panel", [P, rowsOf(tensor), 8]);
  plan.add("losses", "panel", [P], "f64");
  plan.add("hits", "panel", [P], "i32");
  const streams = options.probe ? 2 : 1;
  plan.add("squares", "sample", [streams, tape.slots, B], "f64");
  plan.add("exponents", "sample", [streams, tape.slots, B], "i32");
  if (options.statistics) plan.add("entries", "sum", [spec.depth, 2], "f64");
  if (options.half === true) plan.add("magnitudes", "sum", [spec.depth, BINADES, BINADE_PARTS], "i32");
  const normed = tape.operations.filter(({ code }) => code === "batch").map(({ out }) => out.rows);
  if (normed.length > 0) plan.add("partials", "working", [panelsOfAll(shape) + 1, Math.max(...normed), 4], "f64");
  plan.add("scratch", "working", [HEAD / 4 + scratch / 4 + 64]);
  return plan.done();
}

/** Panels of the whole batch. */
export const panelsOfAll = ({ B, meanOver = B }: DepthShape): number => Math.ceil(meanOver / 8);

/** Memory for W packed in tiles of four rows, for the forward and the backward pass. */
function addTiles(plan: PlanBuilder, { x, out }: TapeOperation, i: number): void {
  plan.add(`tiles:${i}`, "working", [pad4(out.rows) / 4, x.rows, 4]);
  if (x.gradient !== null) plan.add(`backTiles:${i}`, "working", [pad4(x.rows) / 4, out.rows, 4]);
}

/** Memory for the ∂L/∂out from which the gradients of operation i's parameters are computed. */
export function addKept(plan: PlanBuilder, { weight, out }: TapeOperation, i: number, P: number): void {
  if (weight === null) return;
  plan.add(`kept:${i}`, "panel", [P, pad4(out.rows), 8]);
  plan.add(`kept:${i}.exponents`, "panel", [P, 8], "i32");
}

/** Memory for the gradients of operation i's parameters. */
export function addGradients(plan: PlanBuilder, { code, weight, x, out }: TapeOperation, i: number): void {
  if (weight === null) return;
  const one = code === "join" || code === "prelu";
  plan.add(
    `grad:${i}.weight`,
    "gradient",
    code === "dense" ? [Math.ceil(x.rows / 8), pad4(out.rows), 8] : [pad4(one ? 1 : out.rows)],
  );
  plan.add(`grad:${i}.bias`, "gradient", [pad4(out.rows)]);
}

function weightShape(tape: Tape, l: number): number[] {
  const { x, out } = tape.operations[tape.layers[l]];
  return [out.rows, x.rows];
}
