import { EvanesceError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import { flag, whole } from "../base/option-fields.ts";
import { defineTask, drawing, float32, int32, type SampleContext } from "./task.ts";

/**
 * Random noise: inputs N(0, 1) at every step, and a target N(0, 1) that does not depend on them. Nothing can be
 * learned, so the gradient flow depends on the network alone. For a network with an embedding, the inputs are tokens;
 * all X tokens are equally likely.
 *
 * `inputs [T, B, X]`, or `tokens [T, B]`; `targets [B, Y]`, squared error at the last step.
 */
export const noise = defineTask({
  name: "noise",
  aliases: ["random_noise", "random"],
  kind: "recurrent",
  summary: "N(0, 1) inputs and an N(0, 1) target that does not depend on them",
  source: "the null task",
  baseline: "1, the variance of the target: the mean squared error of always answering 0",
  options: {
    steps: whole("length T of a sequence", 1000),
    inputs: whole("X", 1),
    outputs: whole("Y", 1),
    tokens: flag("inputs are tokens below X, for a network with an embedding", false),
    decoder: whole("number of last steps that a decoder runs; 0 for a network without one", 0, { least: 0 }),
  },
  prepare: ({ steps: T, inputs: X, outputs: Y, tokens: takesTokens, decoder: D }) => {
    if (D >= T) throw new EvanesceError("task.decoder", `fewer than the ${T} steps`, D, "leave the encoder a step");
    const facts = {
      name: "noise",
      steps: T,
      inputSize: X,
      outputSize: Y,
      loss: "mse",
      lossAt: "last",
      ...(D === 0 ? {} : { decoderSteps: D }),
      baseline: 1,
    } as const;
    function* draw({ batch: B, seed }: SampleContext) {
      const stream = random(seed, "task/noise");
      const inputs = takesTokens ? float32(0) : float32(T, B, X);
      const tokens = int32(takesTokens ? T : 0, B);
      const targets = float32(B, Y);
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < T; t++) {
          if (takesTokens) tokens[t * B + b] = stream.below(X);
          else stream.normals(inputs, (t * B + b) * X, (t * B + b + 1) * X, 1);
        }
        stream.normals(targets, b * Y, (b + 1) * Y, 1);
        yield;
      }
      return { inputs, ...(takesTokens ? { tokens } : {}), targets };
    }
    return drawing(facts, draw, takesTokens);
  },
});
