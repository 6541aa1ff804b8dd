/**
 * The backward pass over a recurrent trace: δ_t = ∂L/∂h_t of every layer by every path, every parameter's gradient,
 * the ledgers.
 *
 * A reversed direction's ledger and contributions run by t as well: its interval s leads from δ_s to δ_{s+1}.
 */
import type { StepAdjoint } from "./cell.ts";
import type { OracleLedger } from "./ledger.ts";
import { addInto, addOuter, norm, sum, transposedTimes, zeros } from "./linear.ts";
import {
  cellOf,
  type LayerTrace,
  type RecurrentOracleSpec,
  type Trace,
  weightsOf,
  zeroState,
} from "./recurrent-forward.ts";
import { recurrentLedger } from "./recurrent-ledger.ts";
import { flatten, type Parameters, tensor, type Vector } from "./tensor.ts";

/** One layer in one direction. */
export interface RecurrentLayer {
  /** `l0`, `l0_reverse`, `l1` …: the ending of its parameters' names. */
  readonly suffix: string;
  readonly hidden: Float64Array; // h [T, B, H]
  readonly delta: Float64Array; // ∂L/∂h_t, by every path [T, B, H]
  readonly lnGradientNorm: Float64Array; // ln ‖δ_t‖_F [T]
  readonly cell?: Float64Array; // an LSTM's c [T, B, H]
  readonly deltaCell?: Float64Array; // its ∂L/∂c_t, by every path [T, B, H]
  readonly lnCellGradientNorm?: Float64Array; // [T]
  /** ‖step t's own contribution to ∂L/∂W_hh‖_F, summed over the batch; zero at the first step, where h' = 0. */
  readonly contributions: Float64Array; // [T]
  readonly ledger: OracleLedger; // [T − 1]
}

/**
 * The backward pass through every layer, top first.
 *
 * @param injected ∂L/∂(top layer's output) by the loss itself `[T][B][D·H]`
 * @returns the layers, bottom first, and ∂L/∂x `[T][B][X]`
 */
export function backward(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  trace: Trace,
  injected: Vector[][],
  gradients: Parameters,
): { layers: RecurrentLayer[]; inputGradient: Vector[][] } {
  const H = spec.hidden;
  const D = spec.bidirectional ? 2 : 1;
  const layers: RecurrentLayer[] = new Array(trace.layers.length);
  let external = injected;
  for (let l = spec.layers - 1; l >= 0; l--) {
    const below = trace.layers[l * D].input.map((states) => states.map((x) => zeros(x.length)));
    for (let d = 0; d < D; d++) {
      const own = external.map((states) => states.map((u) => u.slice(d * H, (d + 1) * H)));
      const layer = trace.layers[l * D + d];
      layers[l * D + d] = layerBackward(spec, parameters, layer, own, l === spec.layers - 1, gradients, below);
    }
    external = below;
  }
  return { layers, inputGradient: external };
}

/**
 * One layer in one direction, from its last step to its first:
 *   δ_t = external_t + (W_hhᵀ hiddenSide + carry)_{later step};  ∂W_hh += hiddenSide h'ᵀ;  ∂W_ih += inputSide xᵀ
 *
 * @param below ∂L/∂(layer's input), added to `[T][B][X or D·H]`
 */
function layerBackward(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  layer: LayerTrace,
  external: Vector[][],
  isTop: boolean,
  gradients: Parameters,
  below: Vector[][],
): RecurrentLayer {
  const { suffix, reverse, input, steps } = layer;
  const [T, B, H] = [steps.length, steps[0].length, spec.hidden];
  const cell = cellOf(spec.cell);
  const weights = weightsOf(parameters, suffix);
  const into = weightsOf(gradients, suffix);
  const delta: Vector[][] = new Array(T);
  const adjoints: StepAdjoint[][] = new Array(T);
  const contributions = new Float64Array(T);
  let later = Array.from({ length: B }, () => zeroState(H)); // ∂L/∂h_t, ∂L/∂c_t by the later step
  for (let k = T - 1; k >= 0; k--) {
    const t = reverse ? T - 1 - k : k;
    const previous = k === 0 ? layer.before : steps[reverse ? t + 1 : t - 1];
    delta[t] = external[t].map((u, b) => sum(u, later[b].h));
    const share = tensor([cell.gates * H, H]); // step t's own ∂W_hh
    adjoints[t] = steps[t].map((step, b) => {
      const before = previous?.[b] ?? zeroState(H);
      const adjoint = cell.backward(step, before, delta[t][b], later[b].c);
      addOuter(into.ih, adjoint.inputSide, input[t][b]);
      addInto(into.bih, adjoint.inputSide);
      addOuter(share, adjoint.hiddenSide, before.h);
      addInto(into.bhh, adjoint.hiddenSide);
      below[t][b] = sum(below[t][b], transposedTimes(weights.ih, adjoint.inputSide));
      return adjoint;
    });
    addInto(into.hh, [...share.data]);
    contributions[t] = norm([share.data]);
    later = adjoints[t].map(({ hiddenSide, carry, previousCell }) => ({
      h: sum(transposedTimes(weights.hh, hiddenSide), carry),
      c: previousCell,
    }));
  }
  const isLstm = spec.cell === "lstm";
  const lnNorms = (values: Vector[][]) => Float64Array.from(values, (states) => Math.log(norm(states)));
  const deltaCell = adjoints.map((states) => states.map((adjoint) => adjoint.deltaCell));
  return {
    suffix,
    hidden: flatten(steps.flat().map(({ h }) => h)),
    delta: flatten(delta.flat()),
    lnGradientNorm: lnNorms(delta),
    ...(isLstm && {
      cell: flatten(steps.flat().map(({ c }) => c)),
      deltaCell: flatten(deltaCell.flat()),
      lnCellGradientNorm: lnNorms(deltaCell),
    }),
    contributions,
    ledger: recurrentLedger(spec.cell, reverse, weights.hh, steps, external, delta, adjoints, isTop),
  };
}
