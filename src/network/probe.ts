import type { Transport } from "../flow/index.ts";
import { random } from "../base/random.ts";
import { inSlices } from "../base/time-slicing.ts";

/** [B, H] random directions, each sample's of norm 1. Pauses between samples. */
export function* unitCotangents(seed: number, B: number, H: number): Generator<void, Float32Array> {
  const stream = random(seed, "probe");
  const cotangents = new Float32Array(B * H);
  const direction = new Float64Array(H);
  yield* inSlices(B, H, (from, to) => {
    for (let b = from; b < to; b++) {
      stream.normals(direction, 0, H, 1);
      const norm = Math.hypot.apply(null, direction as unknown as number[]); // spread, it would be copied first
      for (let i = 0; i < H; i++) cotangents[b * H + i] = direction[i] / norm;
    }
  });
  return cotangents;
}

/**
 * The batch's profile relative to its start, of norm e^lnUnit. The numbers of single samples are relative already.
 */
export function relativeTo(lnUnit: number, { lnGradientNorm, lnCellGradientNorms, ...rest }: Transport): Transport {
  const relative = (profile: Float64Array) => (lnUnit === 0 ? profile : profile.map((value) => value - lnUnit));
  return {
    ...rest,
    lnGradientNorm: relative(lnGradientNorm),
    ...(lnCellGradientNorms === undefined ? {} : { lnCellGradientNorms: lnCellGradientNorms.map(relative) }),
  };
}
