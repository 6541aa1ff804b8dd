import { nanOf } from "../../math/lanes";

/** φ(a) = a      φ'(a) = 1 */
@unmanaged export class Identity {
  @inline both(a: v128, value: usize, slope: usize): void {
    v128.store(value, a);
    v128.store(slope, v128.or(f32x4.splat(1), nanOf(a)));
  }
}
