import { requireKnown, requireObject } from "../../base/options-check.ts";
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { parseOptions, sameName } from "../../base/option-fields.ts";
import type { UpdateRuleName } from "../../wasm/generated/kinds.ts";
import { type Coefficients, NOTHING, type Slot } from "./coefficients.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamw, amsgrad } from "./adam.ts";
import { lamb } from "./lamb.ts";
import { lion } from "./lion.ts";
import { nadam } from "./nadam.ts";
import { radam } from "./radam.ts";
import { rmsprop } from "./rmsprop.ts";
import type { OptimizerRow, UpdateSize } from "./row.ts";
import { momentum, nesterov, sgd } from "./sgd.ts";

/**
 * The optimizers, in the order in which they are listed. A new one needs a file in this folder, a row here and its
 * update in `assembly/optimizers/`.
 */
export const OPTIMIZERS = {
  sgd,
  momentum,
  nesterov,
  adagrad,
  rmsprop,
  adadelta,
  adam,
  amsgrad,
  adamw,
  nadam,
  radam,
  lion,
  lamb,
} satisfies Readonly<Record<string, OptimizerRow>>;

export type OptimizerName = keyof typeof OPTIMIZERS;
export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS) as readonly OptimizerName[];

/** Options of optimizers; each optimizer takes those of its row in `OPTIMIZERS`. */
export interface OptimizerOptions {
  /** η, the start of the schedule. */
  readonly learningRate?: number | undefined;
  /** λ. */
  readonly weightDecay?: number | undefined;
  /** μ. */
  readonly momentum?: number | undefined;
  readonly dampening?: number | undefined;
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
  /** RMSProp's smoothing constant. */
  readonly alpha?: number | undefined;
  /** Adadelta's smoothing constant. */
  readonly rho?: number | undefined;
  /** RMSProp: divide by the estimated standard deviation of g. */
  readonly centered?: boolean | undefined;
  /** Adagrad: the decay d of η/(1 + (t − 1) d). */
  readonly learningRateDecay?: number | undefined;
  /** Adagrad: the first value of the sum of squares. */
  readonly initialAccumulator?: number | undefined;
  /** NAdam: ψ of its momentum schedule. */
  readonly momentumDecay?: number | undefined;
}

export type OptimizerInput = OptimizerName | ({ readonly name: OptimizerName } & OptimizerOptions);

/** An optimizer with every option filled in. */
export interface Optimizer {
  readonly name: OptimizerName;
  readonly learningRate: number;
  /** The options, with defaults filled in. */
  readonly options: Readonly<Record<string, number | boolean>>;
  readonly updateSize: UpdateSize | undefined;
  readonly rule: UpdateRuleName;
  readonly slots: readonly Slot[];
  readonly scratch: boolean;
  readonly initial: readonly [Slot, number] | undefined;
  /**
   * The numbers of update t = 1, 2, … at a learning rate. Call it in the order of the updates: it changes `carried`.
   *
   * @param factor on the rate of some tensors, default 1. η λ stays: weight decay is as strong as without it.
   */
  coefficients(t: number, rate: number, carried: Record<string, number>, factor?: number): Coefficients;
}

/**
 * Fills in an optimizer's defaults.
 *
 * @throws EvanesceError naming the option that it does not have or that breaks its rule
 */
export function parseOptimizer(input: OptimizerInput = "adam"): Optimizer {
  const named = typeof input === "string" ? { name: input } : input;
  requireObject("optimizer", named, 'give a name, or { name: "adam", learningRate: 1e-3 }');
  const { name: spelled, ...own } = named;
  const name = typeof spelled === "string" ? sameName(OPTIMIZER_NAMES, spelled) : undefined;
  if (name === undefined) {
    const near = typeof spelled === "string" ? nearest(spelled, OPTIMIZER_NAMES) : undefined;
    const remedy = `${near === undefined ? "" : `did you mean ${near}? `}choose one of ${OPTIMIZER_NAMES.join(", ")}`;
    throw new EvanesceError("optimizer.name", "the name of an optimizer", spelled, remedy);
  }
  const row: OptimizerRow = OPTIMIZERS[name as OptimizerName];
  requireKnown("optimizer", own, Object.keys(row.options));
  const options = parseOptions("optimizer", row.options, own as Record<string, unknown>);
  return {
    name: name as OptimizerName,
    learningRate: options.learningRate,
    options,
    updateSize: row.updateSize,
    rule: row.rule,
    slots: row.slots(options),
    scratch: row.scratch ?? false,
    initial: row.initial?.(options),
    coefficients: (t, rate, carried, factor = 1) => {
      const { weightDecay } = options;
      const own =
        factor === 1 || weightDecay === undefined ? options : { ...options, weightDecay: weightDecay / factor };
      return { ...NOTHING, ...row.coefficients(own, t, rate * factor, carried) };
    },
  };
}
