import { random } from "../../base/random.ts";
import { flag, whole } from "../../base/option-fields.ts";
import { defineTask, drawing, float32 } from "../task.ts";
import { teacherForcing } from "./pairs.ts";

/**
 * Reconstruct a sequence of n vectors of X numbers, each N(0, 1), from the encoder's last state. The start is a vector
 * of zeros.
 *
 * `inputs [2n, B, X]`, `targets [2n, B, X]`, NaN at the steps of the source, squared error at those of the answer.
 */
export const autoencoder = defineTask({
  name: "autoencoder",
  aliases: ["auto_encoder", "reconstruction", "lstm_autoencoder"],
  kind: "recurrent",
  summary: "an encoder reads a sequence of random vectors, a decoder reconstructs it from its last one to its first",
  source: "Srivastava, Mansimov and Salakhutdinov 2015, section 2.2; vectors of independent normal numbers",
  baseline: "1, the variance: the mean squared error of always answering the mean, 0",
  options: {
    steps: whole("number of vectors n; the answer has as many, and the sequence twice as many steps", 20),
    width: whole("numbers of each vector", 4),
    reversed: flag("answer from the last vector to the first", true),
    teacherForcing,
  },
  prepare: ({ steps: n, width: X, reversed, teacherForcing }) => {
    const facts = {
      name: "autoencoder",
      steps: 2 * n,
      inputSize: X,
      outputSize: X,
      loss: "mse",
      lossAt: "every",
      decoderSteps: n,
      baseline: 1,
      information: { farthest: reversed ? 2 * n - 1 : n, typical: n },
    } as const;
    return drawing(facts, ({ batch: B, seed }) => {
      const stream = random(seed, "task/autoencoder");
      const inputs = float32(2 * n, B, X);
      const targets = float32(2 * n, B, X).fill(Number.NaN, 0, n * B * X);
      const at = (t: number, b: number) => (t * B + b) * X;
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < n; t++) for (let x = 0; x < X; x++) inputs[at(t, b) + x] = stream.normal();
        for (let i = 0; i < n; i++) {
          const from = at(reversed ? n - 1 - i : i, b);
          const vector = inputs.subarray(from, from + X);
          targets.set(vector, at(n + i, b));
          if (teacherForcing && i + 1 < n) inputs.set(vector, at(n + i + 1, b));
        }
      }
      return { inputs, targets };
    });
  },
});
