import type { Transport } from "../flow/index.ts";
import { random } from "../base/random.ts";

/** [B, H] random directions, each sample's of norm 1. */
export function unitCotangents(seed: number, B: number, H: number): Float32Array {
  const stream = random(seed, "probe");
  const cotangents = new Float32Array(B * H);
  for (let b = 0; b < B; b++) {
    const direction = Float64Array.from({ length: H }, () => stream.normal());
    const norm = Math.hypot(...direction);
    for (let i = 0; i < H; i++) cotangents[b * H + i] = direction[i] / norm;
  }
  return cotangents;
}

/**
 * The batch's profile relative to its start, of norm e^lnUnit. The numbers of single samples are relative already.
 */
export function relativeTo(lnUnit: number, { lnGradientNorm, ...rest }: Transport): Transport {
  return { ...rest, lnGradientNorm: lnUnit === 0 ? lnGradientNorm : lnGradientNorm.map((value) => value - lnUnit) };
}
