/** Every criterion can be met and can fail, whatever its experiment finds. */
import { describe, expect, it } from "vitest";
import { above, below, control, criterionSentence, judge } from "../../src/experiments/criterion.ts";
import { exact } from "../../src/experiments/intervals.ts";
import { CLAIMS } from "../../src/experiments/table.ts";
import type { Condition, Measured } from "../../src/experiments/types.ts";

/** Numbers that meet every condition: between the bounds if a number has several, else beyond the bound by its size. */
function meeting(conditions: readonly Condition[]): Measured[] {
  const names = [...new Set(conditions.map(({ number }) => number))];
  return names.map((name) => {
    const on = conditions.filter(({ number }) => number === name);
    const least = Math.max(...on.filter(({ is }) => is === "above").map(({ bound }) => bound));
    const most = Math.min(...on.filter(({ is }) => is === "below").map(({ bound }) => bound));
    const value =
      Number.isFinite(least) && Number.isFinite(most)
        ? (least + most) / 2
        : Number.isFinite(least)
          ? least + Math.abs(least) + 1
          : most - Math.abs(most) - 1;
    return exact(name, value, "");
  });
}

/** The same with one number on the wrong side of one condition's bound. */
function breaking(numbers: readonly Measured[], { number, is, bound }: Condition): Measured[] {
  const wrong = is === "above" ? bound - Math.abs(bound) - 1 : bound + Math.abs(bound) + 1;
  return numbers.map((each) => (each.name === number ? exact(number, wrong, "") : each));
}

describe.each(CLAIMS.map((claim) => [claim.id, claim] as const))("%s", (id, { criterion, experiment, sentence }) => {
  it("is named in kebab case, says a sentence, rests on five seeds or more", () => {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(experiment.reduced.seeds).toBeGreaterThanOrEqual(5);
    expect(experiment.full.seeds).toBeGreaterThanOrEqual(experiment.reduced.seeds);
  });

  it("holds where every condition is met", () => {
    expect(judge(criterion, meeting(criterion))).toEqual({ verdict: "holds", where: null });
  });

  it.each(criterion.map((condition) => [condition.number, condition] as const))("can fail by %s", (_, condition) => {
    const { verdict, where } = judge(criterion, breaking(meeting(criterion), condition));
    if (condition.control) expect(verdict).toBe("does not hold");
    expect(verdict).not.toBe("holds");
    expect(where).toContain(condition.number);
  });

  it("does not hold where nothing was measured but NaN", () => {
    const numbers = meeting(criterion).map(({ name }) => exact(name, Number.NaN, ""));
    expect(judge(criterion, numbers).verdict).toBe("does not hold");
  });
});

describe("a condition", () => {
  const number = (low: number, high: number): Measured => ({ ...exact("x", (low + high) / 2, ""), low, high });

  it("asks for the whole interval, not for the value", () => {
    expect(judge([above("x", 1, "large")], [number(1.1, 2)]).verdict).toBe("holds");
    expect(judge([above("x", 1, "large")], [number(0.9, 9)]).verdict).toBe("does not hold");
    expect(judge([below("x", 1, "small")], [number(-9, 0.9)]).verdict).toBe("holds");
    expect(judge([below("x", 1, "small")], [number(-9, 1.1)]).verdict).toBe("does not hold");
  });

  it("takes an exact zero's logarithm, −∞, as a number, and NaN as none", () => {
    expect(judge([below("x", 0, "zero")], [exact("x", Number.NEGATIVE_INFINITY, "")]).verdict).toBe("holds");
    expect(judge([below("x", 0, "zero")], [exact("x", Number.NaN, "")]).verdict).toBe("does not hold");
    expect(judge([above("x", 0, "some")], [exact("x", Number.POSITIVE_INFINITY, "")]).verdict).toBe("holds");
  });

  it("says in words what it asks for, and which were not met by how much", () => {
    const criterion = [
      above("gain", 2, "it grows"),
      below("gain", 4, "not too far"),
      control(above("y", 0, "it works")),
    ];
    expect(criterionSentence(criterion)).toBe(
      "it grows (gain > 2); not too far (gain < 4). Control: it works (y > 0) (95 % intervals)",
    );
    const { verdict, where } = judge(criterion, [exact("gain", 5, ""), exact("y", 1, "")]);
    expect([verdict, where]).toEqual(["holds partly", "not met: not too far (gain < 4): 5 [5, 5]"]);
  });

  it("that is a control makes everything else inconclusive", () => {
    const criterion = [above("gain", 2, "it grows"), control(above("y", 0, "it works"))];
    const { verdict, where } = judge(criterion, [exact("gain", 5, ""), exact("y", -1, "")]);
    expect(verdict).toBe("does not hold");
    expect(where).toMatch(/^inconclusive, a control failed: it works/);
  });
});
