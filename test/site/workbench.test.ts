/** The page measures one experiment after another on one bench: each as if it were alone, bit for bit. */
import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import type { Whole } from "../../site/play/src/model/controls/control.ts";
import { CONTROLS } from "../../site/play/src/model/controls/index.ts";
import { firstOf } from "../../site/play/src/model/first.ts";
import { checked, type Experiment, measureOnce } from "../../site/play/src/model/experiment.ts";
import { LEVELS } from "../../site/play/src/model/levels.ts";
import { inReach, MOST } from "../../site/play/src/model/reach.ts";
import { rememberedDraws } from "../../site/play/src/model/remembered-draws.ts";
import { Workbench } from "../../site/play/src/model/workbench.ts";

describe("the workbench", () => {
  it.each(["recurrent", "feedforward"] as const)("%s: whatever control is moved", (kind) => {
    const small =
      kind === "recurrent"
        ? { ...firstOf(kind), task: { name: "adding", steps: 12 } }
        : { ...firstOf(kind), network: { ...firstOf(kind).network, depth: 5, width: 6 }, batch: 4 };
    const bench = new Workbench();
    let current = checked(small as Experiment) as Whole;
    for (const control of CONTROLS.filter(({ id }) => !["kind", "steps", "depth", "width"].includes(id))) {
      if (!control.fits(current)) continue;
      const values =
        control.type === "range"
          ? [control.places[0], control.places[Math.floor(control.places.length / 2)]]
          : control.type === "choice"
            ? control.choices(current).map(([value]) => value)
            : [true, false];
      for (const value of values) {
        current = checked(control.write(current, value as never)) as Whole;
        expect(bench.measure(current), `${control.id} ${value}`).toEqual(measureOnce(current));
      }
    }
    bench.clear();
  });

  it("levels, one after the other, planted faults and LSUV among them", () => {
    const bench = new Workbench();
    const { start } = LEVELS[0];
    const lsuv = { ...start, network: { ...start.network, init: { lsuv: true } } } as Experiment;
    for (const experiment of [...LEVELS.map((level) => level.start), lsuv, lsuv]) {
      expect(bench.measure(experiment)).toEqual(measureOnce(experiment));
    }
    bench.clear();
  });

  it("weights of a file stay while a spread is moved, and go with the file", () => {
    const experiment = checked(firstOf("feedforward")) as Whole;
    const bench = new Workbench();
    const weights = { "layers.3.weight": new Float32Array(32 * 32).fill(0.01) };
    for (const own of [{ weights }, {}]) expect(bench.measure(experiment, own)).toEqual(measureOnce(experiment, own));
    bench.clear();
  });

  it("a network that is refused leaves the bench as it was", () => {
    const bench = new Workbench();
    const experiment = firstOf("recurrent");
    const before = bench.measure(experiment);
    expect(() => bench.measure({ ...experiment, network: { ...experiment.network, hidden: 0 } as never })).toThrow();
    expect(() => bench.measure({ ...experiment, task: { name: "none" } })).toThrow();
    expect(bench.measure(experiment)).toEqual(before);
    bench.clear();
  });
});

it("remembered draws are the stream's own, though it is read in another way the second time", () => {
  const draws = rememberedDraws();
  const ways = [
    ["normal", "normal", "normal", "uniform", "normal"],
    ["normal", "normal", "normal", "normal", "below", "normal"],
    ["uniform", "uniform", "normal"],
    ["normal", "uniform", "uniform"],
  ] as const;
  for (const way of [...ways, ...ways]) {
    const [own, real] = [draws(7, "init/a"), random(7, "init/a")];
    for (const kind of way) {
      if (kind === "below") expect(own.below(10)).toBe(real.below(10));
      else expect(own[kind]()).toBe(real[kind]());
    }
  }
  expect(draws(8, "init/a").normal()).toBe(random(8, "init/a").normal());
});

it("what a control asks for is brought in reach: 1,000 steps and 200 layers stay", () => {
  const wide = checked({
    ...firstOf("recurrent"),
    network: { kind: "recurrent", cell: "lstm", hidden: MOST.width },
    task: { name: "adding", steps: MOST.steps },
    batch: MOST.batch,
  }) as Whole;
  expect(inReach(wide)).toEqual({ ...wide, batch: 8 });
  const short = { ...wide, task: { name: "adding", steps: 200 } };
  expect(inReach(short)).toBe(short);
  const dense = checked({
    ...firstOf("feedforward"),
    network: { kind: "feedforward", depth: MOST.depth, width: MOST.width, residual: "dense" },
  }) as Whole;
  expect(inReach(dense).network).toMatchObject({ depth: MOST.depth, width: 8 });
});
