/**
 * Truncated back-propagation through time by its definition: the sequence is cut into windows, the state before each
 * is a constant, and every window backpropagates only the losses of its last steps. The gradients of all windows are
 * summed.
 */
import { norm, sum, zeros } from "./linear.ts";
import { injection, type RecurrentOracleBatch, type RecurrentOracleSpec, sequence } from "./recurrent.ts";
import { backward, type RecurrentLayer } from "./recurrent-backward.ts";
import { forward, type Trace } from "./recurrent-forward.ts";
import { type Parameters, rows, type Vector, zerosLike } from "./tensor.ts";

export interface TruncatedResult {
  readonly gradients: Parameters;
  readonly lnGradientNorm: Float64Array; // [T], of Σ over windows of ∂(their losses)/∂h_t, all layers together
}

/** After every k1 steps, and after the last step, the losses of these steps go back k2 steps. */
export function truncatedRecurrent(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  batch: RecurrentOracleBatch,
  { k1, k2 }: { k1: number; k2: number },
): TruncatedResult {
  const T = batch.steps;
  const trace = forward(spec, parameters, sequence(batch));
  const gradients = zerosLike(parameters);
  const { injected } = injection(parameters, batch, trace.output, gradients);
  const deltas: Vector[][][] = trace.layers.map(({ steps }) =>
    steps.map((states) => states.map(({ h }) => zeros(h.length))),
  );
  for (let from = 0; from < T; from += k1) {
    const end = Math.min(from + k1, T);
    const start = Math.max(0, end - k2);
    const layers = window(spec, parameters, trace, injected, gradients, start, from, end);
    layers.forEach(({ delta }, l) => {
      rows(delta, spec.hidden).forEach((own, i) => {
        const [t, b] = [start + Math.floor(i / batch.batch), i % batch.batch];
        deltas[l][t][b] = sum(deltas[l][t][b], own);
      });
    });
  }
  const lnGradientNorm = Float64Array.from({ length: T }, (_, t) =>
    Math.log(norm(deltas.flatMap((layer) => layer[t]))),
  );
  return { gradients, lnGradientNorm };
}

/** ln ‖∂L_t/∂h_s‖ of all layers together `[T][T]`, −∞ where s > t, except in a bidirectional network. */
export function creditRecurrent(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  batch: RecurrentOracleBatch,
): Float64Array[] {
  const { steps: T, batch: B } = batch;
  const trace = forward(spec, parameters, sequence(batch));
  const { injected } = injection(parameters, batch, trace.output, zerosLike(parameters));
  return Array.from({ length: T }, (_, t) => {
    const alone = injected.map((states, s) => (s === t ? states : states.map((u) => zeros(u.length))));
    const layers = spec.bidirectional
      ? backward(spec, parameters, trace, alone, zerosLike(parameters)).layers
      : window(spec, parameters, trace, injected, zerosLike(parameters), 0, t, t + 1);
    const size = B * spec.hidden;
    return Float64Array.from({ length: T }, (_, s) =>
      s > t && !spec.bidirectional
        ? Number.NEGATIVE_INFINITY
        : Math.log(norm(layers.map(({ delta }) => delta.subarray(s * size, (s + 1) * size)))),
    );
  });
}

/** The backward pass through steps start ≤ t < end of a trace, with the losses of steps from ≤ t < end. */
function window(
  spec: RecurrentOracleSpec,
  parameters: Parameters,
  trace: Trace,
  injected: Vector[][],
  gradients: Parameters,
  start: number,
  from: number,
  end: number,
): RecurrentLayer[] {
  const cut = {
    output: trace.output.slice(start, end),
    layers: trace.layers.map((layer) => ({
      ...layer,
      input: layer.input.slice(start, end),
      steps: layer.steps.slice(start, end),
      ...(start === 0 ? {} : { before: layer.steps[start - 1] }),
    })),
  };
  const losses = injected
    .slice(start, end)
    .map((states, i) => (start + i >= from ? states : states.map((u) => zeros(u.length))));
  return backward(spec, parameters, cut, losses, gradients).layers;
}
