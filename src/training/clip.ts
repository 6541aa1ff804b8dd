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

/**
 * Clips the float32 gradients in place, pausing behind every million numbers, and returns the effect of each method; an
 * empty list if nothing is clipped.
 */
export function* clipInParts(
  memory: TrainingMemory,
  names: readonly string[],
  options: ClipOptions,
): Generator<void, readonly ClipRecord[]> {
  const records: ClipRecord[] = [];
  for (const { method, limit } of clipMethods(options)) records.push(yield* CLIP[method](memory, names, limit));
  return records;
}

/** The answers of `work` for every tensor, pausing behind every million numbers. */
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

/** ln of the norm of every gradient. */
export const lnNormsInParts = (memory: TrainingMemory, names: readonly string[]): Generator<void, number[]> =>
  each(memory, names, (name) => memory.lnGradientNorm(name));

function* lnNormOf(memory: TrainingMemory, names: readonly string[]) {
  return lnTogether(yield* lnNormsInParts(memory, names));
}

const CLIP: Readonly<
  Record<
    ClipLedger["method"],
    (memory: TrainingMemory, names: readonly string[], limit: number) => Generator<void, ClipRecord>
  >
> = {
  unit: (memory, names, limit) => byParts(memory, names, "unit", limit, (name) => memory.clipUnits(name, limit)),
  value: (memory, names, limit) => byParts(memory, names, "value", limit, (name) => memory.clipValues(name, limit)),
  norm: function* (memory, names, limit) {
    const before = yield* lnNormOf(memory, names);
    const factor = limit / (Math.exp(before) + 1e-6);
    const engaged = factor < 1;
    if (engaged) {
      yield* memory.copyInParts("gradient", "unclipped");
      yield* each(memory, names, (name) => memory.scaleGradient(name, factor));
    }
    const after = engaged ? yield* lnNormOf(memory, names) : before;
    const angle = engaged ? yield* angleOf(memory, names, before, after) : Number.isFinite(before) ? 0 : null;
    return { method: "norm", limit, of: "tensors", before, after, share: engaged ? 1 : 0, angle };
  },
};

function* byParts(
  memory: TrainingMemory,
  names: readonly string[],
  method: ClipLedger["method"],
  limit: number,
  clip: (name: string) => { clipped: number; judged: number },
): Generator<void, ClipRecord> {
  yield* memory.copyInParts("gradient", "unclipped");
  const before = yield* lnNormOf(memory, names);
  const counts = yield* each(memory, names, clip);
  const [clipped, judged] = (["clipped", "judged"] as const).map((key) =>
    counts.reduce((sum, count) => sum + count[key], 0),
  );
  const after = yield* lnNormOf(memory, names);
  return {
    method,
    limit,
    of: JUDGED[method],
    before,
    after,
    share: judged === 0 ? 0 : clipped / judged,
    angle: yield* angleOf(memory, names, before, after),
  };
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
  const apart = total(yield* each(memory, names, (name) => memory.combinedSquare(name, a, -b)));
  const together = total(yield* each(memory, names, (name) => memory.combinedSquare(name, a, b)));
  return 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
}

const total = (squares: readonly number[]): number => squares.reduce((sum, square) => sum + square, 0);
