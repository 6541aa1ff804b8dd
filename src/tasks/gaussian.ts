import { random } from "../base/random.ts";
import { whole } from "../base/option-fields.ts";
import { defineTask, drawing, evenClasses, float32, GUESSING, int32 } from "./task.ts";

/**
 * Gaussian inputs with random labels: the inputs that mean-field theory assumes, and labels without information.
 *
 * `inputs [B, X]` N(0, 1), `targets [B]` uniform over C classes, cross-entropy.
 */
export const gaussian = defineTask({
  name: "gaussian",
  aliases: ["random_labels"],
  kind: "feedforward",
  summary: "N(0, 1) inputs with random classes",
  source: "random labels as in Zhang, Bengio, Hardt, Recht and Vinyals 2017",
  baseline: GUESSING,
  options: { inputs: whole("X", 64), classes: whole("C", 10, { least: 2 }) },
  prepare: ({ inputs: X, classes: C }) => {
    const facts = {
      name: "gaussian",
      inputSize: X,
      ...evenClasses(C),
    } as const;
    return drawing(facts, ({ batch: B, seed }) => {
      const stream = random(seed, "task/gaussian");
      const inputs = float32(B, X);
      const targets = int32(B);
      for (let b = 0; b < B; b++) {
        stream.normals(inputs, b * X, (b + 1) * X, 1);
        targets[b] = stream.below(C);
      }
      return { inputs, targets };
    });
  },
});
