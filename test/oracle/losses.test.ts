import { describe, expect, it } from "vitest";
import { derivative, relativeError } from "./differences.ts";
import { normals } from "./draw.ts";
import { LOSS } from "./losses.ts";
import { flatten, rows } from "./tensor.ts";

describe("∂L/∂z of every loss is the central difference of L", () => {
  const [N, Y] = [4, 5];
  const z = normals(N * Y, 1, "logits");
  const real = normals(N * Y, 2, "targets").map((value) => 1 / (1 + Math.exp(-value)));
  for (const [name, loss] of Object.entries(LOSS)) {
    it(name, () => {
      const targets = name === "cross_entropy" || name === "hinge" ? [2, 0, 4, 4] : real;
      const measured = z.map((_, i) => derivative((by) => loss(rows(z.with(i, z[i] + by), Y), targets).loss));
      expect(relativeError(flatten(loss(rows(z, Y), targets).gradient), measured)).toBeLessThan(1e-9);
    });
  }
});
