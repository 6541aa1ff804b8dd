import { pad4 } from "../panels.ts";
import type { Read, Write } from "../../parallel/job.ts";
import type { Engine } from "../engine.ts";
import { PlanImage } from "../image.ts";
import { type MemoryPlan, PlanBuilder, type PlannedTensor } from "../plan.ts";
import { HEAD } from "../generated/constants.ts";
import { OPERATION_KIND } from "../generated/kinds.ts";
import { DEPTH_PASS, OPERATION, VALUE } from "../generated/records.ts";
import { bytesOfRecord, writeRecord, zeroRecord } from "../records.ts";
import { addGradients, addKept } from "./plan.ts";
import type { Rows, TapeOperation } from "./tape.ts";

/*
 * Computes the parameters' gradients of some operations of a tape, on a worker. The pass has computed their ∂L/∂out. A
 * small tape with its own memory holds these operations, and computes only their gradients.
 */

/** Operations from ≤ i < to. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
}

/** The plan of a chunk's gradients. It begins `at` bytes after the start of the worker's plan. */
export interface GradientPart {
  readonly chunk: Chunk;
  readonly plan: MemoryPlan;
  readonly at: number;
  /** Address of its pass's record. */
  readonly pass: number;
  readonly records: readonly Write[];
  /** Bytes from its start that the host writes: records, operands, ∂L/∂out. */
  readonly written: number;
  /** The tensors that hold its results, one after the other. */
  readonly results: readonly string[];
  readonly reads: readonly Read[];
}

/** Chunks for each worker, on average: with more than one, the wait for the last is short. */
const CHUNKS = 2;

/** The first `count` operations in chunks of about equal work. */
export function chunksOf(operations: readonly TapeOperation[], count: number, threads: number): Chunk[] {
  const work = operations.slice(0, count).map(({ weight, code, x, out }) => {
    if (weight === null) return 0;
    return out.rows * (code === "dense" ? x.rows : 1);
  });
  const share = work.reduce((sum, own) => sum + own, 0) / (threads * CHUNKS);
  const chunks: Chunk[] = [];
  let [from, sum] = [0, 0];
  work.forEach((own, i) => {
    sum += own;
    if (sum < share * (chunks.length + 1) * (1 - 1e-9) && i < count - 1) return;
    chunks.push({ from, to: i + 1 });
    from = i + 1;
  });
  return chunks.filter((chunk) => operations.slice(chunk.from, chunk.to).some(({ weight }) => weight !== null));
}

/** The operand that is multiplied by ∂L/∂out to give ∂L/∂parameter: `[P][stride][8]`, the first `rows` of it. */
export function operandOf({ code, x, y, out }: TapeOperation, i: number): { rows: number; from: Rows; stride: number } {
  switch (code) {
    case "dense":
    case "prelu":
      return { rows: x.rows, from: x.data, stride: x.data.stride };
    case "join": {
      const { rows, data } = y as NonNullable<typeof y>;
      return { rows, from: data, stride: data.stride };
    }
    default:
      return {
        rows: out.rows,
        from: { tensor: `tape:${i}`, of: "series", stride: out.rows, first: 0 },
        stride: out.rows,
      };
  }
}

/** The plan and the records of a chunk. */
export function planGradients(
  engine: Engine,
  operations: readonly TapeOperation[],
  chunk: Chunk,
  B: number,
  at: number,
): GradientPart {
  const P = Math.ceil(B / 8);
  const all = Array.from({ length: chunk.to - chunk.from }, (_, n) => ({
    i: chunk.from + n,
    of: operations[chunk.from + n],
  }));
  const own = all.filter(({ of }) => of.weight !== null);
  const builder = new PlanBuilder();
  builder.add("pass", "record", [DEPTH_PASS.size], "i32");
  builder.add("values", "record", [own.length, 2, VALUE.size], "i32");
  builder.add("operations", "record", [own.length, OPERATION.size], "i32");
  for (const { i, of } of own) {
    builder.add(`operand:${i}`, "batch", [P, operandOf(of, i).rows, 8]);
    addKept(builder, of, i, P);
  }
  builder.add("gradientExponents", "gradient", [all.length, 4], "i32");
  builder.add("sums", "gradient", [all.length, 2, 3], "f64");
  for (const { i, of } of own) addGradients(builder, of, i);
  const scratch = Math.max(
    ...own.map(({ of: { code, x, out } }) => (code === "dense" ? engine.core.denseScratch(out.rows, x.rows, B) : 0)),
  );
  builder.add("scratch", "working", [HEAD / 4 + scratch / 4 + 64]);
  const plan = builder.done();
  const image = new PlanImage(engine.base + at, plan);
  own.forEach((each, n) => {
    bindGradient(image, each.of, each.i, n, each.i - chunk.from);
  });
  writeRecord(image.i32("pass"), 0, DEPTH_PASS, {
    ...zeroRecord(DEPTH_PASS),
    batch: B,
    panels: P,
    operations: own.length,
    operationRecords: image.address("operations"),
    scratch: image.address("scratch"),
  });
  const results = [...plan.tensors.values()].filter(({ role }) => role === "gradient").map(({ name }) => name);
  const start = (plan.tensors.get(results[0]) as PlannedTensor).offset;
  const last = plan.tensors.get(results[results.length - 1]) as PlannedTensor;
  return {
    chunk,
    plan,
    at,
    pass: image.address("pass"),
    records: image.writes,
    written: start,
    results,
    reads: [{ at: at + start, bytes: last.offset + last.bytes - start }],
  };
}

/** The n-th record of a chunk, for operation i, whose exponent is the e-th. */
function bindGradient(image: PlanImage, operation: TapeOperation, i: number, n: number, e: number): void {
  const { code, kind, factor, out, bias } = operation;
  const values = image.i32("values");
  const valueAt = (which: number) => image.address("values") + (n * 2 + which) * bytesOfRecord(VALUE);
  const operand = image.address(`operand:${i}`);
  const { rows } = operandOf(operation, i);
  const none = { gradient: 0, gradientStride: 0, exponents: 0 };
  writeRecord(values, n * 2, VALUE, { rows, data: operand, stride: rows, ...none });
  writeRecord(values, n * 2 + 1, VALUE, {
    rows: out.rows,
    data: 0,
    stride: 0,
    gradient: image.address(`kept:${i}`),
    gradientStride: pad4(out.rows),
    exponents: image.address(`kept:${i}.exponents`),
  });
  writeRecord(image.i32("operations"), n, OPERATION, {
    ...zeroRecord(OPERATION),
    code: OPERATION_KIND[code],
    kind,
    x: valueAt(0),
    y: valueAt(0),
    out: valueAt(1),
    weightGradient: image.address(`grad:${i}.weight`),
    biasGradient: bias === null ? 0 : image.address(`grad:${i}.bias`),
    gradientExponent: image.address("gradientExponents") + e * 16,
    tape: operand,
    statistics: image.address("sums") + e * 48,
    factor: factor,
  });
}
