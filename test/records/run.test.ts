/** A run in bounded memory: its window, its thinned histories, its counts. */
import { describe, expect, it } from "vitest";
import { CURVES, Run, Thinned } from "../../src/records/index.ts";
import { recordText, runOf } from "./helpers.ts";

describe("thinned series", () => {
  it.each([1, 3, 16, 17, 100, 1000])("hold the means of %d numbers, however many columns there are", (length) => {
    const series = new Thinned(8, 2);
    const values = Array.from({ length }, (_, i) => Math.sin(i) * (i + 1));
    values.forEach((value, i) => {
      series.begin(10 * i);
      series.put(0, value);
      series.put(1, -i);
    });
    const { stride } = series;
    expect(series.length).toBe(Math.ceil(length / stride));
    expect(series.length).toBeLessThanOrEqual(8);
    const { first, last } = series.updates;
    const { low, high } = series.extremes(0);
    series.row(0).forEach((mean, c) => {
      const part = values.slice(c * stride, (c + 1) * stride);
      expect(mean).toBeCloseTo(part.reduce((sum, value) => sum + value, 0) / part.length, 9);
      expect(first[c]).toBe(10 * c * stride);
      expect(last[c]).toBe(10 * (c * stride + part.length - 1));
      expect(low[c]).toBe(Math.fround(Math.min(...part)));
      expect(high[c]).toBe(Math.fround(Math.max(...part)));
    });
  });

  it("a NaN is never averaged away; exact zeros show where nothing else is; a gap is held", () => {
    const series = new Thinned(2, 3);
    for (let i = 0; i < 8; i++) {
      series.begin(i);
      series.put(0, i === 5 ? Number.NaN : 1);
      series.put(1, i < 4 ? Number.NEGATIVE_INFINITY : i === 7 ? 3 : Number.NEGATIVE_INFINITY);
      if (i < 2) series.put(2, 7);
    }
    expect([...series.row(0)]).toEqual([1, Number.NaN]);
    expect([...series.row(1)]).toEqual([Number.NEGATIVE_INFINITY, 3]);
    expect([...series.row(2)]).toEqual([7, 7]);
  });
});

describe("a run", () => {
  it("medians over the window, layers of several tensors together", async () => {
    const updates = Array.from({ length: 9 }, (_, i) => ({
      norm: [3 * (i + 1), 4 * (i + 1), 1],
      weightNorm: [10, 1, 2],
      updateNorm: [1, 1, 0],
    }));
    const text = recordText([{ name: "a.weight", shape: [4, 4] }, { name: "a.bias", shape: [4] }, "b.weight"], updates);
    const run = await runOf(text, { window: 3 });
    const [a, b] = run.medians();
    expect(a.lnNorm).toBeCloseTo(Math.log(5 * 8), 12); // of 35, 40 and 45
    expect(a.gain).toBeCloseTo(Math.log(40), 12);
    expect(a.lnRatio).toBeCloseTo(Math.log(0.1), 12); // the weights', not the bias's
    expect(b).toEqual({ lnNorm: 0, gain: 0, lnRatio: Number.NEGATIVE_INFINITY });
    expect(run.lnNorm.length).toBe(9);
  });

  it("null is no gradient, zero is zero, a string is no number", async () => {
    const run = await runOf(recordText(["a", "b", "c"], [{ norm: [null, 0, 2] }, { norm: [null, 0, 2] }]));
    expect(run.medians().map(({ lnNorm }) => lnNorm)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, Math.log(2)]);
    expect([...run.last.absent]).toEqual([2, 0, 0]);
    expect(run.nonfinite).toBeNull();
  });

  it("where a NaN began: the gradient nearest the loss, unless weights or the loss came first", async () => {
    const origin = async (update: object) =>
      (await runOf(recordText(["a", "b", "c"], [{ norm: [1, 1, 1] }, update]))).nonfinite;
    expect(await origin({ norm: ["NaN", "Infinity", 1] })).toEqual({ step: 1, name: "b", what: "gradient" });
    expect(await origin({ loss: "NaN", norm: ["NaN", 1, 1] })).toEqual({ step: 1, name: "loss", what: "loss" });
    expect(await origin({ loss: "NaN", norm: [1, 1, 1], weightNorm: [1, "NaN", 1] })).toEqual({
      step: 1,
      name: "b",
      what: "weight",
    });
    // a loss scaler causes infinities on purpose
    expect(await origin({ norm: [1, "Infinity", 1], scale: 65536, skipped: true })).toBeNull();
  });

  it("clipping, the scaler and what came twice are counted", async () => {
    const updates = [{ clip: 1 }, { clip: 0.5 }, { clip: 0.25, scale: 4, skipped: true }].map((one) => ({
      norm: [1],
      ...one,
    }));
    const run = await runOf(recordText(["a"], updates) + recordText(["a"], [{ norm: [2] }]));
    expect(run.clipping).toMatchObject({ known: 3, engaged: 2, least: 0.25 });
    expect(Math.exp(run.clipping.lnSum / 2)).toBeCloseTo(Math.sqrt(1 / 8), 12);
    expect(run.scaler).toMatchObject({ known: 1, skipped: 1, last: 4 });
    expect([run.updates, run.repeated]).toEqual([3, 1]);
  });

  it("tensors that appear later keep the history of those before", async () => {
    const text = recordText(["a", "b"], [{ norm: [1, 2] }, { norm: [1, 2] }]);
    const more = `${recordText(["a", "b", "c"], [])}{"update":2,"norm":[1,2,4]}\n`;
    const run = await runOf(text + more);
    expect([...run.lnNorm.row(1)].map((ln) => Math.exp(ln))).toEqual([2, 2, 2].map((n) => expect.closeTo(n, 9)));
    expect(run.lnNorm.at(0, 2)).toBeUndefined();
  });

  it("another order: by layer or by tensor, all of them", async () => {
    const text = recordText(["fc.weight", "rnn.weight_hh_l0", "rnn.weight_ih_l0"], [{ norm: [1, 2, 3] }]);
    const run = await runOf(text, { order: ["rnn.l0", "fc.weight"] });
    expect(run.layers.map(({ name }) => name)).toEqual(["rnn.l0", "fc"]);
    await expect(runOf(text, { order: ["fc"] })).rejects.toThrow("every layer, including rnn.l0");
  });

  it("ten thousand tensors and a million updates stay within their columns", () => {
    const run = new Run("run");
    const tensors = Array.from({ length: 10_000 }, (_, i) => ({ name: `l${i}.weight`, layer: `l${i}` }));
    run.accept({ kind: "header", header: { tensors, order: "forward", axis: "layer" } });
    expect(run.lnNorm.capacity * tensors.length).toBeLessThanOrEqual(1_000_000);
    const few = new Run("few");
    few.accept({ kind: "header", header: { tensors: tensors.slice(0, 2), order: "forward", axis: "layer" } });
    for (let update = 0; update < 1_000_000; update++) {
      few.accept({ kind: "update", update: { update, loss: 1, norm: [1, 2] } });
    }
    expect(few.lnNorm.length).toBeLessThanOrEqual(1000);
    expect(few.curves.length).toBeLessThanOrEqual(2000);
    expect(few.lnNorm.stride * few.lnNorm.length).toBeGreaterThanOrEqual(1_000_000);
    expect(few.losses.length).toBeLessThanOrEqual(100);
    expect(few.curves.at(0, CURVES.loss)).toBe(1);
  });
});
