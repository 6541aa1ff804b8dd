import { sineCosine } from "../../math/sine";

/** φ(a) = sin a      φ'(a) = cos a      neither has a limit at ±∞: NaN. */
@unmanaged export class Sine {
  @inline both(a: v128, value: usize, slope: usize): void {
    sineCosine(a, value, slope);
  }
}
