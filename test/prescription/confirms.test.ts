import { expect, test } from "vitest";
import { confirms } from "../../src/prescription/test-knock-outs.ts";

const after = (verdicts: readonly ("healthy" | "vanishing" | "dead")[], gains: readonly number[]) => ({
  verdicts,
  gains,
});

test("a removal that undoes the whole accusation and leaves a sound path confirms it", () => {
  const sound = after(["healthy", "healthy", "healthy"], [-1, 0, -2]);
  expect(confirms({ ratio: 0.9, expected: 40, before: -40, finiteBefore: true, ...sound })).toBe(true);
  expect(confirms({ ratio: 0.4, expected: 40, before: -40, finiteBefore: true, ...sound })).toBe(false);
});

test("a network that stays sick does not confirm that one factor alone is to blame", () => {
  const sick = after(["vanishing", "vanishing", "healthy"], [-15, -12, -6]);
  expect(confirms({ ratio: 0.7, expected: 40, before: -40, finiteBefore: true, ...sick })).toBe(false);
  // half of the gain is its share, and undoing it mends that half: other factors cause the rest
  expect(confirms({ ratio: 0.9, expected: 20, before: -40, finiteBefore: true, ...sick })).toBe(true);
});

test("a gradient that was exactly zero is to come back sound, not merely to be more than nothing", () => {
  const faint = after(["vanishing", "vanishing", "vanishing"], [-30, -31, -29]);
  const dead = {
    ratio: null,
    expected: Number.POSITIVE_INFINITY,
    before: Number.NEGATIVE_INFINITY,
    finiteBefore: false,
  };
  expect(confirms({ ...dead, ...faint })).toBe(false);
  expect(confirms({ ...dead, ...after(["healthy", "healthy", "vanishing"], [-1, -2, -9]) })).toBe(true);
});
