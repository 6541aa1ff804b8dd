import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { lnTogether } from "../flow/index.ts";
import type { ClipLedger } from "../metrics/index.ts";
import { NUMBERS_A_PART } from "../base/copy-in-parts.ts";
import type { TrainingMemory } from "../wasm/training/memory.ts";

/**
 * Clipping of the gradient between backward pass and update. If several are set, the order is by unit, by value, by
 * norm.
 */
export interface ClipOptions {
  /** c: the whole gradient is clipped to this norm (Pascanu et al. 2013; `clip_grad_norm_`). */
  readonly norm?: number | undefined;
  /** Every entry is clipped to −value … value (`clip_grad_value_`). */
  readonly value?: number | undefined;
  /** λ: the gradient of every unit is clipped to λ max(‖W_i‖, 1e−3) (Brock et al. 2021, equation 3). */
  readonly unit?: number | undefined;
}

/** The effect of clipping in one step: `ClipLedger` of the whole gradient. */
export type ClipRecord = Omit<ClipLedger, "tensors">;

const METHODS = ["unit", "value", "norm"] as const;
const JUDGED = { unit: "units", value: "entries", norm: "tensors" } as const;

/** @throws EvanesceError for an unknown key, or a limit that is not a finite number > 0 */
export function parseClip(input: ClipOptions = {}): ClipOptions {
  requireObject("clip", input, "give { norm: 1 }, or leave it out to clip nothing");
  requireKnown("clip", input, METHODS);
  for (const method of METHODS) {
    const limit = input[method];
    if (limit === undefined || (Number.isFinite(limit) && limit > 0)) continue;
    throw new EvanesceError(`clip.${method}`, "a finite number > 0", limit, "leave it out to clip nothing");
  }
  return input;
}

/** The methods of clipping in their order. */
export function clipMethods(options: ClipOptions): Pick<ClipRecord, "method" | "limit" | "of">[] {
  return METHODS.flatMap((method) => {
    const limit = options[method];
    return limit === undefined ? [] : [{ method, limit, of: JUDGED[method] }];
  });
}

/** The effect of one method, and ln of the norm of every gradient after it. */
interface Clipping {
  readonly record: ClipRecord;
  readonly lnNorms: readonly number[];
}

/**
 * Clips the float32 gradients in place, pausing after every million numbers. Returns the effect of each method (an
 * empty list if nothing is clipped), and ln of the norm of every gradient afterwards.
 *
 * @param memory if it measures nothing, the effects have no records
 * @param lnNorms ln of the norm of every gradient before clipping
 */
export function* clipInParts(
  memory: TrainingMemory,
  names: readonly string[],
  options: ClipOptions,
  lnNorms: readonly number[],
): Generator<void, { readonly clips: readonly ClipRecord[]; readonly lnNorms: readonly number[] }> {
  const clips: ClipRecord[] = [];
  for (const { method, limit } of clipMethods(options)) {
    const clipping = yield* CLIP[method](memory, names, limit, lnNorms);
    if (memory.measures) clips.push(clipping.record);
    lnNorms = clipping.lnNorms;
  }
  return { clips, lnNorms };
}

/** The results of `work` for every tensor, with a pause after every million numbers. */
function* each<Answer>(
  memory: TrainingMemory,
  names: readonly string[],
  work: (name: string) => Answer,
): Generator<void, Answer[]> {
  const answers: Answer[] = [];
  let numbers = 0;
  for (const name of names) {
    answers.push(work(name));
    numbers += memory.count(name);
    if (numbers < NUMBERS_A_PART) continue;
    numbers = 0;
    yield;
  }
  return answers;
}

const CLIP: Readonly<
  Record<
    ClipLedger["method"],
    (
      memory: TrainingMemory,
      names: readonly string[],
      limit: number,
      lnNorms: readonly number[],
    ) => Generator<void, Clipping>
  >
> = {
  unit: (memory, names, limit, lnNorms) =>
    byParts(memory, names, "unit", limit, lnNorms, (name) => memory.clipUnits(name, limit)),
  value: (memory, names, limit, lnNorms) =>
    byParts(memory, names, "value", limit, lnNorms, (name) => memory.clipValues(name, limit)),
  norm: function* (memory, names, limit, lnNorms) {
    const before = lnTogether(lnNorms);
    const factor = limit / (Math.exp(before) + 1e-6);
    if (!(factor < 1)) {
      const angle = Number.isFinite(before) ? 0 : null;
      return { record: { method: "norm", limit, of: "tensors", before, after: before, share: 0, angle }, lnNorms };
    }
    const shortened = yield* each(memory, names, (name) => {
      memory.scaleGradient(name, factor);
      return memory.measures ? memory.lnGradientNorm(name) : Number.NaN; // clipping by norm is the last: nothing reads it
    });
    const after = lnTogether(shortened);
    const angle = memory.measures ? yield* angleOf(memory, names, before, after) : null;
    return { record: { method: "norm", limit, of: "tensors", before, after, share: 1, angle }, lnNorms: shortened };
  },
};

function* byParts(
  memory: TrainingMemory,
  names: readonly string[],
  method: ClipLedger["method"],
  limit: number,
  lnNorms: readonly number[],
  clip: (name: string) => { clipped: number; judged: number },
): Generator<void, Clipping> {
  yield* memory.copyInParts("gradient", "unclipped");
  const before = lnTogether(lnNorms);
  const counts = yield* each(memory, names, clip);
  const [clipped, judged] = (["clipped", "judged"] as const).map((key) =>
    counts.reduce((sum, count) => sum + count[key], 0),
  );
  const shortened = yield* each(memory, names, (name) => memory.lnGradientNorm(name));
  const after = lnTogether(shortened);
  const angle = yield* angleOf(memory, names, before, after);
  const share = judged === 0 ? 0 : clipped / judged;
  return { record: { method, limit, of: JUDGED[method], before, after, share, angle }, lnNorms: shortened };
}

/**
 * The angle 2 atan2(‖û − v̂‖, ‖û + v̂‖) between the gradients before and after clipping (Kahan 2006); null if one is
 * zero or not finite.
 */
function* angleOf(
  memory: TrainingMemory,
  names: readonly string[],
  before: number,
  after: number,
): Generator<void, number | null> {
  if (!Number.isFinite(before) || !Number.isFinite(after)) return null;
  const [a, b] = [Math.exp(-after), Math.exp(-before)];
  const squares = yield* each(memory, names, (name) => memory.combinedSquares(name, a, b));
  const [apart, together] = ([0, 1] as const).map((at) => squares.reduce((sum, square) => sum + square[at], 0));
  return 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
}
