import { describe, expect, it } from "vitest";
import { type Prescription, type PrescriptionEvent, prescribe, propagate } from "../../src/index.ts";
import type { PrescribeOptions } from "../../src/prescription/index.ts";

const result = (options: PrescribeOptions) => prescribe({ seeds: 3, batch: 8, fast: true, ...options }).result;
const treatment = ({ treatments }: Prescription, name: string) => treatments.find((one) => one.name === name)!;
const knockOut = ({ knockOuts }: Prescription, name: string) => knockOuts.find((one) => one.name === name);

const SIGMOID = { kind: "feedforward", activation: "sigmoid", depth: 30, width: 32 } as const;

describe("layers that differ", async () => {
  const activation = Array.from({ length: 12 }, (_, l) => (l === 3 ? "tanh" : "sigmoid"));
  const network = { kind: "feedforward", activation, width: 16 } as const;
  const found = await result({ network, remedies: ["relu", "layer_norm", "residual"] });

  it("get remedies that change every layer", () => {
    expect(found.treatments.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["relu", "layer_norm", "residual"]),
    );
    expect(treatment(found, "relu").changes).toContainEqual({ path: "activation", from: activation, to: "relu" });
    expect(treatment(found, "relu").spec.layerwise).toBeUndefined();
    expect(treatment(found, "layer_norm").spec.layerwise).toEqual(found.network.layerwise);
  });

  it("have half of their gradient back with half the layers; what has no neutral replacement is named", () => {
    expect(knockOut(found, "half")).toBeDefined();
    expect(knockOut(found, "derivative")).toBeUndefined();
    const why = "no single replacement is neutral in layers that differ in activation";
    expect(found.untried).toContainEqual({ name: "knock-out: φ′ → 1, the weights as they are", why });
  });
});

describe("a deep sigmoid network", async () => {
  const remedies = ["relu", "skipinit", "xavier_normal", "orthogonal", "gain", "fewer_layers"];
  const found = await result({ network: SIGMOID, remedies });

  it("vanishes on every seed, by the sigmoid's derivatives", () => {
    expect(found.patient!.verdicts).toEqual(["vanishing", "vanishing", "vanishing"]);
    expect(found.patient!.diagnosis.causes[0].factor).toBe("small-derivatives");
    expect(found.patient!.gains[0]).toBeLessThan(-30);
  });

  it("has its gradient back with φ′ taken out, and half of it with half the layers", () => {
    const derivative = knockOut(found, "derivative")!;
    expect(derivative.confirmed).toBe(true);
    expect(derivative.ratio).toBeGreaterThan(0.9);
    expect(derivative.ratio).toBeLessThan(1.1);
    const half = knockOut(found, "half")!;
    expect(half.change.mean / -found.patient!.gain.mean).toBeGreaterThan(0.4);
    expect(half.change.mean / -found.patient!.gain.mean).toBeLessThan(0.6);
    expect(knockOut(found, "weights")).toBeUndefined(); // no cause names them
  });

  it("is mended by ReLU with He's initialization, by SkipInit exactly, by a solved gain; not by other initializations", () => {
    expect(treatment(found, "relu").verdict).toBe("healthy");
    expect(treatment(found, "gain").verdict).toBe("healthy");
    expect(Math.abs(treatment(found, "skipinit").gain.mean)).toBeLessThan(1e-6);
    expect(treatment(found, "orthogonal").verdict).toBe("vanishing");
    expect(found.treatments.some(({ name }) => name === "xavier_normal")).toBe(false); // it has that
  });

  it("ranks whole paths before shorter ones, healthy before sick, and combines the best", () => {
    const names = found.treatments.map(({ name }) => name);
    expect(names.at(-1)).toBe("orthogonal");
    expect(names.at(-2)).toBe("fewer_layers");
    expect(found.treatments.map(({ rank }) => rank)).toEqual(names.map((_, i) => i + 1));
    expect(found.treatments.filter(({ kind }) => kind === "combination").length).toBeGreaterThan(0);
  });

  it("finds that optimizer and learning rate leave the gain what it is, bit for bit", () => {
    expect(found.controls.map(({ name }) => name)).toEqual(["adam", "rate_x10", "rate_/10"]);
    for (const control of found.controls) expect(control.gains).toEqual(found.patient!.gains);
  });

  it("hands out a spec that propagates as it is, with the gain it promised", () => {
    expect(found.prescribed).not.toBeNull();
    const flow = propagate({ network: found.spec, batch: 8, seed: found.seeds[1] });
    const { gains } = treatment(found, found.prescribed!);
    const { lnGradientNorm } = flow.probe!;
    expect(lnGradientNorm[0] - lnGradientNorm.at(-1)!).toBeCloseTo(gains[1], 6);
  });

  it("is plain data", () => {
    expect(structuredClone(found)).toEqual(found);
    expect(found.schema).toBe("evanesce.prescription/1");
  });
});

describe("causes that a knock-out confirms", () => {
  it("weights too small: orthogonal ones bring the gradient back", async () => {
    const network = { kind: "feedforward", depth: 30, width: 32, init: { gain: 0.3 } } as const;
    const found = await result({ network, remedies: ["xavier_normal"] });
    expect(found.patient!.verdict).toBe("vanishing");
    expect(knockOut(found, "weights")).toMatchObject({ confirmed: true });
    expect(treatment(found, "xavier_normal").verdict).toBe("healthy");
  });

  it("a closed forget gate: open, it carries", async () => {
    const network = { kind: "recurrent", cell: "lstm", hidden: 16, init: { forgetBias: -4 } } as const;
    const found = await result({ network, task: { name: "adding", steps: 60 }, remedies: ["forget_bias", "chrono"] });
    expect(found.patient!.verdict).toBe("vanishing");
    expect(knockOut(found, "gate")).toMatchObject({ confirmed: true });
    expect(treatment(found, "chrono").verdict).toBe("healthy");
  });

  it("recurrent weights too large: the gradient stops exploding with orthogonal ones, and clipping does not change the path", async () => {
    const network = { kind: "recurrent", cell: "relu", hidden: 16, init: { gain: 2 } } as const;
    const found = await result({ network, task: { name: "adding", steps: 60 }, remedies: ["irnn"] });
    expect(found.patient!.verdict).toBe("exploding");
    expect(knockOut(found, "weights")).toMatchObject({ confirmed: true });
    const clipping = found.controls.find(({ name }) => name === "clipping")!;
    expect(clipping.gains).toEqual(found.patient!.gains);
    expect(clipping.price).toContain("does not repair the path");
  });

  it("batch norm's adjoint: without it the gradient no longer explodes", async () => {
    const network = {
      kind: "feedforward",
      activation: "relu",
      depth: 60,
      width: 32,
      norm: "batch",
      init: { weight: "he_normal" },
    } as const;
    const found = await result({ network, remedies: ["no_norm", "skipinit"] });
    expect(found.patient!.verdict).toBe("exploding");
    expect(knockOut(found, "normalisation")).toMatchObject({ confirmed: true });
    expect(treatment(found, "skipinit").verdict).toBe("healthy");
  });
});

describe("what is not sick", () => {
  it("is not treated", async () => {
    const network = { kind: "feedforward", activation: "relu", depth: 20, init: { weight: "he_normal" } } as const;
    const found = await result({ network });
    expect(found).toMatchObject({ outcome: "complete", prescribed: null, treatments: [], knockOuts: [], controls: [] });
    expect(found.spec).toEqual(found.network);
    expect(found.advice).toMatch(/^Nothing to/);
  });
});

describe("a run of it", () => {
  it("reports its share of the whole, never less than before, and ends at 1", async () => {
    const shares: number[] = [];
    for await (const { share } of prescribe({ network: SIGMOID, seeds: 2, batch: 4, remedies: ["relu"], fast: true }))
      shares.push(share);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(1);
  });

  it("stopped, keeps what was done", async () => {
    const stop = new AbortController();
    const run = prescribe({
      network: SIGMOID,
      seeds: 2,
      batch: 4,
      remedies: ["relu", "skipinit"],
      fast: true,
      signal: stop.signal,
    });
    const seen: PrescriptionEvent[] = [];
    for await (const event of run) {
      seen.push(event);
      if (event.phase === "remedy" && event.seed === 1) stop.abort();
    }
    const found = await run.result;
    expect(found.outcome).toBe("stopped");
    expect(found.patient!.verdict).toBe("vanishing");
    expect(found.treatments.map(({ name }) => name)).toEqual(["relu"]);
    expect(found.controls).toEqual([]);
    expect(found.prescribed).toBe("relu");
  });

  it("stopped before anything was done, still has a result", async () => {
    const found = await prescribe({ network: SIGMOID, signal: AbortSignal.abort() }).result;
    expect(found).toMatchObject({ outcome: "stopped", patient: null, task: null, prescribed: null });
  });

  it("gives the same bits again", async () => {
    const once = () =>
      prescribe({ network: SIGMOID, seeds: 2, batch: 4, remedies: ["relu", "gain"], fast: true }).result;
    expect(await once()).toEqual(await once());
  });

  it("does not try what the memory has no room for, and says so", async () => {
    const network = { kind: "recurrent", hidden: 64, init: { gain: 0.3 } } as const;
    const found = await result({
      network,
      task: { name: "adding", steps: 20 },
      remedies: ["gru", "irnn"],
      memoryLimit: 600_000,
    });
    expect(found.untried.map(({ name }) => name)).toEqual(["gru"]);
    expect(found.untried[0].why).toMatch(/memory/i);
    expect(found.treatments.map(({ name }) => name)).toContain("irnn");
  });
});

describe("a caller's mistake", () => {
  it.each([
    [{ network: SIGMOID, seeds: 1 }, /^seeds: a whole number from 2/],
    [{ network: SIGMOID, seed: -1 }, /^seed: /],
    [{ network: SIGMOID, remedies: ["rellu"] }, /^remedies: .*did you mean relu\?/],
    [{ network: SIGMOID, remedies: ["lstm"] }, /^remedies: names of remedies for a feedforward network/],
    [{ network: SIGMOID, remedies: [] }, /^remedies: a list of names/],
    [{ network: SIGMOID, verify: { steps: 0 } }, /^verify.steps: /],
    [{ network: SIGMOID, sedes: 5 }, /sedes: .*did you mean seeds\?/],
    [{ network: { kind: "deep" } }, /^network.kind: /],
  ] as const)("%j is refused at once", (options, message) => {
    expect(() => prescribe(options as unknown as PrescribeOptions)).toThrow(message);
  });
});
