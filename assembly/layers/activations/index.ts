import { Elu, Selu } from "./elu";
import { Erf } from "./erf";
import { Exponential } from "./exponential";
import { Gelu, GeluTanh } from "./gelu";
import { Hardsigmoid, Hardswish, Hardtanh } from "./hard";
import { Identity } from "./identity";
import { Mish } from "./mish";
import { LeakyRelu, Relu, Relu6 } from "./rectifiers";
import { Sigmoid } from "./sigmoid";
import { Silu } from "./silu";
import { Sine } from "./sine";
import { Softplus } from "./softplus";
import { Softsign } from "./softsign";
import { sweep, sweepByFour } from "./sweep";
import { sweepTanh } from "./tanh";

export { activatePrelu } from "./prelu";

/** An activation: `Layer.activation`, and `Operation.kind` of an activation. */
export const enum ActivationKind {
  Identity,
  Sigmoid,
  Tanh,
  Hardtanh,
  Hardsigmoid,
  Softsign,
  Relu,
  LeakyRelu,
  Prelu,
  Elu,
  Selu,
  Celu,
  Gelu,
  GeluTanh,
  Silu,
  Mish,
  Softplus,
  Erf,
  Sine,
  Hardswish,
  Relu6,
  Exponential,
}

/**
 * h[i] = φ(a[i]), slope[i] = φ'(a[i]) for i < n, for every kind but prelu, whose weight is learned: `activatePrelu`.
 * Pointers 16-byte aligned, n a multiple of 4; h or slope may be a itself; a null pointer discards that output.
 */
export function activate(kind: i32, a: usize, h: usize, slope: usize, n: i32): void {
  switch (kind) {
    case ActivationKind.Identity:
      return sweep<Identity>(a, h, slope, n);
    case ActivationKind.Sigmoid:
      return sweepByFour<Sigmoid>(a, h, slope, n);
    case ActivationKind.Tanh:
      return sweepTanh(a, h, slope, n);
    case ActivationKind.Hardtanh:
      return sweep<Hardtanh>(a, h, slope, n);
    case ActivationKind.Hardsigmoid:
      return sweep<Hardsigmoid>(a, h, slope, n);
    case ActivationKind.Softsign:
      return sweep<Softsign>(a, h, slope, n);
    case ActivationKind.Relu:
      return sweep<Relu>(a, h, slope, n);
    case ActivationKind.LeakyRelu:
      return sweep<LeakyRelu>(a, h, slope, n);
    case ActivationKind.Elu:
    case ActivationKind.Celu: // with α = 1, torch's default, the same function
      return sweep<Elu>(a, h, slope, n);
    case ActivationKind.Selu:
      return sweep<Selu>(a, h, slope, n);
    case ActivationKind.Gelu:
      return sweep<Gelu>(a, h, slope, n);
    case ActivationKind.GeluTanh:
      return sweep<GeluTanh>(a, h, slope, n);
    case ActivationKind.Silu:
      return sweep<Silu>(a, h, slope, n);
    case ActivationKind.Mish:
      return sweep<Mish>(a, h, slope, n);
    case ActivationKind.Softplus:
      return sweep<Softplus>(a, h, slope, n);
    case ActivationKind.Erf:
      return sweep<Erf>(a, h, slope, n);
    case ActivationKind.Sine:
      return sweep<Sine>(a, h, slope, n);
    case ActivationKind.Hardswish:
      return sweep<Hardswish>(a, h, slope, n);
    case ActivationKind.Relu6:
      return sweep<Relu6>(a, h, slope, n);
    case ActivationKind.Exponential:
      return sweep<Exponential>(a, h, slope, n);
    default:
      unreachable();
  }
}

/** h[i] = φ(a[i]) for i < n. As `activate`. */
export function activateValue(kind: i32, a: usize, h: usize, n: i32): void {
  activate(kind, a, h, 0, n);
}

/** slope[i] = φ'(a[i]) for i < n. As `activate`. */
export function activateSlope(kind: i32, a: usize, slope: usize, n: i32): void {
  activate(kind, a, 0, slope, n);
}
