import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { lnTogether } from "../flow/index.ts";
import type { ClipLedger } from "../metrics/index.ts";
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
 * Clips the float32 gradients in place and returns the effect of each method; an empty list if nothing is clipped.
 */
export function clipGradients(
  memory: TrainingMemory,
  names: readonly string[],
  options: ClipOptions,
): readonly ClipRecord[] {
  return clipMethods(options).map(({ method, limit }) => CLIP[method](memory, names, limit));
}

const lnNormOf = (memory: TrainingMemory, names: readonly string[]) =>
  lnTogether(names.map((name) => memory.lnGradientNorm(name)));

const CLIP: Readonly<
  Record<ClipLedger["method"], (memory: TrainingMemory, names: readonly string[], limit: number) => ClipRecord>
> = {
  unit: (memory, names, limit) => byParts(memory, names, "unit", limit, (name) => memory.clipUnits(name, limit)),
  value: (memory, names, limit) => byParts(memory, names, "value", limit, (name) => memory.clipValues(name, limit)),
  norm: (memory, names, limit) => {
    const before = lnNormOf(memory, names);
    const factor = limit / (Math.exp(before) + 1e-6);
    const engaged = factor < 1;
    if (engaged) {
      memory.copy("gradient", "unclipped");
      for (const name of names) memory.scaleGradient(name, factor);
    }
    const after = engaged ? lnNormOf(memory, names) : before;
    const angle = engaged ? angleOf(memory, names, before, after) : Number.isFinite(before) ? 0 : null;
    return { method: "norm", limit, of: "tensors", before, after, share: engaged ? 1 : 0, angle };
  },
};

function byParts(
  memory: TrainingMemory,
  names: readonly string[],
  method: ClipLedger["method"],
  limit: number,
  clip: (name: string) => { clipped: number; judged: number },
): ClipRecord {
  memory.copy("gradient", "unclipped");
  const before = lnNormOf(memory, names);
  const counts = names.map(clip);
  const [clipped, judged] = (["clipped", "judged"] as const).map((key) =>
    counts.reduce((sum, count) => sum + count[key], 0),
  );
  const after = lnNormOf(memory, names);
  return {
    method,
    limit,
    of: JUDGED[method],
    before,
    after,
    share: judged === 0 ? 0 : clipped / judged,
    angle: angleOf(memory, names, before, after),
  };
}

/**
 * The angle 2 atan2(‖û − v̂‖, ‖û + v̂‖) between the gradients before and after clipping (Kahan 2006); null if one is
 * zero or not finite.
 */
function angleOf(memory: TrainingMemory, names: readonly string[], before: number, after: number): number | null {
  if (!Number.isFinite(before) || !Number.isFinite(after)) return null;
  const [a, b] = [Math.exp(-after), Math.exp(-before)];
  const apart = names.reduce((sum, name) => sum + memory.combinedSquare(name, a, -b), 0);
  const together = names.reduce((sum, name) => sum + memory.combinedSquare(name, a, b), 0);
  return 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
}
