import { doubles } from "../kernels/lanes";
import { Update } from "../records/update";
import { bytesOf } from "./blend";

/**
 * Adds the sums that describe an update to `moved`, in one sweep. A long tensor comes as several records, one after
 * the other: each continues the lanes of `moved`, and the bits are those of one sweep.
 */
export function measureUpdate(u: Update): void {
  const theta = u.theta, before = u.before, start = u.start, moved = u.moved;
  let step0 = v128.load(moved), step1 = v128.load(moved, 16), own0 = v128.load(moved, 32);
  let own1 = v128.load(moved, 48), far0 = v128.load(moved, 64), far1 = v128.load(moved, 80);
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {  // the padding is zero in all three
    const x0 = doubles(v128.load64_zero(theta + at)), x1 = doubles(v128.load64_zero(theta + at, 8));
    const b0 = doubles(v128.load64_zero(before + at)), b1 = doubles(v128.load64_zero(before + at, 8));
    const s0 = doubles(v128.load64_zero(start + at)), s1 = doubles(v128.load64_zero(start + at, 8));
    const d0 = f64x2.sub(x0, b0), d1 = f64x2.sub(x1, b1), f0 = f64x2.sub(x0, s0), f1 = f64x2.sub(x1, s1);
    step0 = f64x2.add(step0, f64x2.mul(d0, d0)); step1 = f64x2.add(step1, f64x2.mul(d1, d1));
    own0 = f64x2.add(own0, f64x2.mul(x0, x0)); own1 = f64x2.add(own1, f64x2.mul(x1, x1));
    far0 = f64x2.add(far0, f64x2.mul(f0, f0)); far1 = f64x2.add(far1, f64x2.mul(f1, f1));
  }
  v128.store(moved, step0); v128.store(moved, step1, 16); v128.store(moved, own0, 32);
  v128.store(moved, own1, 48); v128.store(moved, far0, 64); v128.store(moved, far1, 80);
}

/** Keeps θ as it is, for `measureUpdate`; an update that is not measured has no place for it. */
export function keepBefore(u: Update): void { if (u.before != 0) memory.copy(u.before, u.theta, bytesOf(u)); }

/** Sets the padding after the last number to zero again: an update with ε = 0 makes it NaN. */
export function clearPadding(u: Update): void {
  for (let i = u.n; i < ((u.n + 3) & ~3); i++) store<f32>(u.theta + (<usize>i << 2), 0);
}
