import { leaky } from "./rectifiers";

/**
 * The leaky rectifier whose weight w is learned: h = a where a > 0, w a elsewhere; ∂h/∂w = min(a, 0).
 * It is not a class as in `sweep.ts`, because w is an argument. Pointers and n as in `sweep`; none may be null.
 */
export function activatePrelu(w: f32, a: usize, h: usize, slope: usize, n: i32): void {
  const weight = f32x4.splat(w);
  for (const end = a + ((<usize>n) << 2); a < end; a += 16) {
    leaky(v128.load(a), weight, h, slope);
    h += 16;
    slope += 16;
  }
}
