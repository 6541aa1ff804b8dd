import { type Random, random } from "../../base/random.ts";
import { flag } from "../../base/option-fields.ts";
import type { Batch } from "../batch.ts";
import { IGNORED } from "../lengths.ts";
import { type Drawing, drawing, float32, int32 } from "../task.ts";

/*
 * Pairs of sequences, a source and its answer, for an encoder and a decoder. With S steps of a source and D of an
 * answer y, over T = S + D steps:
 *
 *     inputs   source │ start  y_0  y_1  …  y_{D−2}     teacher forcing (Williams and Zipser 1989)
 * source │ start start start … without it: only the state knows the earlier answers
 *     targets  none   │ y_0    y_1  y_2  …  y_{D−1}
 *
 * A network without a decoder reads all T steps with one set of weights; the losses are the same.
 */

/** The option of every task of pairs. */
export const teacherForcing = {
  ...flag("give the decoder the true answer of the step before as its input", true),
  alias: ["teacher_forcing"],
};

/** A source and an answer of symbols, whole numbers from 0. */
export interface SymbolPair {
  readonly source: ArrayLike<number>;
  readonly answer: ArrayLike<number>;
}

/** The properties that all pairs of a task of symbols share. */
export interface SymbolTask extends Required<Pick<Batch, "name" | "baseline" | "information">> {
  /** k, the number of different symbols of sources and answers. The start is symbol k, so X = k + 1. */
  readonly symbols: number;
  /** Y: an answer has the first Y of them. */
  readonly outputs: number;
  readonly sourceSteps: number;
  readonly answerSteps: number;
  readonly teacherForcing: boolean;
}

/**
 * Batches of pairs of symbols: `tokens [T, B]`, the same one-hot as `inputs [T, B, X]`, `targets [T, B]`, ignored at
 * the steps of the source, cross-entropy.
 */
export function drawingSymbols(task: SymbolTask, pair: (stream: Random) => SymbolPair): Drawing {
  const { name, symbols: start, outputs, sourceSteps: S, answerSteps: D, baseline, information } = task;
  const [T, X] = [S + D, start + 1];
  const facts = {
    name,
    steps: T,
    inputSize: X,
    outputSize: outputs,
    loss: "cross_entropy",
    lossAt: "every",
    decoderSteps: D,
    baseline,
    information,
  } as const;
  return drawing(facts, ({ batch: B, seed }) => {
    const stream = random(seed, `task/${name}`);
    const [inputs, tokens, targets] = [float32(T, B, X), int32(T, B), int32(T, B).fill(IGNORED)];
    for (let b = 0; b < B; b++) {
      const { source, answer } = pair(stream);
      for (let t = 0; t < T; t++) {
        const token = t < S ? source[t] : task.teacherForcing && t > S ? answer[t - S - 1] : start;
        tokens[t * B + b] = token;
        inputs[(t * B + b) * X + token] = 1;
        if (t >= S) targets[t * B + b] = answer[t - S];
      }
    }
    return { inputs, tokens, targets };
  });
}
