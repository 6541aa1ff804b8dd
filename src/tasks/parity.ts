import { random } from "../base/random.ts";
import { real, whole } from "../base/option-fields.ts";
import { defineTask, drawing, evenClasses, float32, int32 } from "./task.ts";

/**
 * Parity of n bits, written −1 and 1: class 1 if an odd number of them is 1.
 *
 * `inputs [B, n]`, `targets [B]`, cross-entropy.
 */
export const parity = defineTask({
  name: "parity",
  kind: "feedforward",
  summary: "tell whether an odd number of n bits is set",
  source: "Minsky and Papert 1969; bits are −1 and 1",
  baseline: "ln 2, for guessing between two classes",
  options: { bits: whole("n", 8) },
  prepare: ({ bits: n }) =>
    drawing({ ...evenClasses(2), name: "parity", inputSize: n }, ({ batch: B, seed }) => {
      const stream = random(seed, "task/parity");
      const inputs = float32(B, n);
      const targets = int32(B);
      for (let b = 0; b < B; b++) {
        for (let x = 0; x < n; x++) {
          const bit = stream.below(2);
          inputs[b * n + x] = 2 * bit - 1;
          targets[b] ^= bit;
        }
      }
      return { inputs, targets };
    }),
});

/**
 * Exclusive or. Sample b is the corner b mod 4 of the square: (−1, −1), (−1, 1), (1, −1), (1, 1), of classes 0, 1, 1,
 * 0; a batch of 4 is the whole problem.
 *
 * `inputs [B, 2]`, `targets [B]`, cross-entropy.
 */
export const xor = defineTask({
  name: "xor",
  kind: "feedforward",
  summary: "exclusive or: the four corners of a square in turn",
  source: "Rumelhart, Hinton and Williams 1986; bits are −1 and 1",
  baseline: "ln 2, for guessing between two classes (exact for an even batch)",
  options: { noise: real("standard deviation of a Gaussian added to both coordinates", 0, { least: 0 }) },
  prepare: ({ noise }) =>
    drawing({ ...evenClasses(2), name: "xor", inputSize: 2 }, ({ batch: B, seed }) => {
      const stream = random(seed, "task/xor");
      const inputs = float32(B, 2);
      const targets = int32(B);
      for (let b = 0; b < B; b++) {
        const first = (b >> 1) & 1;
        const second = b & 1;
        inputs[2 * b] = 2 * first - 1 + noise * stream.normal();
        inputs[2 * b + 1] = 2 * second - 1 + noise * stream.normal();
        targets[b] = first ^ second;
      }
      return { inputs, targets };
    }),
});
