import type { Transport } from "../flow/index.ts";
import { random } from "../base/random.ts";
import { inSlices } from "../base/time-slicing.ts";

/** [B, H] random directions, of norm 1 for each sample. Pauses between samples. */
export function* unitCotangents(seed: number, B: number, H: number): Generator<void, Float32Array> {
  const stream = random(seed, "probe");
  const cotangents = new Float32Array(B * H);
  const direction = new Float64Array(H);
  yield* inSlices(B, H, (from, to) => {
    for (let b = from; b < to; b++) {
      stream.normals(direction, 0, H, 1);
      const norm = Math.hypot.apply(null, direction as unknown as number[]); // the spread operator would copy it first
      for (let i = 0; i < H; i++) cotangents[b * H + i] = direction[i] / norm;
    }
  });
  return cotangents;
}

/**
 * The batch's profile divided by the norm e^lnUnit of its start. The numbers of single samples are already relative.
 */
export function relativeTo(lnUnit: number, { lnGradientNorm, lnCellGradientNorms, ...rest }: Transport): Transport {
  const relative = (profile: Float64Array) => (lnUnit === 0 ? profile : profile.map((value) => value - lnUnit));
  return {
    ...rest,
    lnGradientNorm: relative(lnGradientNorm),
    ...(lnCellGradientNorms === undefined ? {} : { lnCellGradientNorms: lnCellGradientNorms.map(relative) }),
  };
}
