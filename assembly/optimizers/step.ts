import { Update } from "../records/update";
import { bytesOf } from "./blend";

/** Writes the sums that describe an update into `moved`, in one sweep. */
export function measureUpdate(u: Update): void {
  const theta = u.theta, before = u.before, start = u.start;
  let step0 = f64x2.splat(0), step1 = step0, own0 = step0, own1 = step0, far0 = step0, far1 = step0;
  for (let at: usize = 0, end = bytesOf(u); at < end; at += 16) {  // the padding is zero in all three
    const x = v128.load(theta + at), b = v128.load(before + at), s = v128.load(start + at);
    const x0 = low(x), x1 = high(x), d0 = f64x2.sub(x0, low(b)), d1 = f64x2.sub(x1, high(b));
    const f0 = f64x2.sub(x0, low(s)), f1 = f64x2.sub(x1, high(s));
    step0 = f64x2.add(step0, f64x2.mul(d0, d0)); step1 = f64x2.add(step1, f64x2.mul(d1, d1));
    own0 = f64x2.add(own0, f64x2.mul(x0, x0)); own1 = f64x2.add(own1, f64x2.mul(x1, x1));
    far0 = f64x2.add(far0, f64x2.mul(f0, f0)); far1 = f64x2.add(far1, f64x2.mul(f1, f1));
  }
  store<f64>(u.moved, total(step0, step1));
  store<f64>(u.moved, total(own0, own1), 8);
  store<f64>(u.moved, total(far0, far1), 16);
}

/** Keeps θ as it is, for `measureUpdate`. */
export function keepBefore(u: Update): void { memory.copy(u.before, u.theta, bytesOf(u)); }

/** Sets the padding after the last number to zero again: an update with ε = 0 makes it NaN. */
export function clearPadding(u: Update): void {
  for (let i = u.n; i < ((u.n + 3) & ~3); i++) store<f32>(u.theta + (<usize>i << 2), 0);
}

@inline function low(x: v128): v128 { return f64x2.promote_low_f32x4(x); }
@inline function high(x: v128): v128 { return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1)); }
@inline function total(a: v128, b: v128): f64 {
  const sum = f64x2.add(a, b);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
