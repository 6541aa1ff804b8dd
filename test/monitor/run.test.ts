/** Verdicts on recorded runs: since when they hold, the phase of the run, and further facts of the record. */
import { describe, expect, it } from "vitest";
import { judgeRun } from "../../src/monitor/run/judge.ts";
import type { RunOptions } from "../../src/records/index.ts";
import { recordText, runOf } from "../records/helpers.ts";

interface Setup {
  readonly names?: readonly unknown[];
  readonly header?: object;
  readonly options?: RunOptions;
}

const layered = (layers: number) =>
  Array.from({ length: layers }, (_, l) => ({ name: `layers.${l}.weight`, shape: [8, 8] }));

/** A run whose updates are told one by one. */
async function judged(
  updates: readonly object[],
  { names = layered(6), header = { order: "forward" }, options = {} }: Setup = {},
) {
  return judgeRun(await runOf(recordText(names, updates, header), options));
}

/** Norms that shrink by a factor a layer. */
const shrinking = (factor: number, layers = 6) => Array.from({ length: layers }, (_, l) => factor ** (layers - 1 - l));
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
const findings = ({ run }: Awaited<ReturnType<typeof judged>>, label: string) =>
  run.findings.filter((one) => one.label === label).map(({ text }) => text);

describe("the verdict, and since when", () => {
  it("vanishing since the update at which it began", async () => {
    const result = await judged(times(200, (i) => ({ loss: 2, norm: shrinking(i < 90 ? 0.9 : 0.1) })));
    expect(result.verdict).toBe("vanishing");
    expect(result.run.since).toBe(90);
    expect(result.run.phases).toEqual([
      { verdict: "healthy", from: 0, to: 89 },
      { verdict: "vanishing", from: 90, to: 199 },
    ]);
  });

  it("one noisy update is no phase of its own", async () => {
    const result = await judged(times(60, (i) => ({ norm: shrinking(i === 30 ? 0.1 : 0.9) })));
    expect(result.run.phases).toEqual([{ verdict: "healthy", from: 0, to: 59 }]);
  });

  it("nats of the causes add up to the gain they explain", async () => {
    for (const factor of [0.1, 0.2, 5]) {
      const result = await judged(times(10, () => ({ norm: shrinking(factor) })));
      const sum = result.causes.reduce((all, { nats }) => all + nats, 0);
      expect(sum).toBeCloseTo(result.layers[0].gain, 6);
    }
  });

  it("so they do where the gradient is lost, won back and lost again", async () => {
    for (const norm of [
      [1e-10, 1, 1e-7, 1],
      [1e-5, 1e-2, 1e-6, 1],
      [1e8, 1, 1e6, 1],
    ]) {
      const result = await judged(
        times(10, () => ({ norm })),
        { names: layered(4) },
      );
      const worst = Math.max(...result.layers.map(({ gain }) => Math.abs(gain)));
      const sum = result.causes.reduce((all, { nats }) => all + nats, 0);
      expect(Math.abs(sum)).toBeCloseTo(worst, 6);
      expect(result.causes.reduce((all, { share }) => all + share, 0)).toBeCloseTo(1, 9);
    }
  });

  it("one jump between two layers is one place; an even decay is everywhere", async () => {
    const factors = async (norm: readonly number[]) =>
      (
        await judged(
          times(10, () => ({ norm })),
          { names: layered(norm.length) },
        )
      ).causes.map(({ factor, layers }) => [factor, layers]);
    expect(await factors([1e-9, 1e-9, 1])).toEqual([["one-layer", ["layers.1", "layers.2"]]]);
    expect(await factors([1e-9, 1, 1.01])).toEqual([["one-layer", ["layers.0", "layers.1"]]]);
    expect(await factors([1e-6, 1e-3, 1])).toEqual([["every-layer", ["layers.0", "layers.1", "layers.2"]]]);
    expect(await factors([1e-9, 1])).toEqual([["one-layer", ["layers.0", "layers.1"]]]);
  });

  it("a first layer whose gradient is exactly zero is dead", async () => {
    const result = await judged(times(10, () => ({ norm: [0, 1, 1, 1, 1, 1] })));
    expect(result.verdict).toBe("dead");
    expect(result.summary).toContain("layers.0");
  });
});

describe("what the run does", () => {
  const sound = shrinking(0.9);
  const doing = async (loss: (i: number) => number, header: object = {}) =>
    (
      await judged(
        times(120, (i) => ({ loss: loss(i), norm: sound })),
        { header },
      )
    ).run;

  it("learns, converges, stands still", async () => {
    expect((await doing((i) => 2 * 0.99 ** i)).activity).toBe("learning");
    expect(await doing((i) => (i < 50 ? 1 : 1e-4))).toMatchObject({ activity: "converged", activeSince: 50 });
    expect((await doing((i) => 2.3 + 0.01 * Math.sin(i))).activity).toBe("plateau");
    expect((await doing((i) => 2.3 + 0.01 * Math.sin(i), { baseline: 2.3 })).activity).toBe("plateau");
  });

  it("diverges since its least loss, and is never called healthy and training", async () => {
    const run = await doing((i) => (i < 40 ? 2 - i / 50 : 1.2 * 1.05 ** (i - 40)));
    expect(run).toMatchObject({ activity: "diverging" });
    expect(run.activeSince).toBeGreaterThanOrEqual(38);
    expect(run.activeSince).toBeLessThanOrEqual(42);
    expect(run.doing).toContain("has been diverging since");
    const result = await judged(
      times(120, (i) => ({ loss: i < 40 ? 2 - i / 50 : 1.2 * 1.05 ** (i - 40), norm: sound, rate: 0.5 })),
    );
    expect(result).toMatchObject({ verdict: "blocked", causes: [{ factor: "learning-rate", share: 1 }] });
    expect(result.advice).toContain("Lower the learning rate, 0.500 now");
    expect((await doing((i) => 1e3 ** (i / 40))).activity).toBe("diverging");
  });

  it("noise around a falling loss is no divergence", async () => {
    expect((await doing((i) => 2 * 0.98 ** i * (1 + 0.5 * Math.sin(7 * i)))).activity).toBe("learning");
  });

  it("breaks, or has no loss", async () => {
    const broken = await judged([
      { loss: 1, norm: sound },
      { loss: "NaN", norm: sound },
    ]);
    expect(broken.run).toMatchObject({ activity: "nonfinite", activeSince: 1 });
    expect((await judged([{ norm: sound }])).run.activity).toBe("unlabelled");
  });
});

describe("order and shape", () => {
  it("a name near the loss that stands first is said, unless the order was found by running", async () => {
    const setup = (order: string) => ({ names: ["fc.weight", "lstm.weight_hh_l0"], header: { order } });
    expect(findings(await judged([{ norm: [1, 1] }], setup("registered")), "Order")[0]).toContain("fc is the first");
    expect(findings(await judged([{ norm: [1, 1] }], setup("forward")), "Order")).toEqual([]);
    const own = { ...setup("registered"), options: { order: ["lstm.l0", "fc"] } };
    const result = await judged([{ norm: [1, 1] }], own);
    expect(result.layers.map(({ name }) => name)).toEqual(["lstm.l0", "fc"]);
    expect(findings(result, "Order")).toEqual([]);
  });

  it("numbers out of turn, and a profile that falls towards the loss", async () => {
    const turned = await judged([{ norm: [1, 1] }], { names: ["blocks.3.w", "blocks.1.w"], header: {} });
    expect(findings(turned, "Order")[0]).toContain("blocks.3 is before blocks.1");
    const names = ["a.w", "b.w", "c.w", "d.w", "e.w", "f.w"];
    const falling = await judged([{ norm: shrinking(0.1).reverse() }], { names, header: { order: "registered" } });
    expect(findings(falling, "Order")[0]).toContain("This looks like a reversed order");
  });

  it("null gradients, frozen, tied and unoptimized tensors are findings, not errors", async () => {
    const names = [
      { name: "emb.weight", tied: ["head.weight"] },
      { name: "fc1.weight", frozen: true },
      "fc2.weight",
      { name: "fc3.weight", unoptimized: true },
      "spare.weight",
    ];
    const result = await judged(
      times(3, () => ({ norm: [9, null, 1, 1, null] })),
      { names },
    );
    expect(findings(result, "No gradient")).toEqual(["spare.weight: the loss does not depend on it."]);
    expect(findings(result, "Frozen")).toEqual(["fc1.weight."]);
    expect(findings(result, "Not updated")[0]).toContain("fc3.weight");
    expect(findings(result, "Tied")[0]).toContain("emb.weight and head.weight are one tensor");
    expect(result.layers.map(({ name }) => name)).toEqual(["fc2", "fc3"]);
  });

  it("of several branches the worst is judged, the others are said", async () => {
    const names = ["a.0.w", "a.1.w", "b.w", "head.w"];
    const after = { "a.0": [], "a.1": ["a.0"], b: [], head: ["a.1", "b"] };
    const norm = [1, 0.1, 1e-6, 1];
    const result = await judged([{ norm }], { names, header: { order: "forward", after } });
    expect(result.verdict).toBe("vanishing");
    expect(result.layers.map(({ name }) => name)).toEqual(["b", "head"]);
    expect(findings(result, "Branches")[0]).toMatch(
      /^There are 2 paths from an input to the loss: b gets 1.0e-6 .*; a.0 gets 1.0 of/,
    );
    expect(result.run.map.layers).toEqual(["a.0", "a.1", "b", "head"]);
    // read as one chain, the second tower would have hidden or moved the place
    expect((await judged([{ norm }], { names })).layers).toHaveLength(4);
  });

  it("a recurrent layer's weights do not show time", async () => {
    const names = ["rnn.weight_ih_l0", "rnn.weight_hh_l0", "fc.weight"];
    expect(findings(await judged([{ norm: [1, 1, 1] }], { names }), "Time")[0]).toContain("Record along time");
  });
});

describe("time", () => {
  const steps = (T: number, factor: number) => times(T, (t) => factor ** (T - 1 - t));

  it.each([
    { header: { axis: "step" }, name: (t: number) => `x${t}.${t}` },
    { header: {}, name: (t: number) => `h_${t}` },
  ])("steps are judged with the words of sequences", async ({ header, name }) => {
    const result = await judged(
      times(5, () => ({ norm: steps(100, 0.9) })),
      { names: times(100, name), header },
    );
    expect(result.run.axis).toBe("step");
    expect(result.verdict).toBe("vanishing");
    expect(result.run.time[0].halfLife).toBeCloseTo(Math.LN2 / -Math.log(0.9), 5);
    expect(result.run.time[0].reach).toBe(Math.floor(Math.log(1000) / -Math.log(0.9)) + 1);
    const words = `${result.summary} ${result.advice} ${result.causes.map(({ sentence }) => sentence)}`;
    expect(words).not.toMatch(/layer|He init/i);
    expect(words).toMatch(/steps of 100/);
  });

  it("numbered layers are no steps", async () => {
    const names = times(20, (l) => `dense_${l}/kernel`);
    expect((await judged([{ norm: times(20, () => 1) }], { names })).run.axis).toBe("layer");
  });

  it("stations decide where the layers are sound; an LSTM's c goes before its h", async () => {
    const station = (of: string, factor: number) => ({ name: "rnn.l0", axis: "step", of, norm: steps(50, factor) });
    const update = (...stations: object[]) => judged([{ norm: shrinking(0.9), stations }]);
    expect((await update(station("h", 0.5))).verdict).toBe("vanishing");
    expect((await update(station("h", 0.5), station("c", 0.99))).verdict).toBe("healthy");
    const exploding = await update(station("h", 1.5));
    expect(exploding.verdict).toBe("exploding");
    expect(exploding.advice).toContain("Clip");
    expect(exploding.causes).toMatchObject([{ share: 1, nats: expect.closeTo(49 * Math.log(1.5), 5) }]);
  });

  it("a reversed direction runs the other way", async () => {
    const stations = [{ name: "rnn.l0_reverse", of: "h", norm: steps(50, 0.5).reverse() }];
    const { time } = (await judged([{ norm: shrinking(0.9), stations }])).run;
    expect(time[0].verdict).toBe("vanishing");
    expect(time[0].perStep).toBeCloseTo(Math.LN2, 6);
  });
});

describe("the optimizer's view", () => {
  const stepping = async (ratio: number, loss = (i: number) => 2 - 0.01 * i) =>
    judged(
      times(60, (i) => ({
        loss: loss(i),
        norm: shrinking(0.9),
        weightNorm: times(6, () => 1),
        updateNorm: times(6, () => ratio),
        rate: 1e-3,
      })),
    );

  it("weights that hardly move, or are replaced, block a sound path; a run that has converged may stand", async () => {
    expect((await stepping(1e-3)).verdict).toBe("healthy");
    expect(await stepping(1e-7)).toMatchObject({ verdict: "blocked", causes: [{ factor: "learning-rate" }] });
    expect((await stepping(1e-7)).advice).toContain("Raise the learning rate from 0.00100");
    expect((await stepping(3)).advice).toContain("Lower the learning rate");
    expect((await stepping(0)).verdict).toBe("blocked");
    expect((await stepping(1e-7, (i) => (i < 5 ? 1 : 1e-4))).verdict).toBe("healthy");
  });

  it("effective steps, clipping and skipped updates", async () => {
    const updates = times(10, (i) => ({
      norm: shrinking(0.9),
      weightNorm: times(6, () => 8),
      updateNorm: times(6, () => 0.08),
      adam: times(6, () => 0.5),
      clip: i < 4 ? 0.1 : 1,
      scale: 1024,
      skipped: i === 2,
    }));
    const { run } = await judged(updates);
    expect(run.clipping).toEqual({ updates: 10, engaged: 4, typical: expect.closeTo(0.1, 12), least: 0.1 });
    expect(run.scaler).toEqual({ skipped: 1, updates: 10, scale: 1024 });
    // [8, 8]: the root mean square of 64 entries
    expect(run.steps[0]).toEqual({
      name: "layers.0",
      lnUpdateRatio: expect.closeTo(Math.log(0.01), 12),
      lnStep: expect.closeTo(Math.log(0.01), 12),
      adam: 0.5,
    });
    expect(run.findings.find(({ label }) => label === "Loss scale")?.text).toContain("skipped 1 of 10 updates");
  });
});
