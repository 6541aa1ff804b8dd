import { exp } from "../../math/exp";

/** φ(a) = φ'(a) = e^a, the same number for both. */
@unmanaged export class Exponential {
  @inline both(a: v128, value: usize, slope: usize): void {
    const e = exp(a);
    v128.store(value, e);
    v128.store(slope, e);
  }
}
