import type { Arena } from "../engine.ts";
import { pad4 } from "../panels.ts";
import { factorsOf, lnOf, type ScaledTensor } from "../scaled.ts";

/*
 * Weight norm (Salimans and Kingma 2016; torch.nn.utils.weight_norm, dim 0), for each row r of W:
 *
 *     W_r = g_r v_r/‖v_r‖      ∂L/∂g_r = ∂L/∂W_r · v_r/‖v_r‖      ∂L/∂v_r = g_r/‖v_r‖ · (∂L/∂W_r − ∂L/∂g_r v_r/‖v_r‖)
 */

export type WeightNormPart = "g" | "v";

/**
 * Writes the gradient of g or v at byte address `to`, rounded to float32; returns ln of its norm before that.
 *
 * @param layer names of g and v; address, rows, columns and exponent of ∂L/∂W, which is stored in panels
 */
export function gatherWeightNorm(
  arena: Arena,
  layer: {
    readonly g: string;
    readonly v: string;
    readonly gradientAt: number;
    readonly rows: number;
    readonly columns: number;
    readonly exponent: number;
  },
  part: WeightNormPart,
  to: number,
): number {
  const { gradientAt, rows, columns, exponent } = layer;
  const [first, second] = factorsOf(exponent);
  const [g, v] = [arena.address(layer.g), arena.address(layer.v)];
  const stride = pad4(rows);
  const wantsG = part === "g" ? 1 : 0;
  return lnOf(
    arena.core.weightNormGather(to, g, v, gradientAt, rows, columns, stride, first, second, wantsG),
    exponent,
  );
}

/**
 * The gradients of g and v.
 *
 * @param dW `[H, K]` in the frame of `exponent`
 */
export function weightNormGradient(
  H: number,
  g: Float32Array,
  v: Float32Array,
  dW: Float64Array,
  exponent: number,
): Record<WeightNormPart, ScaledTensor> {
  const K = dW.length / H;
  const dg = new Float64Array(H);
  const dv = new Float64Array(dW.length);
  for (let r = 0; r < H; r++) {
    const norm = rowNorm(v, r, K);
    let dot = 0;
    for (let j = 0; j < K; j++) dot += dW[r * K + j] * v[r * K + j];
    dg[r] = dot / norm;
    for (let j = 0; j < K; j++) dv[r * K + j] = (g[r] / norm) * (dW[r * K + j] - (dg[r] * v[r * K + j]) / norm);
  }
  return { g: { data: dg, exponent }, v: { data: dv, exponent } };
}

function rowNorm(v: Float32Array, r: number, K: number): number {
  let square = 0;
  for (let j = 0; j < K; j++) square += v[r * K + j] ** 2;
  return Math.sqrt(square);
}
