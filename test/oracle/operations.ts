import type { ActivationName } from "../../src/catalogue/index.ts";
import { ACTIVATION, prelu } from "./activations.ts";
import { addInto, addOuter, product, sum, times, transposedTimes } from "./linear.ts";
import { named, type Parameters, type Tensor, tensor, type Vector } from "./tensor.ts";

/** The result of one operation on a batch, and its adjoint, which also adds to the parameters' gradients. */
export interface Operation {
  readonly output: Vector[]; // [B][n]
  /** ∂L/∂output → ∂L/∂input; called at most once. */
  readonly adjoint: (v: Vector[]) => Vector[];
}

/** The values of the parameters, and the tensors in which their gradients are summed. */
export interface Learned {
  readonly values: Parameters;
  readonly gradients: Parameters;
}

/** y = W x + b; ∂x = Wᵀ v, ∂W = Σ_b v xᵀ, ∂b = Σ_b v. `name.weight` `[m, n]`, `name.bias` `[m]`. */
export function linear({ values, gradients }: Learned, name: string, x: Vector[]): Operation {
  const W = named(values, `${name}.weight`);
  return affine(W, named(values, `${name}.bias`), x, (v) => {
    v.forEach((row, b) => {
      addOuter(gradients[`${name}.weight`], row, x[b]);
      addInto(gradients[`${name}.bias`], row);
    });
  });
}

/**
 * Weight normalization, Salimans and Kingma 2016: W_i = g_i v_i/‖v_i‖ for every output row i.
 *   ∂g_i = ∂W_i · v_i/‖v_i‖      ∂v_i = (g_i/‖v_i‖) (∂W_i − (∂W_i · v̂_i) v̂_i),  v̂ = v/‖v‖
 * `name.weight_g` `[m, 1]`, `name.weight_v` `[m, n]`, `name.bias` `[m]`.
 */
export function weightNormedLinear({ values, gradients }: Learned, name: string, x: Vector[]): Operation {
  const g = named(values, `${name}.weight_g`);
  const V = named(values, `${name}.weight_v`);
  const [m, n] = V.shape;
  const W = tensor([m, n]);
  const length = Array.from({ length: m }, (_, i) => Math.hypot(...V.data.subarray(i * n, (i + 1) * n)));
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) W.data[i * n + j] = (g.data[i] * V.data[i * n + j]) / length[i];
  return affine(W, named(values, `${name}.bias`), x, (v) => {
    const dW = tensor([m, n]);
    v.forEach((row, b) => {
      addOuter(dW, row, x[b]);
      addInto(gradients[`${name}.bias`], row);
    });
    for (let i = 0; i < m; i++) {
      let along = 0; // ∂W_i · v̂_i
      for (let j = 0; j < n; j++) along += (dW.data[i * n + j] * V.data[i * n + j]) / length[i];
      gradients[`${name}.weight_g`].data[i] += along;
      for (let j = 0; j < n; j++) {
        const across = dW.data[i * n + j] - (along * V.data[i * n + j]) / length[i];
        gradients[`${name}.weight_v`].data[i * n + j] += (g.data[i] / length[i]) * across;
      }
    }
  });
}

function affine(W: Tensor, bias: Tensor, x: Vector[], record: (v: Vector[]) => void): Operation {
  return {
    output: x.map((row) => sum(times(W, row), [...bias.data])),
    adjoint(v) {
      record(v);
      return v.map((row) => transposedTimes(W, row));
    },
  };
}

/** h = φ(a); ∂a = φ'(a) ⊙ v. prelu's slope is `activations.{l}.weight` `[1]`. */
export function activate({ values, gradients }: Learned, name: ActivationName, l: number, a: Vector[]): Operation {
  if (name !== "prelu") {
    const phi = ACTIVATION[name];
    return {
      output: a.map((row) => row.map(phi.value)),
      adjoint: (v) => v.map((row, b) => product(a[b].map(phi.derivative), row)),
    };
  }
  const slope = `activations.${l}.weight`;
  const phi = prelu(named(values, slope).data[0]);
  return {
    output: a.map((row) => row.map(phi.value)),
    adjoint: (v) =>
      v.map((row, b) => {
        row.forEach((value, i) => {
          gradients[slope].data[0] += phi.slopeDerivative(a[b][i]) * value;
        });
        return product(a[b].map(phi.derivative), row);
      }),
  };
}
