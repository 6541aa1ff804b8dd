/**
 * Options without an effect. A spec may have them, because one key often makes another moot. A measurement refuses
 * them, because its result would be missing.
 */
import { describe, expect, it } from "vitest";
import { jacobians, type NetworkInput, predict, propagate } from "../../src/index.ts";

const deep = (fields: object) =>
  ({ kind: "feedforward", width: 6, depth: 5, activation: "tanh", ...fields }) as NetworkInput;
const recurrent = (fields: object) => ({ kind: "recurrent", hidden: 6, ...fields }) as NetworkInput;
const task = { recurrent: { name: "adding", steps: 12 }, feedforward: "gaussian" } as const;

describe("a key that another key makes irrelevant changes no bit", () => {
  it.each([
    ["the position of no norm", deep({}), { normPosition: "post" }],
    ["the length of blocks without a skip path", deep({}), { blockLayers: 2 }],
    ["stochastic depth without a skip path", deep({}), { stochasticDepth: 0.5 }],
    [
      "the options of other cells",
      recurrent({ cell: "tanh" }),
      { cellOptions: { leak: 0.5, stepSize: 1, diffusion: 1 } },
    ],
    ["the forget bias of a cell without a forget gate", recurrent({ cell: "tanh" }), { init: { forgetBias: 5 } }],
    ["time constants of a cell without gates", recurrent({ cell: "relu" }), { init: { chrono: 50 } }],
  ])("%s", (_, network, moot) => {
    const run = (spec: NetworkInput) => {
      const { spec: _, ...flow } = propagate({ network: spec, task: task[network.kind], batch: 4, seed: 3 });
      return flow;
    };
    expect(run({ ...network, ...moot } as NetworkInput)).toEqual(run(network));
  });
});

describe("a measurement that cannot be made is refused, with the remedy", () => {
  const flow = (network: NetworkInput, options: object) => () =>
    propagate({ network, task: task[network.kind], batch: 4, ...options });
  it.each([
    ["lastStep: a loss at every step", flow(recurrent({}), { lastStep: true })],
    ["lastStep: a recurrent network", flow(deep({}), { lastStep: true })],
    ["credit: a loss at every step", flow(recurrent({}), { credit: true })],
    ["credit: a recurrent network", flow(deep({}), { credit: true })],
    ["truncate: a recurrent network", flow(deep({}), { truncate: 3 })],
    ["window: a recurrent network", () => jacobians({ network: deep({}), window: 3 })],
    ["lyapunov: a recurrent network", () => jacobians({ network: deep({}), lyapunov: true })],
    ["layer: a recurrent network", () => jacobians({ network: deep({}), layer: 1 })],
  ])("%s", (message, run) => {
    expect(run).toThrow(message);
    expect(run).toThrow(/; (leave it out: it has no steps|choose a task that has one)$/);
  });

  it("a misspelled option is told apart from a known one", () => {
    expect(() => jacobians({ network: recurrent({}), windw: 3 } as never)).toThrow("did you mean window?");
    expect(() => predict(recurrent({}), { step: 3 } as never)).toThrow("did you mean steps?");
  });

  it("what is switched off is not asked for", () => {
    const off = { lastStep: false, credit: false } as const;
    expect(propagate({ network: deep({}), batch: 4, ...off }).outcome).toBe("finite");
    expect(jacobians({ network: deep({}), lyapunov: false, reverse: false }).lyapunov).toBe(null);
  });
});
