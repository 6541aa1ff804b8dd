import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { fileName, isBytesOrText, whole } from "../base/option-fields.ts";
import { outlineOfFacts } from "./outline.ts";
import { classCounts, entropy } from "./statistics.ts";
import { defineTask, float32, int32 } from "./task.ts";
import { tokenize, unitField, vocabularyField } from "./text-units.ts";

/** Vocabularies up to this size also give one-hot rows, for networks without an embedding. */
export const MOST_ONE_HOT = 1024;

/**
 * The next token of a text: a byte, character or word. Every sequence is a window of T + 1 tokens at a random position.
 * The first T are inputs, and the target of each is the token after it.
 *
 * `tokens [T, B]`, `inputs [T, B, V]` one-hot (empty above V = 1,024), `targets [T, B]`, cross-entropy at every step.
 */
export const text = defineTask({
  name: "text",
  aliases: ["next_byte", "bytes"],
  kind: "recurrent",
  summary: "predict the next byte, character or word of your own text",
  source: "character-level language modelling, e.g. Graves 2013, on bytes",
  baseline:
    "the entropy of single tokens over the whole text, in nats: the cross-entropy if the answer is always their frequencies",
  options: {
    bytes: {
      type: "a Uint8Array or a string",
      describe: "the text; a string is read as UTF-8",
      accept: isBytesOrText,
    },
    steps: whole("length T of a sequence", 100),
    by: unitField("bytes"),
    vocabulary: vocabularyField,
    file: fileName(),
  },
  prepare: ({ bytes, steps: T, file, by, vocabulary: most }) => {
    const source = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const { tokens: data, vocabulary: V, notes } = tokenize(source, by, most, file ?? "task.bytes");
    if (data.length < T + 1) {
      const rule = `at least ${T + 1} ${by}, for ${T} steps and one more`;
      throw new EvanesceError(file ?? "task.bytes", rule, data.length, "use fewer steps or a longer text");
    }
    const baseline = entropy(classCounts(data, V));
    const isOneHot = V <= MOST_ONE_HOT;
    const facts = {
      name: "text",
      steps: T,
      inputSize: V,
      outputSize: V,
      loss: "cross_entropy",
      lossAt: "every",
      baseline,
      ...(notes === undefined ? {} : { notes }),
    } as const;
    const batch = (indices: ArrayLike<number>): Batch => {
      const B = indices.length;
      const inputs = isOneHot ? float32(T, B, V) : new Float32Array(0);
      const [tokens, targets] = [int32(T, B), int32(T, B)];
      for (let b = 0; b < B; b++) {
        const start = indices[b];
        for (let t = 0; t < T; t++) {
          const at = t * B + b;
          if (isOneHot) inputs[at * V + data[start + t]] = 1;
          tokens[at] = data[start + t];
          targets[at] = data[start + t + 1];
        }
      }
      return { ...facts, batch: B, inputs, tokens, targets };
    };
    const outline = ({ length }: ArrayLike<number>) => outlineOfFacts(facts, length, { tokensOnly: !isOneHot });
    return { size: data.length - T, span: T + 1, advance: T, name: file ?? "task.bytes", batch, outline };
  },
});
