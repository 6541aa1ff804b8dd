import type { ElmanCellName } from "../../../../src/catalogue/index.ts";
import type { MeasureOptions } from "../../../../src/network/create.ts";
import type { Batch } from "../../../../src/tasks/batch.ts";
import { type Parameters, tensor } from "../../../oracle/tensor.ts";
import { run } from "../../../setup/recurrent.ts";

export const [DEAD, NAN, INFINITY] = [Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY];
export const { fround } = Math;
export const relative = (got: number, want: number) => Math.abs(got / want - 1);

export interface Chain {
  readonly cell: ElmanCellName;
  readonly T: number;
  readonly H?: number;
  readonly L?: number;
  readonly B?: number;
  /** W_hh of every layer: a multiple of the identity, or a matrix. */
  readonly w?: number | ArrayLike<number>;
  /** W_ih of every layer, a multiple of the identity (of ones in the first layer); 0 by default, so that a chain's states are zero. */
  readonly input?: number;
  readonly bias?: number;
  /** x_t of sample b. */
  readonly x?: (t: number, b: number) => number;
}

/** A network of one input without readout, its loss the mean over samples of Σ h at the last step. */
export function chain(
  { cell, T, H = 1, L = 1, B = 1, w = 0, input = 0, bias = 0, x = () => 0 }: Chain,
  measure?: MeasureOptions,
) {
  const identity = (factor: number) => Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? factor : 0));
  const parameters: Parameters = {};
  for (let l = 0; l < L; l++) {
    parameters[`rnn.weight_ih_l${l}`] =
      l === 0 ? tensor([H, 1], new Array<number>(H).fill(input)) : tensor([H, H], identity(input));
    parameters[`rnn.weight_hh_l${l}`] = tensor([H, H], typeof w === "number" ? identity(w) : w);
    parameters[`rnn.bias_ih_l${l}`] = tensor([H], new Array<number>(H).fill(bias));
    parameters[`rnn.bias_hh_l${l}`] = tensor([H]);
  }
  const inputs = Float32Array.from({ length: T * B }, (_, i) => x(Math.floor(i / B), i % B));
  const batch: Batch = { name: "chain", batch: B, steps: T, inputSize: 1, inputs, loss: "none", lossAt: "last" };
  return run(
    { cell, H, L, X: 1, Y: null, B, T, loss: "none", lossAt: "last", seed: 0 },
    { parameters, batch },
    measure,
  );
}
