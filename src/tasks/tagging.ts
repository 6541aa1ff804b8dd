import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { fileName, isBytesOrText, maybe, oneOf, whole } from "../base/option-fields.ts";
import { IGNORED } from "./lengths.ts";
import { entropy } from "./statistics.ts";
import { defineTask, int32 } from "./task.ts";
import { decodedText, numberUnits, vocabularyField } from "./text-units.ts";
import { longestOf, tokenInputs, tokenOutline } from "./token-sequences.ts";

/** Sequences with a tag for each unit; `null` marks a step without a loss. */
interface Tagged {
  readonly units: readonly string[];
  readonly tags: readonly (string | null)[];
}

const FORMATS = ["columns", "case"] as const;

/**
 * A tag for every token of a sentence or line.
 *
 *     columns   each line has a token and, in the last column, its tag; an empty line ends a sentence (CoNLL's format)
 *     case      plain text in lower case: was the letter a capital? Other characters have no loss
 *
 * `tokens [T, B]` and `lengths [B]`, `inputs [T, B, V]` one-hot (empty above V = 1,024), `targets [T, B]` with −100
 * at a step without a loss, cross-entropy at every step.
 */
export const tagging = defineTask({
  name: "tagging",
  aliases: ["sequence_labeling", "sequence_labelling", "conll"],
  kind: "recurrent",
  summary: "label every token: with tags in columns, or whether a letter of a text is a capital",
  source: "sequence labeling, as in Tjong Kim Sang and De Meulder 2003; capitals as in Lita et al. 2003",
  baseline: "the entropy of the tags' frequencies over all steps that have a loss, in nats",
  options: {
    bytes: {
      type: "a Uint8Array or a string",
      describe: "the text; a string is read as UTF-8",
      accept: isBytesOrText,
    },
    steps: whole("largest number of tokens T of a sequence; a longer one is split", 100),
    labels: oneOf(
      FORMATS,
      "tags in the last of several columns, or capitals of plain text; by default found from the text",
    ),
    ignore: maybe("a tag", "tag whose steps have no loss", (input) => (typeof input === "string" ? input : undefined)),
    vocabulary: vocabularyField,
    file: fileName(),
  },
  prepare: ({ bytes, steps, labels, ignore, vocabulary, file }) => {
    const name = file ?? "task.bytes";
    const source = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    const textLines = decodedText(source, "tags", name).split(/\r?\n/);
    const format = labels ?? (inColumns(textLines) ? "columns" : "case");
    const all = (format === "columns" ? columns(textLines, name, ignore) : capitals(textLines)).flatMap((each) =>
      pieces(each, steps),
    );
    const found = all.filter(({ tags }) => tags.some((tag) => tag !== null));
    if (found.length === 0) throw new EvanesceError(name, "a token with a tag", "none", "look at the file");
    const counts = new Map<string, number>();
    for (const { tags } of found) for (const tag of tags) if (tag !== null) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    const names = [...counts.keys()].sort();
    const tagOf = new Map(names.map((each, i) => [each, i]));
    const numbered = numberUnits(
      found.map(({ units }) => units),
      "characters",
      vocabulary,
    );
    const targets = Int32Array.from(
      found.flatMap(({ tags }) => tags),
      (tag) => (tag === null ? IGNORED : (tagOf.get(tag) as number)),
    );
    const sequences = { ...numbered, steps: longestOf(numbered.starts) };
    const baseline = entropy([...counts.values()]);
    const notes = [
      `${found.length} sequences; tags: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}.`,
    ];
    const facts = {
      name: "tagging",
      outputSize: names.length,
      loss: "cross_entropy",
      lossAt: "every",
      baseline,
      notes,
    } as const;
    const batch = (indices: ArrayLike<number>): Batch => {
      const inputs = tokenInputs(sequences, indices);
      const B = indices.length;
      const own = int32(sequences.steps, B).fill(IGNORED);
      for (let b = 0; b < B; b++) {
        const from = sequences.starts[indices[b]];
        for (let t = 0; t < inputs.lengths[b]; t++) own[t * B + b] = targets[from + t];
      }
      return { ...facts, ...inputs, targets: own };
    };
    return { size: found.length, span: 1, name, batch, outline: tokenOutline(sequences, facts) };
  },
});

const DOCUMENT = /^-DOCSTART-/;
const isEmpty = (line: string): boolean => line.trim() === "";
const fields = (line: string): string[] => (line.includes("\t") ? line.split("\t") : line.trim().split(/ +/));

/** Whether all lines have the same number of columns, two or more, with empty lines between sentences. */
function inColumns(lines: readonly string[]): boolean {
  const filled = lines.filter((line) => !isEmpty(line) && !line.startsWith("#"));
  const width = filled.length === 0 ? 0 : fields(filled[0]).length;
  return width >= 2 && filled.every((line) => fields(line).length === width) && filled.length > 1;
}

function columns(lines: readonly string[], name: string, ignore: string | undefined): Tagged[] {
  const found: Tagged[] = [];
  let [units, tags]: [string[], (string | null)[]] = [[], []];
  const end = () => {
    if (units.length > 0) found.push({ units, tags });
    [units, tags] = [[], []];
  };
  for (const [i, line] of lines.entries()) {
    if (isEmpty(line) || DOCUMENT.test(line)) {
      end();
      continue;
    }
    if (line.startsWith("# ")) continue; // a comment of CoNLL-U
    const own = fields(line);
    if (own.length < 2) {
      throw new EvanesceError(`${name}, line ${i + 1}`, "a token and its tag", line, "add the tag, or use labels=case");
    }
    const tag = own[own.length - 1].trim();
    units.push(own[0]);
    tags.push(tag === ignore ? null : tag);
  }
  end();
  return found;
}

/** Every line in lower case, with the case of each letter that has two cases. */
const capitals = (lines: readonly string[]): Tagged[] =>
  lines
    .filter((line) => !isEmpty(line))
    .map((line) => {
      const characters = Array.from(line);
      return {
        units: characters.map((each) => each.toLowerCase()),
        tags: characters.map((each) =>
          each.toLowerCase() === each.toUpperCase() ? null : each === each.toLowerCase() ? "lower" : "upper",
        ),
      };
    });

function pieces({ units, tags }: Tagged, steps: number): Tagged[] {
  const found: Tagged[] = [];
  for (let from = 0; from < units.length; from += steps) {
    found.push({ units: units.slice(from, from + steps), tags: tags.slice(from, from + steps) });
  }
  return found;
}
