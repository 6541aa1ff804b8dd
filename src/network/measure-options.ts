import { EvanesceError } from "../base/errors.ts";
import { requireFlags, requireKnown, requireObject } from "../base/options-check.ts";

/** The measurements of a pass besides the gradients and their norm at every station. */
export interface MeasureOptions {
  /** The exact split of every station's gain into factors. Default true. */
  readonly ledger?: boolean | undefined;
  /** The profile of random unit cotangents, independent of the loss. Default true. */
  readonly probe?: boolean | undefined;
  /** Each step's own contribution to ∂L/∂W_hh. Default true. */
  readonly contributions?: boolean | undefined;
  /** 5, 50 and 95 % quantiles over the batch. Default true. */
  readonly quantiles?: boolean | undefined;
  /** Activation statistics of every station of a deep network. Default true. */
  readonly statistics?: boolean | undefined;
  /**
   * With the statistics: also the norm of ∂L/∂x of every column of the inputs, and of every token of an embedding.
   * Default false.
   */
  readonly inputColumns?: boolean | undefined;
  /**
   * Also which entries of the gradient float16 and bfloat16 would lose, and the loss scale that keeps the most. The
   * passes stay float32. Default false.
   */
  readonly half?: boolean | undefined;
  /**
   * For sequences of different lengths: also the profile counted from the first step of each sequence. The profile
   * itself, its ledger and the verdict count back from the end of each sequence. Default false.
   */
  readonly fromStart?: boolean | undefined;
  /** With a loss at every step: also the profile of the last step's loss alone. Default false. */
  readonly lastStep?: boolean | undefined;
  /**
   * Whether dropout and zoneout are on, as in training. False: every mask at its expected value, as in evaluation. A
   * whole number draws other masks; true is draw 0. Default true.
   */
  readonly masks?: boolean | number | undefined;
  /**
   * Also the gradient of truncated back-propagation through time: after every k1 steps, and after the last, the losses
   * of those steps are sent back k2 ≥ k1 steps. A number K stands for k1 = k2 = K. Not for bidirectional networks,
   * where it is not uniquely defined: the two directions run in opposite ways, and the level above mixes them.
   */
  readonly truncate?: number | { readonly k1: number; readonly k2: number } | undefined;
  /**
   * With a loss at every step: also the contribution of single steps' losses to the gradient at earlier steps, as a
   * profile over lags (in bidirectional networks also over leads, at later steps); with `matrix` for every pair of
   * steps. Measures the losses of every `steps`-th step, counted back from the last; by default of about 32 steps, for
   * a matrix of all steps.
   */
  readonly credit?:
    | boolean
    | { readonly matrix?: boolean | undefined; readonly steps?: number | undefined }
    | undefined;
  /**
   * Of a recurrent network: the number of bins, a whole number ≥ 3, in which JSON holds what the flow has of every
   * step. The flow itself keeps every step. Default: a number a step.
   */
  readonly bins?: number | undefined;
}

/** Every option of `MeasureOptions`; a missing one is a type error. */
const MEASURE_OPTIONS = {
  ledger: true,
  probe: true,
  contributions: true,
  quantiles: true,
  statistics: true,
  inputColumns: true,
  half: true,
  fromStart: true,
  lastStep: true,
  masks: true,
  truncate: true,
  credit: true,
  bins: true,
} satisfies Record<keyof MeasureOptions, true>;
export const MEASURE_KEYS: readonly string[] = Object.keys(MEASURE_OPTIONS);

const FLAGS = [
  "ledger",
  "probe",
  "contributions",
  "quantiles",
  "statistics",
  "inputColumns",
  "half",
  "fromStart",
  "lastStep",
] as const;

/** Whether a pass measures ∂L/∂x, and whether by column. */
export const inputGradientOf = ({ statistics = true, inputColumns = false }: MeasureOptions): boolean | "columns" =>
  statistics && (inputColumns ? "columns" : true);

/** @throws EvanesceError for an option that a pass does not have, or a value of the wrong type */
export function requirePassOptions(options: object, keys: readonly string[]): void {
  requireObject("network.propagate", options, "give { probe: false } or leave it out");
  requireKnown("network.propagate", options, keys);
  requireMeasureOptions(options);
}

/** Refuses values of the wrong type. The pass checks steps and windows against the batch. @throws EvanesceError */
export function requireMeasureOptions(options: MeasureOptions): void {
  requireFlags("", options, FLAGS);
  const { masks, truncate, credit, bins } = options as Readonly<Partial<Record<keyof MeasureOptions, unknown>>>;
  if (masks !== undefined && typeof masks !== "boolean" && !(Number.isSafeInteger(masks) && Number(masks) >= 0)) {
    throw new EvanesceError(
      "masks",
      "true, false, or a whole number ≥ 0",
      masks,
      "leave it out for dropout as in training",
    );
  }
  if (bins !== undefined && !(Number.isSafeInteger(bins) && Number(bins) >= 3)) {
    throw new EvanesceError("bins", "a whole number ≥ 3", bins, "leave it out for a number a step");
  }
  if (truncate !== undefined && typeof truncate !== "number") {
    requireObject("truncate", truncate, "give K, { k1, k2 }, or leave it out");
  }
  if (credit !== undefined && typeof credit !== "boolean") {
    requireObject("credit", credit, "give true, { matrix, steps }, or leave it out");
  }
}

/** The options of a pass that gives gradients and their norm at every station, and measures nothing else. */
export const GRADIENTS_ONLY = {
  ledger: false,
  probe: false,
  contributions: false,
  quantiles: false,
  statistics: false,
} as const satisfies MeasureOptions;
