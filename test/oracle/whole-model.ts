/**
 * A recurrent network with dense layers before it and behind it, on sequences of one length: every step goes through
 * the stem alone, the steps are pooled to one vector a sample (or, with a loss at every step, not), the head follows.
 *
 *   stem: x_t ← φ(norm(W x_t + b))    pooling: last h_{T−1} · final, each direction's own last · mean · max over t
 */
import type { ActivationName } from "../../src/catalogue/index.ts";
import { LOSS } from "./losses.ts";
import { normalize } from "./normalization.ts";
import { activate, type Learned, linear, type Operation } from "./operations.ts";
import type { RecurrentOracleBatch, RecurrentOracleSpec } from "./recurrent.ts";
import { backward } from "./recurrent-backward.ts";
import { forward } from "./recurrent-forward.ts";
import { type Parameters, rows, type Vector, zerosLike } from "./tensor.ts";

interface DenseRun {
  readonly width: readonly number[];
  readonly activation: readonly ActivationName[];
  readonly norm: readonly ("none" | "layer")[];
}

export interface WholeModelSpec extends RecurrentOracleSpec {
  readonly stem?: DenseRun;
  readonly head?: DenseRun;
  readonly pooling: "last" | "final" | "mean" | "max";
}

/** Operations in series. */
function series(x: Vector[], operations: readonly ((x: Vector[]) => Operation)[]): Operation {
  const done: Operation[] = [];
  for (const operation of operations) done.push(operation(done.at(-1)?.output ?? x));
  return {
    output: done.at(-1)?.output ?? x,
    adjoint: (v) => done.reduceRight((inward, { adjoint }) => adjoint(inward), v),
  };
}

const dense = (learned: Learned, module: string, run: DenseRun | undefined) =>
  (run?.width ?? []).flatMap((_, i) => {
    const { activation, norm } = run as DenseRun;
    const name = `${module}.${i}`;
    return [
      (x: Vector[]) => linear(learned, name, x),
      ...(norm[i] === "layer" ? [(x: Vector[]) => normalize(learned, "layer", `${name}.norm`, x)] : []),
      (x: Vector[]) => activate(learned, activation[i], i, x),
    ];
  });

/** `[T][B][W]` to one vector a sample. */
function pool({ pooling, hidden: H }: WholeModelSpec, output: Vector[][]): Operation {
  const [T, B, W] = [output.length, output[0].length, output[0][0].length];
  // the step from which a number of the pooled vector comes; null for the mean of all steps
  const source = (b: number, i: number): number | null => {
    if (pooling === "mean") return null;
    if (pooling === "last") return T - 1;
    if (pooling === "final") return i < H ? T - 1 : 0;
    return output.reduce((best, states, t) => (states[b][i] > output[best][b][i] ? t : best), 0);
  };
  const each = <Value>(of: (b: number, i: number) => Value) =>
    Array.from({ length: B }, (_, b) => Array.from({ length: W }, (_, i) => of(b, i)));
  return {
    output: each((b, i) => {
      const at = source(b, i);
      return at === null ? output.reduce((sum, states) => sum + states[b][i], 0) / T : output[at][b][i];
    }),
    adjoint: (v) =>
      output.flatMap((states, t) =>
        states.map((h, b) =>
          h.map((_, i) => {
            const at = source(b, i);
            return at === null ? v[b][i] / T : at === t ? v[b][i] : 0;
          }),
        ),
      ),
  };
}

/** The loss and every gradient. */
export function runWholeModel(
  spec: WholeModelSpec,
  parameters: Parameters,
  batch: RecurrentOracleBatch,
): { readonly loss: number; readonly gradients: Parameters; readonly inputGradient: Vector[] } {
  const { batch: B, inputSize: X, inputs, targets, loss: name } = batch;
  if (name === "none" || targets === undefined) throw new Error("oracle: a whole model has a loss");
  const gradients = zerosLike(parameters);
  const learned: Learned = { values: parameters, gradients };
  const steps = (flat: Vector[]): Vector[][] =>
    Array.from({ length: flat.length / B }, (_, t) => flat.slice(t * B, (t + 1) * B));
  const stem = series(rows(inputs, X), dense(learned, "stem", spec.stem));
  const trace = forward(spec, parameters, steps(stem.output));
  const every = batch.lossAt === "every";
  const pooled: Operation = every ? { output: trace.output.flat(), adjoint: (v) => v } : pool(spec, trace.output);
  const readout = "readout.weight" in parameters ? [(x: Vector[]) => linear(learned, "readout", x)] : [];
  const head = series(pooled.output, [...dense(learned, "head", spec.head), ...readout]);
  const { loss, gradient } = LOSS[name](head.output, targets, batch.lossOptions);
  const injected = steps(pooled.adjoint(head.adjoint(gradient)));
  const { inputGradient } = backward(spec, parameters, trace, injected, gradients);
  return { loss, gradients, inputGradient: stem.adjoint(inputGradient.flat()) };
}
