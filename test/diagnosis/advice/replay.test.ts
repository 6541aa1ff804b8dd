import { describe, expect, it } from "vitest";
import { optionsOf, remedyFor } from "../../../src/diagnosis/advice/index.ts";
import { diagnose } from "../../../src/diagnosis/index.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import { type NetworkInput, parseSpec, withPatch } from "../../../src/spec/index.ts";
import { patients, replay, sample } from "./replay.ts";

/** A list for fifty layers, of these names in turn. */
const layers = (...names: readonly string[]) => Array.from({ length: 50 }, (_, l) => names[l % names.length]);

describe("advice, followed", () => {
  it("helps a sample of the replay: healthy afterwards, or a gain at most half", () => {
    const outcomes = sample(patients(), 60, 7).flatMap((patient) => replay(patient) ?? []);
    const failed = outcomes.filter(({ helped }) => !helped);
    expect(outcomes.length).toBeGreaterThan(20);
    expect(outcomes.filter(({ after }) => after !== null).length).toBeGreaterThanOrEqual(0.9 * outcomes.length);
    expect(outcomes.filter(({ raised }) => raised)).toEqual([]);
    expect(failed.length, JSON.stringify(failed.map(({ patient }) => patient))).toBeLessThanOrEqual(
      0.05 * outcomes.length,
    );
  });

  it.each([
    { kind: "recurrent", hidden: 32, cell: "tanh" },
    { kind: "recurrent", hidden: 32, cell: "lstm" },
    { kind: "recurrent", hidden: 32, cell: "gru" },
    { kind: "recurrent", hidden: 32, cell: "lstm", init: { forgetBias: 0 } },
    { kind: "recurrent", hidden: 32, cell: "minimal_rnn" },
    { kind: "feedforward", width: 64, depth: 50, activation: "sigmoid" },
    { kind: "feedforward", width: 64, depth: 50, activation: "relu", norm: "batch", init: { weight: "he_normal" } },
    { kind: "recurrent", cell: ["lstm", "gru"], hidden: [32, 16] },
    { kind: "recurrent", cell: ["tanh", "relu"], hidden: 32, norm: ["none", "layer"] },
    { kind: "recurrent", cell: ["tanh", "gru"], hidden: 32, init: { recurrent: ["pytorch", "gaussian"] } },
    { kind: "feedforward", width: 64, activation: layers("sigmoid", "tanh", "relu") },
    { kind: "feedforward", width: 64, activation: "tanh", init: { weight: layers("gaussian", "pytorch") } },
    { kind: "feedforward", width: 64, activation: "sigmoid", norm: layers("none", "none", "layer") },
  ] as NetworkInput[])("mends %j", (network) => {
    const task = network.kind === "recurrent" ? { name: "adding", steps: 1000 } : { name: "gaussian" };
    const outcome = replay({ network, task, seed: 1 });
    expect(outcome?.helped, JSON.stringify(outcome?.after?.evidence.worst)).toBe(true);
  });
});

describe("what advice may change", () => {
  const sick = patients().flatMap(({ network }) => {
    const spec = parseSpec(network);
    return (["vanishing", "exploding", "dead"] as const).flatMap((verdict) =>
      ["weights", "saturation", "closed-gate", "small-derivatives"].map((factor) => ({ spec, verdict, factor })),
    );
  });

  it("never the task, its length, the depth or the width; its patch is a valid spec, and its options say the same", () => {
    for (const one of sick) {
      const remedy = remedyFor({ ...one, stations: 100 });
      if (remedy === null) continue;
      for (const key of ["steps", "depth", "layers", "width", "hidden", "kind"])
        expect(remedy.patch).not.toHaveProperty(key);
      const spec = parseSpec(withPatch(one.spec, remedy.patch));
      expect(spec).not.toEqual(one.spec);
      const options = optionsOf(remedy.patch);
      expect(options.length % 2).toBe(0);
      // a key that is removed has no option: it is left out of the command
      const isSet = ([, value]: [string, unknown]) => value !== null && typeof value !== "object" && value !== false;
      const { init = {}, ...others } = remedy.patch as { init?: object };
      const set = [...Object.entries(others), ...Object.entries(init)].filter(isSet);
      expect(options.length, JSON.stringify(remedy.patch)).toBe(2 * set.length);
      expect(options.length).toBeGreaterThan(0);
    }
  });

  it("never an option that the network it makes refuses: no forget bias for a GRU, no --init that it has", () => {
    for (const one of sick) {
      const remedy = remedyFor({ ...one, stations: 1000 });
      if (remedy === null) continue;
      const options = optionsOf(remedy.patch);
      const spec = parseSpec(withPatch(one.spec, remedy.patch));
      if (spec.kind === "recurrent" && !spec.cell.startsWith("lstm")) expect(options).not.toContain("--forget-bias");
    }
  });

  it("of a deep sigmoid network starts the readout at zero, by an option too, and what it makes contradicts nothing", () => {
    const network = { kind: "feedforward", depth: 30, width: 32, activation: "sigmoid" } as const;
    const task = { name: "circles" } as const;
    const [advice] = diagnose(propagate({ network, task, batch: 32, seed: 1 })).advice;
    expect(advice.sentence).toContain("start the readout at zero");
    expect(advice.options.join(" ")).toContain("--readout-init zeros");
    const mended = diagnose(
      propagate({ network: withPatch(network, advice.patch) as NetworkInput, task, batch: 32, seed: 1 }),
    );
    expect(mended).toMatchObject({ verdict: "healthy", state: "no-gradient" });
    expect(mended.summary).toContain("The readout is exactly zero, so no gradient enters the path yet");
    expect(mended.summary).not.toContain("blocked");
    expect(mended.advice[0].sentence).toBe("Nothing to do for the path. Train: the readout moves first.");
  });

  it("of layers that differ says what every layer gets", () => {
    const network = {
      kind: "feedforward",
      width: 8,
      activation: ["sigmoid", "tanh"],
      norm: ["none", "layer"],
    } as const;
    const spec = parseSpec(network);
    const remedy = remedyFor({ spec, verdict: "vanishing", factor: "small-derivatives", stations: 2 })!;
    const { layerwise } = remedy.patch as { layerwise: unknown };
    expect(layerwise).toEqual([{ activation: "sigmoid" }, { activation: "tanh" }]);
    expect(optionsOf(remedy.patch)).toEqual(["--residual", "identity", "--norm", "layer", "--norm-position", "pre"]);
    expect(parseSpec(withPatch(spec, remedy.patch)).norm).toBe("layer");
  });

  it("comes with a diagnosis as a list, and is one sentence without options where nothing of the spec is wrong", () => {
    const spec = { kind: "recurrent", hidden: 16, cell: "gru" } as const;
    const judged = diagnose(propagate({ network: spec, task: { name: "adding", steps: 1000 }, batch: 4 }));
    expect(judged.advice[0]).toMatchObject({ options: ["--chrono", "1000"], patch: { init: { chrono: 1000 } } });
    const sound = diagnose(propagate({ network: spec, task: { name: "adding", steps: 3 }, batch: 4 }));
    expect(sound.advice).toMatchObject([{ options: [], patch: {} }]);
  });
});
