import { random } from "../base/random.ts";
import { whole } from "../base/option-fields.ts";
import { defineTask, drawing, evenClasses, float32, int32 } from "./task.ts";

/**
 * Temporal order. Six symbols, one-hot: A and B matter, the four others do not. One step in [T/10, 2T/10] and one in
 * [4T/10, 5T/10] (rounded down, ends included) has A or B; the class is their order: AA, AB, BA or BB.
 *
 * `inputs [T, B, 6]`, `targets [B]`, cross-entropy at the last step.
 */
export const temporalOrder = defineTask({
  name: "temporal_order",
  aliases: ["order"],
  kind: "recurrent",
  summary: "tell which of four possible orders two symbols had",
  source:
    "Hochreiter and Schmidhuber 1997, experiment 6a, with the fixed length and positions of Pascanu, Mikolov and Bengio 2013",
  baseline: "ln 4, for guessing among four classes",
  options: { steps: whole("length T of a sequence", 1000, { least: 3 }) },
  prepare: ({ steps: T }) => {
    const facts = {
      name: "temporal_order",
      steps: T,
      inputSize: 6,
      ...evenClasses(4),
      information: { farthest: T - 1 - Math.floor(T / 10), typical: T - 1 - Math.floor((3 * T) / 20) },
    } as const;
    return drawing(facts, ({ batch: B, seed }) => {
      const stream = random(seed, "task/temporal_order");
      const inputs = float32(T, B, 6);
      const targets = int32(B);
      const between = (low: number, high: number) => {
        const first = Math.floor((low * T) / 10);
        return first + stream.below(Math.floor((high * T) / 10) - first + 1);
      };
      for (let b = 0; b < B; b++) {
        const first = between(1, 2);
        const second = between(4, 5);
        targets[b] = stream.below(4);
        for (let t = 0; t < T; t++) {
          let symbol = 2 + stream.below(4);
          if (t === first) symbol = targets[b] >> 1;
          if (t === second) symbol = targets[b] & 1;
          inputs[(t * B + b) * 6 + symbol] = 1;
        }
      }
      return { inputs, targets };
    });
  },
});
