import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { flat, line, made } from "./flows.ts";

const sound = (value: number | null, task = {}, other = {}, lossNorm = -3) =>
  diagnose(made({ probe: flat(30, 0), loss: flat(30, lossNorm), value, task, other }));

describe("the state is the loss's, beside a path that is not to blame", () => {
  test("converged: a hundredth of the trivial answer's loss is left", () => {
    const judged = sound(0.004, {}, {}, -25);
    expect(judged).toMatchObject({ verdict: "healthy", state: "converged", causes: [] });
    expect(judged.summary).toContain("0.40 % of the trivial answer's");
    expect(judged.summary).toContain("a small gradient is a sign of success");
  });

  test("converged: exactly zero loss and gradient too", () => {
    expect(sound(0, {}, {}, Number.NEGATIVE_INFINITY)).toMatchObject({ verdict: "healthy", state: "converged" });
  });

  test("converged, without a baseline: by the cross-entropy's ln Y, or by a tiny gradient", () => {
    expect(sound(0.01, { baseline: null, loss: "cross_entropy", outputs: 10 }).state).toBe("converged");
    expect(sound(2, { baseline: null, loss: "cross_entropy", outputs: 10 }, {}, -3).state).not.toBe("converged");
    expect(sound(1e-9, { baseline: null }, {}, -20).state).toBe("converged");
    expect(sound(1e-9, { baseline: null }, {}, -3).state).toBe("training");
  });

  test("plateau: the trivial answer's loss, whose errors cancel", () => {
    const judged = sound(1.02);
    expect(judged).toMatchObject({ verdict: "healthy", state: "plateau" });
    expect(judged.summary).toContain("best trivial answer");
  });

  test("no plateau where all samples err the same way: the mean is still being learned", () => {
    // errors e [B, 1]: ‖e‖_F = 1; all alike Σ e = √B, at random about 1
    const at = (lnBias: number) =>
      sound(
        1.02,
        {},
        {
          readoutGain: -3,
          parameters: [{ name: "readout.bias", shape: [1], lnGradientNorm: lnBias, lnNorm: 0 }],
        },
      ).state;
    expect(at(Math.log(Math.sqrt(32)))).toBe("training");
    expect(at(0)).toBe("plateau");
  });

  test("constant labels, no gradient, no labels", () => {
    expect(sound(0.3, { baseline: 0 })).toMatchObject({
      verdict: "blocked",
      state: "constant-labels",
      causes: [{ factor: "labels", share: 1 }],
    });
    const blocked = sound(1.5, {}, {}, Number.NEGATIVE_INFINITY);
    expect(blocked).toMatchObject({ verdict: "blocked", state: "no-gradient" });
    expect(blocked.parts.map(({ state }) => state)).toEqual([
      ...["unmeasured", "healthy", "unmeasured", "no-gradient", "unmeasured"],
    ]);
    expect(blocked.advice[0].sentence).toContain("readout");
    expect(sound(0.1, { loss: "none", baseline: null }).state).toBe("unlabelled");
    expect(sound(null, { loss: "none", baseline: null }).state).toBe("unlabelled");
  });

  test("training otherwise", () => {
    expect(sound(0.5).state).toBe("training");
    expect(sound(7).state).toBe("training");
  });

  test("a converged loss does not hide a dead path, and a dead path does not hide the loss", () => {
    expect(diagnose(made({ probe: line(30, -1), loss: line(30, -1), value: 0.001 }))).toMatchObject({
      verdict: "vanishing",
      state: "converged",
    });
  });
});
