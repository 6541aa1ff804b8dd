import { sineCosine } from "../../math/sine";

/** φ(a) = sin a      φ'(a) = cos a      Neither has a limit at ±∞, so both are NaN there. */
@unmanaged export class Sine {
  @inline both(a: v128, value: usize, slope: usize): void {
    sineCosine(a, value, slope);
  }
}
