import { inSlices } from "../base/time-slicing.ts";
import type { DepthPass } from "../wasm/feedforward/pass.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";
import { lnFrobenius, lnTensorNorm, lnTogether } from "./log-norm.ts";
import type { InputGradientFlow } from "./types/index.ts";

/**
 * Reads ∂L/∂x of a deep network from a pass that measured it.
 *
 * @param lnFirst ln ‖∂L/∂h_0‖ of the first layer
 */
export function readDepthInput(pass: DepthPass, lnFirst: number): InputGradientFlow | undefined {
  const { B, options } = pass.shape;
  if (options.inputGradient === undefined || options.inputGradient === false) return undefined;
  const { squares, exponents } = pass.norms(0);
  const lnGradientNorm = lnFrobenius(squares, exponents, pass.tape.operations[0].xSlot * B, B);
  return {
    lnGradientNorm,
    lnGain: lnGradientNorm - lnFirst,
    ...(options.inputGradient === "columns" ? { lnColumnNorms: depthColumns(pass) } : {}),
  };
}

function depthColumns(pass: DepthPass): Float64Array {
  const { panels, stride, exponents } = pass.inputGradient;
  const { rows } = pass.tape.operations[0].x;
  const { B } = pass.shape;
  const squares = new Float64Array(B);
  return Float64Array.from({ length: rows }, (_, k) => {
    for (let b = 0; b < B; b++) squares[b] = panels[((b >> 3) * stride + k) * 8 + (b & 7)] ** 2;
    return lnFrobenius(squares, exponents, 0, B);
  });
}

/**
 * Reads ∂L/∂x of a recurrent network from a pass that measured it.
 *
 * @param lnFirst [T] ln ‖∂L/∂h_t‖ of the first level, one row for each direction
 */
export function* readStepInput(
  pass: RecurrentPass,
  lnFirst: readonly Float64Array[],
): Generator<void, InputGradientFlow | undefined> {
  if (pass.inputGradient === undefined) return undefined;
  const { T, B } = pass.geometry;
  const { having } = pass.order;
  const lnStepNorms = new Float64Array(T);
  yield* inSlices(T, B, (from, to) => {
    const { squares, exponents } = pass.inputGradient!;
    for (let t = from; t < to; t++) {
      const norm = lnFrobenius(squares, exponents, t * B, having[t]);
      lnStepNorms[t] = having[t] === B ? norm : norm + 0.5 * Math.log(B / having[t]);
    }
  });
  const lnGradientNorm = lnWhole(lnStepNorms);
  const { columns } = pass.inputGradient;
  return {
    lnGradientNorm,
    lnStepNorms,
    lnGain: lnGradientNorm - lnTogether(lnFirst.map(lnWhole)),
    ...(columns === undefined ? {} : { lnColumnNorms: stepColumns(pass, columns) }),
  };
}

function stepColumns(
  pass: RecurrentPass,
  { squares, exponents }: { readonly squares: Float64Array; readonly exponents: Int32Array },
): Float64Array {
  const { P, X } = pass.geometry;
  const own = new Float64Array(P);
  return Float64Array.from({ length: X }, (_, k) => {
    for (let p = 0; p < P; p++) own[p] = squares[p * X + k];
    return lnFrobenius(own, exponents, 0, P);
  });
}

/** ln ‖∂L/∂E[v]‖ of every token, from the table's gradient `[V, X]`; −∞ for a token that does not occur. */
export const readTokenNorms = ({ data, exponent }: ScaledTensor, V: number): Float64Array => {
  const X = data.length / V;
  return Float64Array.from({ length: V }, (_, v) => lnTensorNorm(data.subarray(v * X, (v + 1) * X), exponent));
};

/** ln of the norm of all steps together. There may be too many steps for the arguments of a call. */
function lnWhole(lnNorms: Float64Array): number {
  const top = lnNorms.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(top)) return top;
  return top + 0.5 * Math.log(lnNorms.reduce((sum, one) => sum + Math.exp(2 * (one - top)), 0));
}
