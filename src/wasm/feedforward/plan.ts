import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { elements, type NetworkSizes, parameterTable } from "../../spec/parameters.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { Engine } from "../engine.ts";
import { type MemoryPlan, PlanBuilder } from "../plan.ts";
import { DEPTH_PASS, OPERATION, VALUE } from "../records.ts";
import type { Tape } from "./tape.ts";

/** What a pass measures beside gradients and their norm at every station. */
export interface DepthOptions {
  readonly ledger: boolean;
  readonly statistics: boolean;
  readonly probe: boolean;
}

/** Everything the plan depends on. */
export interface DepthShape {
  readonly spec: FeedforwardSpec;
  readonly sizes: NetworkSizes;
  readonly B: number;
  readonly loss: Batch["loss"];
  readonly options: DepthOptions;
}

/** The largest of any head, aside and panel a kernel keeps at the start of scratch, in bytes. */
const HEAD = 256;
const pad4 = (rows: number) => Math.ceil(rows / 4) * 4;

/** Every number a pass over `tape` will touch. Parameters lie row-major under their names, gradients as `grad:` and name. */
export function planDepth(engine: Engine, shape: DepthShape, tape: Tape): MemoryPlan {
  const { spec, sizes, B, options } = shape;
  const P = Math.ceil(B / 8);
  const plan = new PlanBuilder();
  const values = new Set(
    tape.operations.flatMap(({ x, y, z, out }) => [x, y, z, out]).filter((value) => value !== null),
  );
  plan.add("pass", [DEPTH_PASS.length], "i32");
  plan.add("values", [values.size, VALUE.length], "i32");
  plan.add("operations", [tape.operations.length, OPERATION.length], "i32");
  for (const { name, shape: of } of parameterTable(spec, sizes)) plan.add(name, [pad4(elements(of))]);
  if (spec.norm === "weight") for (let l = 0; l < spec.depth; l++) plan.add(`layers.${l}.weight`, weightShape(tape, l));
  for (const [tensor, rows] of tape.tensors) {
    plan.add(tensor, [P, rows, 8]);
    plan.add(`${tensor}.exponents`, [P, 8], "i32");
  }
  plan.add("gradientExponents", [tape.operations.length, 4], "i32");
  let scratch = 0;
  tape.operations.forEach((operation, i) => {
    const { code, x, out } = operation;
    if (code === "dense") {
      plan.add(`grad:${i}.weight`, [Math.ceil(x.rows / 8), pad4(out.rows), 8]);
      plan.add(`grad:${i}.bias`, [pad4(out.rows)]);
      scratch = Math.max(scratch, (x.rows + 4) * 32 + engine.core.denseScratch(out.rows, x.rows, B));
    } else {
      const highway = code === "highway" ? 3 : 1;
      if (code !== "join") plan.add(`tape:${i}`, [P, out.rows * highway, 8]);
      if (code === "batch") plan.add(`statistics:${i}`, [out.rows]);
      if (code === "layer" || code === "rms") plan.add(`statistics:${i}`, [P, 8]);
      if (operation.weight !== null) {
        plan.add(`grad:${i}.weight`, [pad4(code === "join" || code === "prelu" ? 1 : out.rows)]);
        plan.add(`grad:${i}.bias`, [pad4(out.rows)]);
      }
      scratch = Math.max(scratch, P * (out.rows + 4) * 32); // batch norm sets every panel aside
    }
  });
  const Y = sizes.outputs ?? tape.output.rows;
  if (shape.loss === "cross_entropy" || shape.loss === "hinge") plan.add("targets", [P, 8], "i32");
  else if (shape.loss !== "none") plan.add("targets", [P, Y, 8]);
  plan.add("losses", [P], "f64");
  plan.add("hits", [P], "i32");
  const streams = options.probe ? 2 : 1;
  plan.add("squares", [streams, tape.slots, B], "f64");
  plan.add("exponents", [streams, tape.slots, B], "i32");
  if (options.probe) plan.add("cotangent", [P, (tape.stations.at(-1) as { rows: number }).rows, 8]);
  if (options.statistics) plan.add("entries", [spec.depth, 2], "f64");
  plan.add("numbers", [2], "f64");
  plan.add("scratch", [HEAD / 4 + scratch / 4 + 64]);
  return plan.done();
}

function weightShape(tape: Tape, l: number): number[] {
  const { x, out } = tape.operations[tape.layers[l]];
  return [out.rows, x.rows];
}
