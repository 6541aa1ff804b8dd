import { EvanesceError } from "../base/errors.ts";

/** Element types of planned tensors. Records are tensors of i32. */
export type ElementType = "f32" | "f64" | "i32";

/**
 * How a tensor's numbers belong to the samples of a batch. Code that splits a pass over workers reads only the role, so
 * a new tensor needs nothing else.
 *
 *     record      sizes and addresses, which the host writes into each copy of the plan
 *     parameters  W and b as the kernels read them: the same for every sample
 *     batch       [P, …] given: a panel's share of inputs, targets, cotangents
 *     sample      […, B] found: numbers of each sample
 *     panel       [P, …] found: numbers of each panel of eight samples
 *     sum         found: added up over the samples, panel by panel
 *     gradient    found: sums with binary frames, which the core adds
 *     profile     found: [S, T] squares with binary frames, which the core adds
 * working not needed after the pass
 */
export type Role = "record" | "parameters" | "batch" | "sample" | "panel" | "sum" | "gradient" | "profile" | "working";

/** One named piece of WASM memory. */
export interface PlannedTensor {
  readonly name: string;
  readonly role: Role;
  readonly type: ElementType;
  /** In elements, row-major. */
  readonly shape: readonly number[];
  /** Bytes from the start of the plan, a multiple of 64. */
  readonly offset: number;
  readonly bytes: number;
  /** Which axis counts steps, of a tensor whose rows the host reads and clears chunk by chunk. */
  readonly stepAxis?: number | undefined;
}

/** All memory of a pass, planned before it runs: named tensors one after the other. */
export interface MemoryPlan {
  readonly tensors: ReadonlyMap<string, PlannedTensor>;
  readonly bytes: number;
}

const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { f32: 4, f64: 8, i32: 4 };
/** A cache line: no two tensors share one. */
const ALIGNMENT = 64;
/**
 * Bytes after a tensor that stay zero: kernels read panels of eight columns, up to seven rows of eight floats past a
 * tensor's end.
 */
const SLACK = 256;

/** Collects tensors in order. */
export class PlanBuilder {
  readonly #tensors = new Map<string, PlannedTensor>();
  #bytes = 0;

  add(name: string, role: Role, shape: readonly number[], type: ElementType = "f32", stepAxis?: number): void {
    const bytes = shape.reduce((product, axis) => product * axis, ELEMENT_BYTES[type]);
    this.#tensors.set(name, { name, role, type, shape, offset: this.#bytes, bytes, stepAxis });
    this.#bytes += Math.ceil((bytes + SLACK) / ALIGNMENT) * ALIGNMENT;
  }

  done(): MemoryPlan {
    return { tensors: this.#tensors, bytes: this.#bytes };
  }
}

export const MIB = 2 ** 20;

/**
 * Refuses a plan above the limit.
 * @throws EvanesceError with the number of bytes that are allowed and needed, the remedy, and the largest tensors
 */
export function requireWithin(plan: MemoryPlan, limit: number, remedy: string): void {
  if (plan.bytes <= limit) return;
  const largest = [...plan.tensors.values()].sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const parts = largest
    .map((tensor) => `${tensor.name} [${tensor.shape.join(", ")}] ${mebibytes(tensor.bytes)}`)
    .join(", ");
  throw new EvanesceError(
    "memory",
    `a plan of at most ${limit} bytes (${mebibytes(limit)})`,
    plan.bytes,
    `${remedy}; of ${mebibytes(plan.bytes)} the largest are ${parts}`,
  );
}

export function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0)} MiB`;
}
