import { type Field, type Fields, real, type Values } from "../../base/option-fields.ts";
import type { UpdateRuleName } from "../../wasm/generated/kinds.ts";
import type { Coefficients, Slot } from "./coefficients.ts";

/**
 * One optimizer: PyTorch's equation, names and defaults, or its paper's. A row says what it keeps and which numbers its
 * update takes at step t; the update itself is in `assembly/optimizers/`.
 *
 * θ parameter · g gradient · η learning rate · λ weight decay · t number of the update, from 1. Everything is computed
 * as a float32 framework would, the coefficients in float64 before they are rounded: what underflows to zero in such a
 * framework does so here.
 */
export interface OptimizerRow<F extends Fields = Fields> {
  /** Author, year, place; and PyTorch's class. */
  readonly source: string;
  /** What weight decay does. */
  readonly decay: "g + λ θ" | "θ (1 − η λ)" | "u + λ θ";
  readonly options: F;
  /** Left out if the update is neither of a whole tensor's norm nor changing during the run. */
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
   * @param rate η of this update, as the schedule has it
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

/** A row, its functions typed by its own options, as the table holds it. */
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
