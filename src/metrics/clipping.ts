import { EvanesceError } from "../base/errors.ts";
import { direction, lnTensorNorm, lnTogether } from "../flow/index.ts";

/** One tensor's gradient, from any source. */
export interface NamedGradient {
  readonly name: string;
  /** Row-major. */
  readonly gradient: Float32Array | Float64Array;
  /**
   * Default: a vector. The units of a matrix are its rows; those of a tensor with more axes are its slices along the
   * first axis.
   */
  readonly shape?: readonly number[] | undefined;
  /** The tensor itself, row-major: needed to clip by unit. */
  readonly weight?: ArrayLike<number> | undefined;
}

/** The effect of clipping on one tensor. Norms are natural logarithms, −∞ for an exact zero. */
export interface ClippedTensor {
  readonly name: string;
  /** ln ‖g‖. */
  readonly before: number;
  /** ln ‖clipped g‖. */
  readonly after: number;
  /** Share of the entries, tensors or units (`ClipLedger.of`) that were clipped. */
  readonly share: number;
  /** Radians between the two; null where one is exactly zero or not finite. */
  readonly angle: number | null;
}

/** The effect of clipping on a whole gradient; in `tensors`, on each tensor. */
export interface ClipLedger extends Omit<ClippedTensor, "name"> {
  readonly method: "value" | "norm" | "unit";
  /** The largest entry, the largest norm, or λ. */
  readonly limit: number;
  /** The things that are clipped: entries; tensors, all of them together; or units. */
  readonly of: "entries" | "tensors" | "units";
  readonly tensors: readonly ClippedTensor[];
}

export interface Clipped {
  /** New arrays of the same types, in the order of the input. */
  readonly gradients: readonly NamedGradient[];
  readonly ledger: ClipLedger;
}

type Numbers = Float32Array | Float64Array;

/**
 * Clamps every entry to −limit … limit: `torch.nn.utils.clip_grad_value_`. It changes the gradient's direction unless
 * it clips all entries in proportion.
 *
 * @throws EvanesceError for a limit that is not a finite number > 0
 */
export function clipByValue(gradients: readonly NamedGradient[], limit: number): Clipped {
  requirePositive("clip.value", limit);
  return clipped("value", "entries", limit, gradients, ({ gradient }) => {
    const most = gradient instanceof Float32Array ? Math.fround(limit) : limit;
    let count = 0;
    const values = gradient.slice();
    for (let i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) > most)) continue; // NaN stays
      values[i] = Math.sign(values[i]) * most;
      count++;
    }
    return { values, clipped: count, judged: values.length };
  });
}

/**
 * Shortens the whole gradient, as one vector, to a norm (Pascanu et al. 2013), PyTorch's `clip_grad_norm_`:
 *
 *     g · min(1, c/(‖g‖ + 1e−6))
 *
 * The direction stays the same. A gradient that is not finite becomes NaN and zeros, as in PyTorch.
 *
 * @throws EvanesceError for a limit that is not a finite number > 0
 */
export function clipByNorm(gradients: readonly NamedGradient[], limit: number): Clipped {
  requirePositive("clip.norm", limit);
  const lnNorm = lnTogetherOf(gradients.map(({ gradient }) => gradient));
  const lnFactor = Math.log(limit) - lnPlus(lnNorm, 1e-6);
  const within = lnFactor >= 0;
  return clipped("norm", "tensors", limit, gradients, ({ gradient }) => ({
    values: within ? gradient.slice() : scaled(gradient, lnFactor),
    clipped: within ? 0 : 1,
    judged: 1,
  }));
}

/**
 * The least norm that a unit's weights count as in the rule of Brock et al. 2021, so that a unit that starts at zero
 * can move.
 */
const LEAST_WEIGHT = 1e-3;

/**
 * Adaptive gradient clipping (Brock et al. 2021, eq. 3): unit by unit, rows of a matrix,
 *
 *     g_i · λ max(‖W_i‖, 1e−3)/‖g_i‖    where ‖g_i‖ is larger than λ max(‖W_i‖, 1e−3)
 *
 * A vector is one unit, as in the authors' code.
 *
 * @throws EvanesceError for a λ that is not a finite number > 0, or a gradient without its weight or of another shape
 */
export function clipByUnit(gradients: readonly NamedGradient[], lambda = 0.01): Clipped {
  requirePositive("clip.unit", lambda);
  return clipped("unit", "units", lambda, gradients, ({ name, gradient, shape, weight }) => {
    const rows = requireUnits(name, gradient, shape, weight);
    const width = gradient.length / rows;
    const values = gradient.slice();
    let count = 0;
    for (let i = 0; i < rows; i++) {
      const unit = values.subarray(i * width, (i + 1) * width);
      const lnWeight = lnTensorNorm(Array.prototype.slice.call(weight, i * width, (i + 1) * width));
      const lnFactor = Math.log(lambda) + Math.max(lnWeight, Math.log(LEAST_WEIGHT)) - lnTensorNorm(unit);
      if (!(lnFactor < 0)) continue; // NaN stays
      unit.set(scaled(unit, lnFactor));
      count++;
    }
    return { values, clipped: count, judged: rows };
  });
}

/** The effect of clipping on several gradients in turn: `[steps]` each. */
export interface ClipTrace {
  readonly method: ClipLedger["method"];
  readonly limit: number;
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Radians, NaN where a gradient was exactly zero or not finite. */
  readonly angle: Float64Array;
  /** Share of the steps in which anything was clipped. */
  readonly share: number;
}

/** Joins the ledgers of several training steps or batches, all of one method and limit; null if there are none. */
export function traceClipping(ledgers: readonly ClipLedger[]): ClipTrace | null {
  if (ledgers.length === 0) return null;
  const [{ method, limit }] = ledgers;
  const column = (value: (ledger: ClipLedger) => number) => Float64Array.from(ledgers, value);
  return {
    method,
    limit,
    before: column(({ before }) => before),
    after: column(({ after }) => after),
    angle: column(({ angle }) => angle ?? Number.NaN),
    share: ledgers.filter(({ share }) => share > 0).length / ledgers.length,
  };
}

/** Clips tensor by tensor and records the effect. */
function clipped(
  method: ClipLedger["method"],
  of: ClipLedger["of"],
  limit: number,
  gradients: readonly NamedGradient[],
  clip: (gradient: NamedGradient) => { values: Numbers; clipped: number; judged: number },
): Clipped {
  const results = gradients.map(clip);
  const before = gradients.map(({ gradient }) => ({ data: gradient }));
  const after = results.map(({ values }) => ({ data: values }));
  const total = (key: "clipped" | "judged") => results.reduce((sum, result) => sum + result[key], 0);
  const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const tensors = gradients.map(({ name, gradient }, i) => ({
    name,
    before: lnTensorNorm(gradient),
    after: lnTensorNorm(results[i].values),
    share: shareOf(results[i].clipped, results[i].judged),
    angle: direction([before[i]], [after[i]]).angle,
  }));
  return {
    gradients: gradients.map((gradient, i) => ({ ...gradient, gradient: results[i].values })),
    ledger: {
      method,
      limit,
      of,
      before: lnTogetherOf(gradients.map(({ gradient }) => gradient)),
      after: lnTogetherOf(results.map(({ values }) => values)),
      share: shareOf(total("clipped"), total("judged")),
      angle: direction(before, after).angle,
      tensors,
    },
  };
}

/** ln ‖all tensors as one vector‖; −∞ without tensors. */
const lnTogetherOf = (tensors: readonly Numbers[]): number => lnTogether(tensors.map((values) => lnTensorNorm(values)));

/** ln(e^ln + least), least > 0. */
const lnPlus = (ln: number, least: number): number => {
  const high = Math.max(ln, Math.log(least));
  return ln === Number.POSITIVE_INFINITY ? ln : high + Math.log1p(Math.exp(Math.min(ln, Math.log(least)) - high));
};

/** values · e^lnFactor, as two factors: e^lnFactor alone may leave float64's range although the product does not. */
function scaled<Values extends Numbers>(values: Values, lnFactor: number): Values {
  const half = Math.exp(lnFactor / 2);
  const whole = Math.exp(lnFactor);
  const safe = lnFactor > -700;
  return values.map((value) => (safe ? value * whole : value * half * half)) as Values;
}

function requirePositive(where: string, value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw new EvanesceError(where, "a finite number > 0", value, "leave it out to clip nothing");
}

/** How many units a tensor has. */
function requireUnits(
  name: string,
  gradient: Numbers,
  shape: readonly number[] | undefined,
  weight: ArrayLike<number> | undefined,
): number {
  const where = `clip.${name}`;
  if (weight?.length !== gradient.length) {
    const rule = `the weight's ${gradient.length} values, to clip by unit`;
    throw new EvanesceError(where, rule, weight?.length, "give every gradient its weight");
  }
  if (shape === undefined || shape.length < 2 || gradient.length === 0) return 1;
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (count !== gradient.length) {
    throw new EvanesceError(where, `a shape of ${gradient.length} values`, shape, "give the tensor's own shape");
  }
  return shape[0];
}
