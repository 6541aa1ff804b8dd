import { describe, expect, it } from "vitest";
import { createNetwork, type Network, type NetworkInput, prescribe } from "../../src/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";

const BATCH = 8;
const SPEC = { kind: "feedforward", activation: "sigmoid", depth: 20, width: 16, inputs: 64, outputs: 10 } as const;

/** A network of weights that no initialization of its spec would have drawn: another seed's, 1.5 times as large. */
function trained(): Network {
  const network = createNetwork(SPEC, { seed: 77 });
  for (const name of network.parameters.names)
    network.parameters.set(
      name,
      network.parameters.get(name).map((value) => 1.5 * value),
    );
  return network;
}

const batchOf = (
  seed: number,
  kind: "feedforward" | "recurrent",
  task: Parameters<typeof resolveTask>[0] = "gaussian",
) => resolveTask(task, { batch: BATCH, seed, kind });

/** First over last station's norm of the transport probe, ln. */
function probeGain(network: Network, seed: number): number {
  const { lnGradientNorm } = network.propagate(batchOf(seed, "feedforward")).probe!;
  return lnGradientNorm[0] - lnGradientNorm.at(-1)!;
}

describe("a network whose weights are given", async () => {
  const live = trained();
  const before = live.parameters.get("layers.3.weight");
  const found = await prescribe({ network: live, batch: BATCH, seeds: 3, fast: true }).result;
  /** Of a fresh network of that spec, with the weights in it. */
  const gainOf = (spec: NetworkInput, seed: number) => {
    const network = createNetwork(spec, { seed });
    for (const name of live.parameters.names) {
      if (network.parameters.names.includes(name)) network.parameters.set(name, live.parameters.get(name));
    }
    const gain = probeGain(network, seed);
    network.dispose();
    return gain;
  };
  const named = (name: string) => found.treatments.find((one) => one.name === name);

  it("is measured with them on every seed, and left alive as it was", () => {
    expect(found.patient!.verdict).toBe("vanishing");
    expect(found.given).toEqual(live.parameters.names);
    expect(live.parameters.get("layers.3.weight")).toEqual(before);
    // the seeds draw batches and probes alone: twenty layers of one network lose nearly the same on each
    const spread = Math.max(...found.patient!.gains) - Math.min(...found.patient!.gains);
    expect(spread).toBeLessThan(2);
    expect(found.patient!.gains[1]).toBeCloseTo(gainOf(SPEC, 1), 6);
  });

  it("is not offered other weights: initializations, other gains and other widths are untried, and why is said", () => {
    const why = Object.fromEntries(found.untried.map((one) => [one.name, one.why]));
    for (const name of ["he_normal", "orthogonal", "lsuv", "critical", "gain"]) {
      expect(why[name]).toBe("it would draw or rescale the weights, but these are given");
      expect(named(name)).toBeUndefined();
    }
    expect(why.wider).toMatch(/other shapes/);
  });

  it("is treated round its weights: no change touches the initialization, each gain is that of the very weights", () => {
    const compared: string[] = [];
    const remedies = found.treatments.filter(({ kind }) => kind === "remedy");
    expect(remedies.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["relu", "tanh", "skipinit", "layer_norm"]),
    );
    for (const { name, changes, spec, gains, what } of remedies) {
      expect(
        changes.filter(({ path }) => path.startsWith("init")),
        name,
      ).toEqual([]);
      expect(what).toMatch(/, the weights as they are$/);
      if (named(name)!.verdicts[1] !== "vanishing" || name === "highway") continue; // judged by another station; gates drawn anew
      expect(gains[1], name).toBeCloseTo(gainOf(spec, 1), 6);
      compared.push(name);
    }
    expect(compared).toContain("layer_norm");
    expect(named("relu")!.what).toBe("ReLU, the weights as they are");
    expect(named("skipinit")!.verdict).toBe("healthy");
    expect(found.prescribed).not.toBeNull();
  });

  it("has its knock-outs by its own weights too", () => {
    const derivative = found.knockOuts.find(({ name }) => name === "derivative")!;
    // without φ′ these weights, 1.5 times as large, explode: a knock-out that leaves the path unhealthy confirms nothing
    expect([derivative.confirmed, derivative.after.verdict]).toEqual([false, "exploding"]);
    const linear = createNetwork({ ...SPEC, activation: "identity" });
    for (const name of live.parameters.names) {
      const values = live.parameters.get(name);
      linear.parameters.set(name, name.endsWith("bias") ? values.fill(0) : values);
    }
    expect(derivative.after.gains[0]).toBeCloseTo(probeGain(linear, 0), 5);
    linear.dispose();
  });
});

it("a recurrent one: leaky units, skips and norms keep its weights; other cells do not", async () => {
  const live = createNetwork(
    { kind: "recurrent", hidden: 12, inputs: 2, outputs: 1, init: { gain: 0.7 } },
    { seed: 5 },
  );
  const task = { name: "adding", steps: 40 } as const;
  const found = await prescribe({ network: live, task, batch: BATCH, seeds: 2, fast: true }).result;
  expect(found.patient!.verdict).toBe("vanishing");
  const tried = found.treatments.map(({ name }) => name);
  expect(tried).toEqual(expect.arrayContaining(["leaky", "antisymmetric", "layer_norm", "time_skip", "fewer_steps"]));
  const untried = found.untried.map(({ name }) => name);
  expect(untried).toEqual(expect.arrayContaining(["lstm", "gru", "irnn", "orthogonal", "gain"]));
  live.dispose();
});

it("weights given by name beside a spec make the same network; verification trains on from them", async () => {
  const live = trained();
  const weights = Object.fromEntries(live.parameters.names.map((name) => [name, live.parameters.get(name)]));
  const options = { batch: BATCH, seeds: 2, remedies: ["relu"], verify: { steps: 3 } };
  const named = await prescribe({ ...options, network: SPEC, weights }).result;
  const alive = await prescribe({ ...options, network: live }).result;
  expect(named).toEqual(alive);
  expect(named.verification!.patient.losses).toHaveLength(3);
  const drawn = await prescribe({ ...options, network: SPEC }).result;
  expect(drawn.given).toBeNull();
  expect(drawn.patient!.gains).not.toEqual(named.patient!.gains);
  expect(drawn.verification!.patient.losses).not.toEqual(named.verification!.patient.losses);
  live.dispose();
});

it("refuses a weight the network does not have, and one of another size", async () => {
  const refused = (weights: Record<string, number[]>) => prescribe({ network: SPEC, weights, seeds: 2 }).result;
  await expect(refused({ "layers.99.weight": [1] })).rejects.toThrow(
    /^parameters.layers.99.weight: a parameter of this/,
  );
  await expect(refused({ "layers.1.bias": [1] })).rejects.toThrow(/^parameters.layers.1.bias: 16 values/);
});

it("a live network without a readout has none in a task with targets either", async () => {
  const live = createNetwork({ kind: "feedforward", activation: "sigmoid", depth: 12, width: 10 }, { inputs: 64 });
  const found = await prescribe({ network: live, batch: BATCH, seeds: 2, remedies: ["skipinit"], fast: true }).result;
  expect(found.task!.outputs).toBeNull();
  expect(found.given).not.toContain("readout.weight");
  live.dispose();
});
