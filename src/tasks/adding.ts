import { random } from "../base/random.ts";
import { whole } from "../base/option-fields.ts";
import { defineTask, drawing, float32 } from "./task.ts";

/**
 * The adding problem. Step t of a sequence is (value, marker): values are U[0, 1], markers 1 at two steps and 0
 * elsewhere, one in the first half of the sequence and one in the second. The target is the sum of the two values.
 *
 * `inputs [T, B, 2]`, `targets [B, 1]`, squared error at the last step.
 */
export const adding = defineTask({
  name: "adding",
  aliases: ["adding_problem", "add"],
  kind: "recurrent",
  summary: "add the two marked values of a sequence of T",
  source:
    "Hochreiter and Schmidhuber 1997, as in Le, Jaitly and Hinton 2015 and Arjovsky, Shah and Bengio 2016: values U[0, 1], one marker in each half",
  baseline:
    "1/6, the variance of a sum of two U[0, 1]: the mean squared error of always answering their mean, 1 (the 0.1767 of Le 2015 is a misprint)",
  options: { steps: whole("length T of a sequence", 1000, { least: 2 }) },
  prepare: ({ steps: T }) => {
    const half = Math.floor(T / 2);
    const facts = {
      name: "adding",
      steps: T,
      inputSize: 2,
      outputSize: 1,
      loss: "mse",
      lossAt: "last",
      baseline: 1 / 6,
      // the earlier of the two values; the loss is at step T − 1
      information: { farthest: T - 1, typical: T - 1 - (half >> 1) },
    } as const;
    return drawing(facts, function* ({ batch: B, seed }) {
      const stream = random(seed, "task/adding");
      const inputs = float32(T, B, 2);
      const targets = float32(B, 1);
      for (let b = 0; b < B; b++) {
        const first = stream.below(half);
        const second = half + stream.below(T - half);
        for (let t = 0; t < T; t++) inputs[(t * B + b) * 2] = stream.uniform();
        inputs[(first * B + b) * 2 + 1] = 1;
        inputs[(second * B + b) * 2 + 1] = 1;
        targets[b] = inputs[(first * B + b) * 2] + inputs[(second * B + b) * 2];
        yield;
      }
      return { inputs, targets };
    });
  },
});
