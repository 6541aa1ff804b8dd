import { expect, test } from "vitest";
import { activation } from "../../src/theory/activations.ts";
import { lengthMap } from "../../src/theory/length-map.ts";
import { rootAbove, rootBelow, scanRoots } from "../../src/theory/roots.ts";

/** Functions with no, one, two and many roots, roots that touch, and stretches of noise. */
const FUNCTIONS: Record<string, (x: number) => number> = {
  "one root": (x) => x - 3,
  "two roots between neighbors of the grid": (x) => (x - 1) * (x - 1.01),
  "a root that touches": (x) => (x - 2) ** 2,
  "many roots": (x) => Math.sin(3 * Math.log(x)),
  "a stretch of noise": (x) => (x < 1 ? -1 : x < 30 ? 1e-20 : 1),
  "no root": () => 1,
  "the length map of tanh": (q) => lengthMap(activation("tanh"), 1.5, 0.01, q) - q,
  "the length map of SiLU": (q) => lengthMap(activation("silu"), 2.2, 0.05, q) - q,
};

test.each(Object.entries(FUNCTIONS))("%s: the nearest root is the scan's, bit for bit", (_, f) => {
  const noise = (x: number) => 1e-14 * x;
  const range = { low: 1e-4, high: 1e4 };
  const { roots } = scanRoots(f, noise, range);
  const starts = Array.from({ length: 40 }, (_, k) => 1.6 ** (k - 20));
  for (const from of [...starts, ...roots, 1e-5, 1e5]) {
    expect(rootAbove(f, noise, from, range)).toBe(roots.find((x) => x > from));
    expect(rootBelow(f, noise, from, range)).toBe(roots.findLast((x) => x < from));
  }
});
