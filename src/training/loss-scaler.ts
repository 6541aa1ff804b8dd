import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { halfFormat } from "../flow/half/formats.ts";
import { COUNTS, countEntries, sharesOf } from "../flow/half/magnitudes.ts";

/**
 * A dynamic loss scaler as PyTorch's `torch.cuda.amp.GradScaler` is (Micikevicius et al. 2018, section 3.2). Before the
 * backward pass the loss is multiplied by a scale. If an entry of a parameter's gradient then overflows float16, the
 * update is skipped and the scale is multiplied by `backoff`. After `interval` updates in a row without an overflow the
 * scale is multiplied by `growth`.
 *
 * Here the scaler only observes: passes and updates stay float32, no update is skipped, and the trace says what the
 * scaler would have done.
 */
export interface LossScalerOptions {
  /** Default 65536 = 2^16. */
  readonly initial?: number | undefined;
  /** Default 2. */
  readonly growth?: number | undefined;
  /** Default 0.5. */
  readonly backoff?: number | undefined;
  /** Default 2000. */
  readonly interval?: number | undefined;
}

export type LossScalerSettings = { readonly [Key in keyof LossScalerOptions]-?: number };

const DEFAULTS: LossScalerSettings = { initial: 65536, growth: 2, backoff: 0.5, interval: 2000 };

/** The numbers that the scaler keeps from update to update. */
export interface LossScalerState {
  readonly scale: number;
  /** Updates in a row without an overflow. */
  readonly sound: number;
  /** Updates that would have been skipped so far. */
  readonly skipped: number;
}

/** The scaler's observations in one update. */
export interface LossScalerRecord {
  /** The scale of this update. */
  readonly scale: number;
  /** Whether an entry overflowed, so that the update would have been skipped. */
  readonly overflow: boolean;
  /** Share of the nonzero entries of the parameters' gradients that become zero in float16, under this scale. */
  readonly lost: number;
}

/** @returns undefined for none @throws EvanesceError naming the option that breaks a rule */
export function parseLossScaler(input: boolean | LossScalerOptions | undefined): LossScalerSettings | undefined {
  if (input === undefined || input === false) return undefined;
  if (input === true) return DEFAULTS;
  requireObject("lossScaler", input, "give true, { initial, growth, backoff, interval }, or leave it out");
  requireKnown("lossScaler", input, Object.keys(DEFAULTS));
  const options = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULTS, ...options };
  const require = (key: keyof LossScalerSettings, holds: boolean, rule: string) => {
    if (!holds) throw new EvanesceError(`lossScaler.${key}`, rule, settings[key], "leave it out for PyTorch's default");
  };
  const { initial, growth, backoff, interval } = settings;
  require("initial", Number.isFinite(initial) && initial > 0, "a finite number > 0");
  require("growth", Number.isFinite(growth) && growth > 1, "a finite number > 1");
  require("backoff", backoff > 0 && backoff < 1, "a number between 0 and 1");
  require("interval", Number.isSafeInteger(interval) && interval >= 1, "a whole number ≥ 1");
  return settings;
}

/** The scaler before the first update. */
export const startOfScaler = ({ initial }: LossScalerSettings): LossScalerState => ({
  scale: Math.fround(initial),
  sound: 0,
  skipped: 0,
});

/** The scaler after an update, as `torch._amp_update_scale_`: the scale is a float32, and grows only to finite ones. */
export function nextScale(
  { growth, backoff, interval }: LossScalerSettings,
  { scale, sound, skipped }: LossScalerState,
  overflow: boolean,
): LossScalerState {
  if (overflow) return { scale: Math.fround(scale * backoff), sound: 0, skipped: skipped + 1 };
  if (sound + 1 < interval) return { scale, sound: sound + 1, skipped };
  const grown = Math.fround(scale * growth);
  return { scale: Number.isFinite(grown) ? grown : scale, sound: 0, skipped };
}

/** How many entries of these gradients float16 would lose under a scale, and whether one overflows. */
export function watchGradients(gradients: Iterable<Float32Array>, scale: number): LossScalerRecord {
  const counts = new Float64Array(COUNTS);
  for (const gradient of gradients) countEntries(counts, scaled(gradient, scale), 0);
  const { lost, overflow } = sharesOf(counts, 0, halfFormat("float16"), 0);
  return { scale, overflow: overflow > 0, lost };
}

/** The gradient times the scale, rounded to float32. */
const scaled = (gradient: Float32Array, scale: number): Float32Array => gradient.map((value) => value * scale);
