import { random } from "../base/random.ts";
import { whole } from "../base/option-fields.ts";
import { defineTask, drawing, float32, int32 } from "./task.ts";

/**
 * Copy memory. With n = `symbols` (10) and k = `alphabet` (8), categories 0 … k−1 are symbols, k is the blank and k+1
 * the delimiter, one-hot: X = Y = k + 2. A sequence of T + 2n steps:
 *
 *     inputs   n symbols │ T − 1 blanks │ delimiter │ n blanks
 *     targets  T + n blanks                         │ the n symbols
 *
 * `inputs [T + 2n, B, k + 2]`, `targets [T + 2n, B]`, cross-entropy at every step.
 */
export const copy = defineTask({
  name: "copy",
  aliases: ["copy_memory", "copying", "memory"],
  kind: "recurrent",
  summary: "repeat 10 symbols after T blank steps; the batch has T + 20 steps",
  source: "Hochreiter and Schmidhuber 1997; Arjovsky, Shah and Bengio 2016, section 5.1",
  baseline:
    "10 ln 8/(T + 20) nats a step, for answering blank until the delimiter and then guessing (symbols · ln alphabet/(T + 2 · symbols))",
  options: {
    steps: whole("number of blank steps T between symbols and answer; the sequence is longer by 2 · symbols", 1000),
    symbols: whole("number of symbols to copy", 10),
    alphabet: whole("number of different symbols", 8, { least: 2 }),
  },
  prepare: ({ steps: blanks, symbols: n, alphabet: k }) => {
    const T = blanks + 2 * n;
    const X = k + 2;
    const facts = {
      name: "copy",
      steps: T,
      inputSize: X,
      outputSize: X,
      loss: "cross_entropy",
      lossAt: "every",
      baseline: (n * Math.log(k)) / T,
      information: { farthest: blanks + n, typical: blanks + n },
    } as const;
    return drawing(facts, ({ batch: B, seed }) => {
      const stream = random(seed, "task/copy");
      const inputs = float32(T, B, X);
      const targets = int32(T, B).fill(k);
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < T; t++) {
          let category = k;
          if (t < n) {
            category = stream.below(k);
            targets[(t + blanks + n) * B + b] = category;
          } else if (t === n + blanks - 1) category = k + 1;
          inputs[(t * B + b) * X + category] = 1;
        }
      }
      return { inputs, targets };
    });
  },
});
