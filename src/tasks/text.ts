import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { fileName, isBytesOrText, whole } from "./options.ts";
import { classCounts, entropy } from "./statistics.ts";
import { defineTask, float32, int32 } from "./task.ts";

/**
 * Next byte of a text. Every sequence is a window of T + 1 bytes at a random position: the first T one-hot as inputs,
 * each one's successor as target.
 *
 * `inputs [T, B, 256]`, `targets [T, B]`, cross-entropy at every step.
 */
export const text = defineTask({
  name: "text",
  aliases: ["next_byte", "bytes"],
  kind: "recurrent",
  summary: "predict the next byte of a text of your own",
  source: "character-level language modelling, e.g. Graves 2013, on bytes",
  baseline:
    "the entropy of the whole text's single bytes, in nats: the cross-entropy of always answering their frequencies",
  options: {
    bytes: {
      type: "a Uint8Array or a string",
      describe: "the text; a string is taken as UTF-8",
      accept: isBytesOrText,
    },
    steps: whole("T, the length of a sequence", 100),
    file: fileName(),
  },
  prepare: ({ bytes, steps: T, file }) => {
    const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    if (data.length < T + 1) {
      const rule = `at least ${T + 1} bytes, for ${T} steps and one more`;
      throw new EvanesceError(file ?? "task.bytes", rule, data.length, "use fewer steps or a longer text");
    }
    const baseline = entropy(classCounts(data, 256));
    const batch = (indices: ArrayLike<number>): Batch => {
      const B = indices.length;
      const inputs = float32(T, B, 256);
      const targets = int32(T, B);
      for (let b = 0; b < B; b++) {
        const start = indices[b];
        for (let t = 0; t < T; t++) {
          inputs[(t * B + b) * 256 + data[start + t]] = 1;
          targets[t * B + b] = data[start + t + 1];
        }
      }
      return {
        name: "text",
        batch: B,
        steps: T,
        inputSize: 256,
        outputSize: 256,
        inputs,
        targets,
        loss: "cross_entropy",
        lossAt: "every",
        baseline,
      };
    };
    return { size: data.length - T, span: T + 1, name: file ?? "task.bytes", batch };
  },
});
