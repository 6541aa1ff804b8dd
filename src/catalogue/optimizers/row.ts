import { type Field, type Fields, real, type Values } from "../../base/option-fields.ts";
import type { UpdateRuleName } from "../../wasm/generated/kinds.ts";
import type { Coefficients, Slot } from "./coefficients.ts";

/**
 * One optimizer, with the equation, names and defaults of PyTorch, or of the paper where PyTorch has none. A row says
 * which tensors it keeps and which numbers its update takes at step t; the update itself is in `assembly/optimizers/`.
 *
 * θ parameter · g gradient · η learning rate · λ weight decay · t number of the update, from 1. Everything is computed
 * as in a float32 framework, and the coefficients in float64 before they are rounded. So numbers that underflow to zero
 * in such a framework also do so here.
 */
export interface OptimizerRow<F extends Fields = Fields> {
  /** Author, year, place; and PyTorch's class. */
  readonly source: string;
  /** What weight decay does. */
  readonly decay: "g + λ θ" | "θ (1 − η λ)" | "u + λ θ";
  readonly options: F;
  /** Absent where the size of an update follows a whole tensor's norm, or changes during the run. */
  readonly updateSize?: UpdateSize;
  /** The update's rule in the core. */
  readonly rule: UpdateRuleName;
  /** Tensors kept of each parameter, beside it. */
  readonly slots: (options: Values<F>) => readonly Slot[];
  /** Whether the update needs a tensor of scratch. */
  readonly scratch?: boolean;
  /** The first value of a slot, if it is not zero. */
  readonly initial?: (options: Values<F>) => readonly [Slot, number];
  /**
   * @param rate η of this update, from the schedule
   * @param carried numbers carried from update to update, changed in place
   */
  readonly coefficients: (
    options: Values<F>,
    t: number,
    rate: number,
    carried: Record<string, number>,
  ) => Partial<Coefficients>;
}

/**
 * How large the entries of an update are: in proportion to those of the gradient, or about η for every gradient,
 * because the gradient is divided by its own size.
 */
export type UpdateSize = "of the gradient" | "of the rate";

/** Gives the functions of a row the types of its own options; the table holds rows of any options. */
export const optimizer = <F extends Fields>(row: OptimizerRow<F>): OptimizerRow => row as unknown as OptimizerRow;

/** η as an option. */
export const learningRate = (value: number) => real("the learning rate η", value, { least: 0 });
/** λ as an option. */
export const weightDecay = (value = 0) => real("the weight decay λ", value, { least: 0 });
/** ε as an option. */
export const epsilon = (value: number) => real("ε of the denominator", value, { least: 0 });
/** A number from 0 to 1. */
export const share = (what: string, value: number): Field<number> & { default: number } =>
  real(what, value, { least: 0, most: 1 });
