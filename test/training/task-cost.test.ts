import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { taskCost } from "../../src/training/index.ts";

const optimizer = { name: "adam", learningRate: 1e-2 } as const;
const faint = { kind: "recurrent", cell: "tanh", hidden: 16, init: { recurrent: "gaussian", gain: 0.3 } } as const;
const adding = (steps: number) => ({ name: "adding", steps });

describe("what fading costs on a task", () => {
  it("much, where the network cannot reach what its reference uses", async () => {
    const input = { network: faint, task: adding(24) };
    const cost = await taskCost({ ...input, batch: 16, updates: 400, optimizer }).result;
    expect(cost).toMatchObject({ verdict: "costs", steps: 24, updates: 400 });
    expect(cost.reference?.learned).toBeGreaterThan(0.5);
    expect(cost.trained.learned).toBeLessThan(0.2);
    expect(cost.secondSeed?.learned).toBeLessThan(0.5);
    // the markers stand in both halves, the earlier one up to 24 steps back
    expect(cost.needs).toBeGreaterThanOrEqual(20);
    const { summary, advice, cost: kept } = diagnose(propagate(input), { cost });
    expect(summary).toMatch(/The gradient reaches \d+ steps? back; the task needs 2\d steps\. After 400 updates/);
    expect(summary).toMatch(/vanishing costs this difference\.$/);
    expect(advice[0].options.length).toBeGreaterThan(0);
    expect(kept).toEqual(cost);
  });

  it("time, where the network learns the task, but less of it than its reference", async () => {
    const network = { kind: "feedforward", depth: 12, width: 16, activation: "tanh" } as const;
    const input = { network: { ...network, init: { weight: "lecun_normal", biasStd: 3 } }, task: "teacher" } as const;
    const cost = await taskCost({ ...input, updates: 400, seed: 3 }).result;
    expect(cost).toMatchObject({ verdict: "slows", secondSeed: null });
    expect(cost.trained.learned).toBeGreaterThan(0.5);
    expect(cost.trained.learned).toBeLessThan(0.95 * cost.reference!.learned);
    expect(diagnose(propagate(input), { cost }).summary).toMatch(
      /vanishing slows learning down here and does not prevent it\.$/,
    );
  });

  it("nothing, where the network learns as much; shuffling the untrained network's steps says nothing yet", async () => {
    const network = { kind: "recurrent", cell: "gru", hidden: 16 } as const;
    const shares: number[] = [];
    const run = taskCost({ network, task: adding(12), batch: 16, updates: 300, optimizer });
    for await (const { share } of run) shares.push(share);
    const cost = await run.result;
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(cost.verdict).toBe("harmless");
    expect(cost.blocks.map(({ from }) => from)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    // without training, the earlier half hardly changes the loss
    for (const { untrained, trained } of cost.blocks.slice(0, 6))
      expect(trained).toBeGreaterThan(20 * Math.abs(untrained));
  });

  it("is not known where neither learned", async () => {
    const cost = await taskCost({ network: faint, task: { name: "noise", steps: 20 }, batch: 8, updates: 3 }).result;
    expect(cost).toMatchObject({ verdict: "unclear", needs: null });
  });

  it("is priced of a deep network too: a sigmoid stack learns nothing, its residual twin does", async () => {
    const deep = (activation: string, depth: number, init: object = {}) =>
      ({ kind: "feedforward", depth, width: 16, activation, init }) as NetworkInput;
    const costly = await taskCost({ network: deep("sigmoid", 12), task: "circles", updates: 300 }).result;
    expect(costly).toMatchObject({ verdict: "costs", steps: 1, blocks: [], needs: null });
    const { summary } = diagnose(propagate({ network: deep("sigmoid", 12), task: "circles" }), { cost: costly });
    expect(summary).toMatch(/After 300 updates the network reaches .* vanishing costs this difference\.$/);
    const harmless = await taskCost({
      network: deep("sigmoid", 4, { weight: "lecun_normal" }),
      task: "circles",
      updates: 600,
    }).result;
    expect(harmless.verdict).toBe("harmless");
    expect(harmless.reference?.change).toContain("--residual identity");
    const grown = await taskCost({
      network: deep("relu", 12, { weight: "he_normal", gain: 3 }),
      task: "circles",
      updates: 50,
    }).result;
    const said = diagnose(propagate({ network: deep("relu", 12, { weight: "he_normal", gain: 3 }), task: "circles" }), {
      cost: grown,
    });
    expect(said.verdict).toBe("exploding");
    expect(said.summary).toContain("the growing gradient costs");
  });

  it("refuses what it cannot price, and stops where it is told", async () => {
    expect(() => taskCost({ network: faint, task: "copy" })).toThrow("a loss at the last step");
    expect(() => taskCost({ network: faint, updates: 0 })).toThrow("taskCost.updates: a whole number ≥ 1");
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(taskCost({ network: faint, signal: stop.signal }).result).rejects.toThrow("enough");
  });

  it("a task that knows where its information lies says so in the headline, and a pass trains nothing", () => {
    const said = (steps: number, network: NetworkInput = faint) =>
      diagnose(propagate({ network, task: adding(steps), batch: 8 })).summary;
    expect(said(100)).toMatch(/The gradient reaches \d+ steps? back; the task needs 74 \(up to 99\)\./);
    expect(said(100, { kind: "recurrent", cell: "lstm", hidden: 16, init: { chrono: 100 } })).not.toContain(
      "the task needs",
    );
    const copy = diagnose(propagate({ network: faint, task: { name: "copy", steps: 30 }, batch: 4 })).summary;
    expect(copy).toMatch(/the task needs 40\./);
    const order = diagnose(
      propagate({ network: faint, task: { name: "temporal_order", steps: 100 }, batch: 4 }),
    ).summary;
    expect(order).toMatch(/the task needs 84 \(up to 89\)\./);
  });
});
