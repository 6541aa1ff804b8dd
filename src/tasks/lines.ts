import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { fileName, isBytesOrText, maybe, oneOf, whole } from "../base/option-fields.ts";
import { LABEL_FORMATS, labeledLines } from "./labeled-lines.ts";
import { classCounts, entropy } from "./statistics.ts";
import { defineTask } from "./task.ts";
import { decodedText, numberUnits, unitField, type Unit, unitsOf, vocabularyField } from "./text-units.ts";
import { longestOf, tokenInputs, tokenOutline } from "./token-sequences.ts";

/**
 * The class of a line of text, for example its sentiment, topic or speaker. Every line is a sequence of its own length;
 * the class is predicted after its last token.
 *
 * `tokens [T, B]` and `lengths [B]`, `inputs [T, B, V]` one-hot (empty above V = 1,024), `targets [B]`, cross-entropy.
 */
export const lines = defineTask({
  name: "lines",
  aliases: ["sentiment", "classify_lines", "text_lines"],
  kind: "recurrent",
  summary: "classify each line of your own text: its sentiment, topic or speaker",
  source: "classification of sentences of different lengths, e.g. Socher et al. 2013",
  baseline: "the entropy of the classes' frequencies over all lines, in nats",
  options: {
    bytes: {
      type: "a Uint8Array or a string",
      describe: "the text; a string is read as UTF-8",
      accept: isBytesOrText,
    },
    steps: whole("largest number of tokens that are read of a line; the rest is cut off", 100),
    labels: oneOf(
      LABEL_FORMATS,
      "place of the class: `class<TAB>text`, `__label__class text`, or `NAME:` alone above its lines; by default found from the text",
    ),
    classes: maybe(
      "a whole number ≥ 2",
      "number of the most frequent classes that are kept; by default all, or ten of headings",
      (input) => (Number.isInteger(input) && (input as number) >= 2 ? (input as number) : undefined),
    ),
    by: unitField("words"),
    vocabulary: vocabularyField,
    file: fileName(),
  },
  prepare: ({ bytes, steps, labels, classes: most, by, vocabulary, file }) => {
    const name = file ?? "task.bytes";
    const source = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const read = labeledLines(decodedText(source, "lines", name), labels, most, name);
    const { sequences, classes, cut, empty } = tokenized(read, by, vocabulary, steps);
    if (classes.length === 0) throw new EvanesceError(name, `lines with ${by}`, "none", "choose another unit with by=");
    const baseline = entropy(classCounts(classes, read.names.length));
    const notes = [
      ...read.notes,
      ...(cut === 0 ? [] : [`${cut} lines are longer than ${steps} ${by} and are cut; steps= reads more.`]),
      ...(empty === 0 ? [] : [`${empty} lines without ${by} are left out.`]),
    ];
    const facts = {
      name: "lines",
      outputSize: read.names.length,
      loss: "cross_entropy",
      lossAt: "last",
      baseline,
      notes,
    } as const;
    const batch = (indices: ArrayLike<number>): Batch => ({
      ...facts,
      ...tokenInputs(sequences, indices),
      targets: Int32Array.from(indices, (index) => classes[index]),
    });
    return { size: classes.length, span: 1, name, batch, outline: tokenOutline(sequences, facts) };
  },
});

/** Every line as at most `steps` tokens; lines without tokens are left out. */
function tokenized({ texts, classes }: ReturnType<typeof labeledLines>, by: Unit, vocabulary: number, steps: number) {
  const units = texts.map((text) => unitsOf(text, by));
  const kept = units.flatMap((each, n) => (each.length > 0 ? [n] : []));
  const numbered = numberUnits(
    kept.map((n) => units[n].slice(0, steps)),
    by,
    vocabulary,
  );
  return {
    sequences: { ...numbered, steps: longestOf(numbered.starts) },
    classes: Int32Array.from(kept, (n) => classes[n]),
    cut: kept.filter((n) => units[n].length > steps).length,
    empty: texts.length - kept.length,
  };
}
