/** Pairs of a source and an answer: their contents and their baselines. */
import { describe, expect, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { sumEntropy } from "../../src/tasks/pairs/addition.ts";
import { type Batch, resolveTask } from "../../src/tasks/index.ts";
import { train } from "../../src/training/index.ts";
import { category, expectMean } from "./helpers.ts";

const IGNORED = -100;

/** Source, decoder's inputs and answer of sample b. */
function pairOf(batch: Batch, b: number) {
  const { steps: T = 0, decoderSteps: D = 0, batch: B } = batch;
  const read = Array.from({ length: T }, (_, t) => category(batch, t, b));
  expect(read).toEqual(Array.from({ length: T }, (_, t) => batch.tokens![t * B + b]));
  const targets = Array.from({ length: T }, (_, t) => batch.targets![t * B + b]);
  expect(targets.slice(0, T - D)).toEqual(Array(T - D).fill(IGNORED));
  return { source: read.slice(0, T - D), decoderInput: read.slice(T - D), answer: targets.slice(T - D) };
}

describe.each(["repeat", "reverse"])("%s", (name) => {
  test.each([1, 2, 7])("n = %i: the answer is the source, and the decoder reads it one step late", (n) => {
    const batch = resolveTask({ name, steps: n, alphabet: 5 }, { batch: 9, seed: 3 });
    expect([batch.steps, batch.decoderSteps, batch.inputSize, batch.outputSize]).toEqual([2 * n, n, 6, 5]);
    for (let b = 0; b < 9; b++) {
      const { source, decoderInput, answer } = pairOf(batch, b);
      expect(answer).toEqual(name === "reverse" ? source.toReversed() : source);
      expect(decoderInput).toEqual([5, ...answer.slice(0, -1)]);
    }
  });
  test("without teacher forcing the decoder reads the start alone", () => {
    const batch = resolveTask({ name, steps: 4, teacherForcing: false }, { batch: 2, seed: 3 });
    expect(pairOf(batch, 1).decoderInput).toEqual([8, 8, 8, 8]);
  });
  test("symbols are uniform and independent: guessing costs the baseline, ln k", () => {
    const batch = resolveTask({ name, steps: 5, alphabet: 4 }, { batch: 4000, seed: 3 });
    expect(batch.baseline).toBe(Math.log(4));
    const answers = batch.targets!.slice(5 * 4000);
    for (let symbol = 0; symbol < 4; symbol++) {
      expectMean(
        Array.from(answers, (answer) => Number(answer === symbol)),
        1 / 4,
      );
    }
    const next = Array.from(answers.slice(4000), (answer, i) => Number(answer === answers[i]));
    expectMean(next, 1 / 4);
  });
});

describe("addition", () => {
  test.each([1, 3, 20])("%i digits: the answer is the sum", (n) => {
    const batch = resolveTask({ name: "addition", digits: n }, { batch: 33, seed: 3 });
    expect([batch.steps, batch.decoderSteps, batch.inputSize, batch.outputSize]).toEqual([3 * n + 2, n + 1, 12, 10]);
    for (let b = 0; b < 33; b++) {
      const { source, decoderInput, answer } = pairOf(batch, b);
      expect(source[n]).toBe(10);
      const number = (digits: readonly number[]) => BigInt(digits.join(""));
      expect(number(answer)).toBe(number(source.slice(0, n)) + number(source.slice(n + 1)));
      expect(decoderInput).toEqual([11, ...answer.slice(0, -1)]);
    }
  });
  test.each([1, 2, 3])("%i digits: the baseline is the entropy of the sum, counted pair by pair", (n) => {
    const N = 10 ** n;
    const counts = new Float64Array(2 * N - 1);
    for (let a = 0; a < N; a++) for (let b = 0; b < N; b++) counts[a + b]++;
    const entropy = -counts.reduce((sum, c) => sum + (c / N ** 2) * Math.log(c / N ** 2), 0);
    expect(sumEntropy(n)).toBeCloseTo(entropy, 9);
    const { baseline } = resolveTask({ name: "addition", digits: n }, { batch: 1, seed: 1 });
    expect(baseline).toBeCloseTo(entropy / (n + 1), 9);
  });
});

describe("autoencoder", () => {
  test.each([true, false])("reversed %s: the targets are the vectors read, the decoder reads them late", (reversed) => {
    const [n, X, B] = [4, 3, 5];
    const batch = resolveTask({ name: "autoencoder", steps: n, width: X, reversed }, { batch: B, seed: 3 });
    expect([batch.steps, batch.decoderSteps, batch.inputSize, batch.outputSize]).toEqual([2 * n, n, X, X]);
    const at = (values: ArrayLike<number>, t: number, b: number) =>
      Array.from({ length: X }, (_, x) => values[(t * B + b) * X + x]);
    for (let b = 0; b < B; b++) {
      for (let i = 0; i < n; i++) {
        expect(at(batch.targets!, i, b)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        expect(at(batch.targets!, n + i, b)).toEqual(at(batch.inputs, reversed ? n - 1 - i : i, b));
        expect(at(batch.inputs, n + i, b)).toEqual(i === 0 ? [0, 0, 0] : at(batch.targets!, n + i - 1, b));
      }
    }
  });
  test("answering 0 costs the baseline, 1", () => {
    const { targets, baseline } = resolveTask({ name: "autoencoder", steps: 5 }, { batch: 4000, seed: 3 });
    expect(baseline).toBe(1);
    expectMean(
      targets!.slice(targets!.length / 2).map((y) => y * y),
      1,
    );
  });
});

describe("with an encoder and a decoder, and with one set of weights", () => {
  test.each([
    ["repeat", {}],
    ["reverse", { embedding: { size: 4 } }],
    ["addition", {}],
    ["autoencoder", {}],
    ["autoencoder", { layers: 2 }],
  ])("%s, %j: a network that answers at random costs about the baseline, and its data are sound", (name, more) => {
    const batch = resolveTask(name === "addition" ? name : { name, steps: 6 }, { batch: 16, seed: 3 });
    for (const decoder of [true, false]) {
      const network = createNetwork(
        { kind: "recurrent", cell: "lstm", hidden: 8, decoder, ...more },
        { inputs: batch.inputSize, outputs: batch.outputSize, seed: 1 },
      );
      const { loss, outcome, bottleneck, data } = network.propagate(batch);
      expect(outcome).toBe("finite");
      expect(bottleneck).toBe(decoder ? batch.steps! - batch.decoderSteps! : undefined);
      expect(loss! / batch.baseline!).toBeGreaterThan(0.8);
      expect(loss! / batch.baseline!).toBeLessThan(1.5);
      if (data?.targets?.kind === "values") expect(data.targets.deviation).toBeCloseTo(1, 0);
      expect(data?.padding ?? 0).toBe(0);
      network.dispose();
    }
  });

  test("training goes below the baseline: the answer comes through the bottleneck", async () => {
    const { result } = train({
      network: { kind: "recurrent", cell: "gru", hidden: 32, decoder: true },
      task: { name: "reverse", steps: 3, alphabet: 3 },
      batch: 32,
      steps: 400,
      seed: 1,
      optimizer: { name: "adam", learningRate: 0.01 },
    });
    const { losses } = await result;
    expect(losses[losses.length - 1]).toBeLessThan(0.2 * Math.log(3));
  });
});
