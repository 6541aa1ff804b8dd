/** The playground's levels, by the code the page runs: each is broken at its start, and can be mended. */
import { describe, expect, it } from "vitest";
import { measureOnce } from "../../site/play/src/model/experiment.ts";
import { judgeLevel, LEVELS, mended } from "../../site/play/src/model/levels.ts";
import { Run } from "../../site/play/src/model/run.ts";
import { FIRST_TRAINING } from "../../site/play/src/model/training-choice.ts";

const CAUSES: Readonly<Record<string, string>> = {
  sigmoid: "small-derivatives",
  "small-start": "weights",
  explosion: "weights",
  "long-sequence": "small-derivatives",
  "closed-gate": "closed-gate",
  "dead-units": "dead-units",
  "first-layer": "dead-units",
  unscaled: "input-scale",
  labels: "labels",
  shortcuts: "residual-sum",
  "more-rate": "small-derivatives",
};

describe("levels", () => {
  it.each(LEVELS.map((level) => [level.id, level] as const))(
    "%s: broken at its start, for the cause it is about",
    (id, level) => {
      const measured = measureOnce(level.start);
      expect(measured.diagnosis.verdict).not.toBe("healthy");
      expect(measured.diagnosis.causes[0]?.factor).toBe(CAUSES[id]);
      expect(judgeLevel(level, { ...measured, experiment: level.start, training: null }).solved).toBe(false);
    },
  );

  it.each(LEVELS.filter(({ trains }) => trains !== true).map((level) => [level.id, level] as const))(
    "%s: solved by its own remedy, within its own rules",
    (_, level) => {
      const experiment = mended(level);
      const judged = judgeLevel(level, { ...measureOnce(experiment), experiment, training: null });
      expect(judged).toEqual({ solved: true, word: level.lesson });
    },
  );

  it("more-rate: no rate solves it, the remedy and some training do", () => {
    const level = LEVELS.find(({ id }) => id === "more-rate");
    if (level === undefined) throw new Error("no such level");
    const trained = (experiment: typeof level.start, rate: number) => {
      const run = new Run(experiment, { ...FIRST_TRAINING, rate });
      for (let i = 0; i < 300; i++) run.step();
      const { recent, updates, baseline } = run.frame();
      const measured = run.measure();
      run.dispose();
      return judgeLevel(level, { ...measured, experiment, training: { updates, loss: recent, baseline } });
    };
    for (const rate of [0.002, 0.05, 1]) expect(trained(level.start, rate).solved).toBe(false);
    expect(trained(mended(level), 0.005)).toEqual({ solved: true, word: level.lesson });
  });

  it("a smaller problem is no answer", () => {
    for (const level of LEVELS) {
      const { network, task } = level.start;
      const smaller =
        network.kind === "recurrent"
          ? { ...level.start, task: { ...task, steps: 10 } }
          : { ...level.start, network: { ...network, depth: 2 } };
      expect(level.refuses(smaller), level.id).toMatch(/Keep at least \d+ (steps|layers)/);
    }
  });
});
