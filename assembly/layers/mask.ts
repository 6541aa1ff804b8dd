import { mix, mixLanes, WEYL } from "../math/random";
import { Mask } from "../records/pass";

/*
 * Random masks on panels [rows][8]. A mask is not stored; it is computed again wherever it is needed: entry i of sample
 * b at step s is a function of the pass's seed, of what is masked, and of i, b and s alone.
 *
 *     u = mix of (seed, what, i, b, s), uniform in 0 … 2³² − 1        m_i = `struck` where u < threshold, else `other`
 *
 * Inverted dropout with rate p has threshold p · 2³², struck 0 and other 1/(1 − p) (Srivastava et al. 2014, as PyTorch
 * scales it). Zoneout has struck 1 and other 0: the mask is 1 where the state stays (Krueger et al. 2017).
 */

/** What is masked: the first word of a mask's stream. */
export const enum Masked {
  Input, // the output of a level, or of a layer of a deep network
  Recurrent, // h as W_hh multiplies it
  Hidden, // which h stay
  Cell, // which c stay
  Dense, // the output of a dense layer before or after the recurrent ones
}

/** Step of a mask that a whole sequence shares. */
export const WHOLE: i32 = -1;

/**
 * keys[2][8]: two words for each sample of a panel.
 *
 * @param samples [8] numbers of the samples
 * @param steps   [8] the step of each sample, or WHOLE; 0: WHOLE for all
 */
export function maskKeys(
  keys: usize, seed: u32, seedHigh: u32, what: i32, layer: i32, samples: usize, steps: usize,
): void {
  const stream = mix(<u32>(what * 0x10000 + layer) * WEYL + 1);
  const low = mix(seed ^ stream), high = mix(seedHigh + stream);
  for (let lane: usize = 0; lane < 32; lane += 4) {
    const sample = <u32>load<i32>(samples + lane), step = steps == 0 ? WHOLE : load<i32>(steps + lane);
    store<u32>(keys + lane, mix(mix(low + sample * WEYL) + <u32>(step + 1) * WEYL));
    store<u32>(keys + lane, mix(mix(high ^ (sample * WEYL)) ^ (<u32>(step + 1) * WEYL)), 32);
  }
}

/** m of four lanes, whose counters are a. */
@inline function entry(a: v128, key: v128, threshold: v128, struck: v128, other: v128): v128 {
  return v128.bitselect(struck, other, i32x4.lt_u(mixLanes(a, key), threshold));
}

/** Goes through the rows of a panel: `Task.run(a, b, m)` for every vector, a and b in step. */
@inline function sweep<Task>(mask: Mask, keys: usize, a: usize, b: usize, rows: i32): void {
  const task = changetype<Task>(0);
  let left = v128.load(keys), right = v128.load(keys, 16);
  const keyLeft = v128.load(keys, 32), keyRight = v128.load(keys, 48), weyl = i32x4.splat(WEYL);
  const threshold = i32x4.splat(mask.threshold), struck = f32x4.splat(mask.struck), other = f32x4.splat(mask.other);
  for (const end = a + (<usize>rows << 5); a < end; a += 32, b += 32) {
    task.run(a, b, entry(left, keyLeft, threshold, struck, other));
    task.run(a + 16, b + 16, entry(right, keyRight, threshold, struck, other));
    left = i32x4.add(left, weyl); right = i32x4.add(right, weyl);
  }
}

@unmanaged class Multiply {
  @inline run(a: usize, b: usize, m: v128): void { v128.store(a, f32x4.mul(m, v128.load(b))); }
}
@unmanaged class Rest {
  @inline run(a: usize, b: usize, m: v128): void {
    v128.store(a, f32x4.mul(f32x4.sub(f32x4.splat(1), m), v128.load(b)));
  }
}
@unmanaged class Part {
  @inline run(a: usize, b: usize, m: v128): void {
    const whole = v128.load(b), stays = f32x4.mul(m, whole);
    v128.store(a, stays);
    v128.store(b, f32x4.mul(f32x4.sub(f32x4.splat(1), m), whole));
  }
}
@unmanaged class Blend {
  @inline run(a: usize, b: usize, m: v128): void {
    const rest = f32x4.sub(f32x4.splat(1), m);
    v128.store(a, f32x4.add(f32x4.mul(m, v128.load(b)), f32x4.mul(rest, v128.load(a))));
  }
}

/** out = m ⊙ a. `out` may be a. */
export function masked(out: usize, a: usize, mask: Mask, keys: usize, rows: i32): void {
  sweep<Multiply>(mask, keys, out, a, rows);
}

/** out = (1 − m) ⊙ a. `out` may be a. */
export function unmasked(out: usize, a: usize, mask: Mask, keys: usize, rows: i32): void {
  sweep<Rest>(mask, keys, out, a, rows);
}

/** stays = m ⊙ a, and a becomes (1 − m) ⊙ a. */
export function part(stays: usize, a: usize, mask: Mask, keys: usize, rows: i32): void {
  sweep<Part>(mask, keys, stays, a, rows);
}

/** a = m ⊙ b + (1 − m) ⊙ a. */
export function blend(a: usize, b: usize, mask: Mask, keys: usize, rows: i32): void {
  sweep<Blend>(mask, keys, a, b, rows);
}
