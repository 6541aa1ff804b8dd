/** Lines of text with a class, and tokens with a tag. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { prepareTask, resolveTask } from "../../src/tasks/index.ts";
import { IGNORED } from "../../src/tasks/lengths.ts";
import { entropy } from "../../src/tasks/statistics.ts";
import type { DataSet } from "../../src/tasks/dataset.ts";
import { train } from "../../src/training/index.ts";
import { refusal } from "./helpers.ts";

const SHAKESPEARE = "../shared/data/text/tinyshakespeare.txt";
const present = existsSync(SHAKESPEARE);

/** All examples, in the order of the text. */
function whole(input: { readonly name: string; readonly [option: string]: unknown }) {
  const data = prepareTask(input).data as DataSet;
  return data.batch(Array.from({ length: data.size }, (_, i) => i));
}

/** Sample b's own tokens. */
const tokensOf = ({ tokens, lengths, batch: B }: ReturnType<typeof whole>, b: number) =>
  Array.from({ length: (lengths as Int32Array)[b] }, (_, t) => (tokens as Int32Array)[t * B + b]);

describe("lines", () => {
  test.each([
    ["tab, the class first", "good\ta b\nbad\tb c d\ngood\ta\n"],
    ["tab, the class last, under a heading", "sentence\tlabel\na b\tgood\nb c d\tbad\na\tgood\n"],
    ["fastText", "__label__good a b\n__label__bad b c d\r\n\n__label__good a"],
    ["a play", "good:\na b\n\nbad:\nb c d\n\ngood:\na\n"],
  ])("%s: a sequence a line, each of its own length, the most frequent class first", (_, bytes) => {
    const batch = whole({ name: "lines", bytes });
    expect(batch.batch).toBe(3);
    expect([...(batch.lengths as Int32Array)]).toEqual([2, 3, 1]);
    expect([...(batch.targets as Int32Array)]).toEqual([0, 1, 0]);
    expect(batch).toMatchObject({ steps: 3, outputSize: 2, loss: "cross_entropy", lossAt: "last" });
    // a, b: twice each; c, d: once
    expect([0, 1, 2].map((b) => tokensOf(batch, b))).toEqual([[1, 2], [2, 3, 4], [1]]);
    expect(batch.baseline).toBe(entropy([2, 1]));
    expect(batch.inputs.reduce((sum, value) => sum + value, 0)).toBe(6); // padding is zero
  });

  test("characters, bytes, a cut, rarer classes, and one token for the rest of the words", () => {
    const bytes = "x\tabcd é\nx\tab\ny\tc\nz\td\nz\te\n";
    const characters = whole({ name: "lines", bytes, by: "characters", steps: 5, classes: 2 });
    expect([...(characters.lengths as Int32Array)]).toEqual([5, 2, 1, 1]);
    expect(characters.notes?.join(" ")).toMatch(/4 lines of 2 classes: x, z\. 1 lines of rarer classes are left out/);
    expect(characters.notes?.join(" ")).toMatch(/1 lines are longer than 5 characters and are cut/);
    expect(tokensOf(whole({ name: "lines", bytes, by: "bytes" }), 0)).toEqual([...new TextEncoder().encode("abcd é")]);
    expect(whole({ name: "lines", bytes, vocabulary: 2 }).inputSize).toBe(2);
  });

  test.each([
    ["no labels\nat all", {}, /^a\.txt: lines with a class: .*say where the class stands/],
    ["a\tb\na\tc", {}, /^a\.txt: lines of at least two classes, got 1/],
    ["a\tb\nc", { labels: "tab" }, /^a\.txt, line 2: a class and a text with a tab between, got "c"/],
    ["__label__a b\nc", { labels: "fasttext" }, /^a\.txt, line 2: `__label__class text`, got "c"/],
    ["a\tb\nb\tc", { classes: 1 }, /^task\.classes: a whole number ≥ 2, got 1/],
    [Uint8Array.of(0xff, 0x61), {}, /^a\.txt: UTF-8, for lines/],
  ])("%j %j is refused", (bytes, more, message) => {
    const make = () => resolveTask({ name: "lines", bytes, file: "a.txt", ...more }, { batch: 1, seed: 1 });
    expect(refusal(make).message).toMatch(message);
  });
});

describe("tagging", () => {
  test("columns: the last one is the tag, an empty line ends a sentence, a tag may be ignored", () => {
    const bytes = "# a comment\nEU\tNNP\tORG\nrejects\tVB\tO\n\n-DOCSTART- -X- O\n\nGerman\tJJ\tMISC\n";
    const batch = whole({ name: "tagging", bytes, ignore: "O", labels: "columns" });
    expect([...(batch.lengths as Int32Array)]).toEqual([2, 1]);
    expect(batch).toMatchObject({ steps: 2, outputSize: 2, lossAt: "every" });
    // MISC, ORG; [T, B]
    expect([...(batch.targets as Int32Array)]).toEqual([1, 0, IGNORED, IGNORED]);
    expect(batch.baseline).toBe(entropy([1, 1]));
  });

  test("capitals of plain text: inputs in lower case, no loss where there is no case, long lines in pieces", () => {
    const batch = whole({ name: "tagging", bytes: "Ab, C\n...\nde", steps: 3 });
    expect([...(batch.lengths as Int32Array)]).toEqual([3, 2, 2]); // "Ab,", " C" and "de"; "..." has no letter
    const targets = batch.targets as Int32Array;
    const own = [0, 1, 2].map((b) => Array.from({ length: 3 }, (_, t) => targets[t * 3 + b]));
    expect(own).toEqual([
      [1, 0, IGNORED],
      [IGNORED, 1, IGNORED],
      [0, 0, IGNORED],
    ]);
    expect(batch.baseline).toBe(entropy([3, 2]));
  });

  test("tags are recognized by their columns; a line without a tag is refused where they are said to be there", () => {
    expect(whole({ name: "tagging", bytes: "a X\nb Y\n\nc X\n" }).outputSize).toBe(2);
    const make = () => whole({ name: "tagging", bytes: "a X\nb\n", labels: "columns", file: "t.txt" });
    expect(refusal(make).message).toMatch(/^t\.txt, line 2: a token and its tag, got "b"/);
    expect(refusal(() => whole({ name: "tagging", bytes: "12 34\n", labels: "case" })).message).toMatch(
      /a token with a tag/,
    );
  });
});

test.skipIf(!present)(
  `Shakespeare: speakers and capitals are learned (${present ? "found" : "no"} ${SHAKESPEARE})`,
  async () => {
    const bytes = readFileSync(SHAKESPEARE).subarray(0, 60_000);
    const network = { kind: "recurrent", cell: "gru", hidden: 24, embedding: { size: 12 } } as const;
    const run = async (task: { readonly name: string; readonly [option: string]: unknown }, steps: number) => {
      const options = { network, task, steps, diagnoseEvery: 0, evaluateEvery: 0, traceEvery: 0 };
      const { final, baseline } = await train({ ...options, optimizer: { name: "adam", learningRate: 0.01 } }).result;
      return (final?.loss as number) / (baseline?.value as number);
    };
    // a letter is a capital where a sentence or a line begins
    expect(await run({ name: "tagging", bytes, steps: 40 }, 100)).toBeLessThan(0.6);
    // words of the training lines name their speaker
    expect(await run({ name: "lines", bytes, classes: 3, steps: 12 }, 200)).toBeLessThan(0.8);
  },
);
