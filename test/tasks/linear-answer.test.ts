import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";
import { isLinear } from "../../src/spec/linear.ts";
import { prepareTask, type TaskInput } from "../../src/tasks/index.ts";
import { linearBaseline } from "../../src/tasks/linear-answer.ts";

const best = (task: TaskInput, kind: "recurrent" | "feedforward" = "recurrent") =>
  linearBaseline(prepareTask(task, kind), { seed: 3 });

describe("the best linear answer", () => {
  // y = Σ value · marker, and cov(y, value_t) = P(marker at t)/12: a linear answer explains ½ (1/⌊T/2⌋ + 1/⌈T/2⌉) of y
  it.each([3, 4, 10, 20, 32])("to the adding problem of %i steps is that of the covariances", (steps) => {
    const half = Math.floor(steps / 2);
    const explained = (1 / half + 1 / (steps - half)) / 2;
    expect(Math.abs(best({ name: "adding", steps })! / ((1 - explained) / 6) - 1)).toBeLessThan(0.15);
  });

  it("is not known for classes, for many inputs, or for labels without information", () => {
    expect(best({ name: "temporal_order", steps: 20 })).toBeNull();
    expect(best({ name: "adding", steps: 33 })).toBeNull();
    expect(best({ name: "gaussian" }, "feedforward")).toBeNull();
  });
});

describe("a network without any nonlinearity", () => {
  it.each([
    [{ kind: "recurrent", cell: "identity" }, true],
    [{ kind: "recurrent", cell: "diagonal", layers: 2 }, true],
    [{ kind: "recurrent", cell: ["identity", "tanh"] }, false],
    [{ kind: "recurrent", cell: "identity", norm: "layer" }, false],
    [{ kind: "recurrent", cell: "identity", pooling: "max" }, false],
    [{ kind: "recurrent", cell: "gru" }, false],
    [{ kind: "feedforward", depth: 3, width: 8, activation: "identity", residual: "skipinit" }, true],
    [{ kind: "feedforward", depth: 3, width: 8, activation: ["identity", "relu", "identity"] }, false],
    [{ kind: "feedforward", depth: 3, width: 8, activation: "identity", residual: "highway" }, false],
    [{ kind: "feedforward", depth: 3, width: 8, activation: "identity", norm: "batch" }, false],
    [{ kind: "feedforward", depth: 3, width: 8, activation: "identity", norm: ["none", "layer", "none"] }, false],
  ] as [NetworkInput, boolean][])("%j: %s", (network, linear) => {
    expect(isLinear(parseSpec(network))).toBe(linear);
  });

  it("cannot learn to add, and can learn what a linear answer solves", () => {
    const network = { kind: "recurrent", cell: "identity", hidden: 16 } as const;
    const adding = diagnose(propagate({ network, task: { name: "adding", steps: 20 } }));
    expect(adding).toMatchObject({ verdict: "blocked", causes: [{ factor: "linear" }] });
    expect(adding.parts.find(({ part }) => part === "loss")?.state).toBe("out-of-reach");
    expect(adding.summary).toMatch(/no nonlinearity, and the best linear answer has a loss of 0\.1\d/);
    expect(adding.advice[0].sentence).toContain("Use a nonlinear activation or a gated cell");
    const short = diagnose(propagate({ network, task: { name: "adding", steps: 3 } }));
    expect(short.verdict).toBe("healthy");
    const order = diagnose(propagate({ network, task: { name: "temporal_order", steps: 20 } }));
    expect(order.verdict).toBe("healthy");
  });
});
