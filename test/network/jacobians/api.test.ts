import { describe, expect, it } from "vitest";
import {
  type Jacobians,
  type JacobiansInput,
  jacobians,
  jacobiansAsync,
  jacobiansInParts,
} from "../../../src/measure/jacobians.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { studentQuantile } from "../../../src/network/jacobians/exponents.ts";
import { Engine } from "../../../src/wasm/engine.ts";

const adding = { name: "adding" as const, steps: 40 };
const rnn = { kind: "recurrent" as const, cell: "tanh" as const, hidden: 10 };
const mlp = { kind: "feedforward" as const, width: 8, depth: 5 };
const plain = (result: Jacobians): Jacobians => JSON.parse(JSON.stringify(result));

describe("jacobians", () => {
  it.each([
    { network: rnn, task: adding, sample: [0, 1] },
    { network: { ...rnn, cell: "relu" as const }, task: adding },
    { network: { ...rnn, cell: "lstm" as const }, task: adding, weights: { eigenvalues: true } },
    { network: { ...rnn, init: { recurrent: "zeros" as const } }, task: adding },
    { network: mlp, batch: 4, sample: [0, 3] },
    { network: { ...mlp, activation: "relu" as const } },
    { network: { ...mlp, init: { lsuv: true } } },
  ] satisfies JacobiansInput[])("is plain JSON data, the same bits every time: %j", (input) => {
    const result = jacobians(input);
    expect(plain(result)).toEqual(result);
    expect(jacobians(input)).toEqual(result);
    expect(result.schema).toBe("evanesce.jacobians/1");
  });

  it("takes a live network with its own parameters, and leaves it alive", () => {
    const network = createNetwork({ ...rnn, inputs: 2, cell: "identity" }, { seed: 1 });
    const W = network.parameters.get("rnn.weight_hh_l0").map((_, i) => (i % 11 === 0 ? 0.5 : 0)); // ½ I
    network.parameters.set("rnn.weight_hh_l0", W);
    const { singularValues, weights, seed } = jacobians({ network, task: adding, window: 10 });
    for (const s of singularValues.values) expect(s).toBeCloseTo(0.5 ** 10, 15);
    expect(weights[0]).toMatchObject({ spectralRadius: 0.5, departure: 0 });
    expect(weights[0].norm).toBeCloseTo(0.5, 14);
    expect(seed).toBe(1);
    expect(network.propagate({ inputs: new Float32Array(8) }).outcome).toBe("finite");
    network.dispose();
  });

  it("a skip over s steps alone hands every h on in s steps: α then, ln α/s a step, no bound of Pascanu's", () => {
    const network = {
      ...rnn,
      cell: "identity" as const,
      init: { recurrent: "zeros" as const },
      timeSkip: { steps: 3, scale: 0.5 },
    };
    const lyapunov = { steps: 30, transient: 0 };
    const result = jacobians({ network, task: adding, window: 3, lyapunov });
    expect(result).toMatchObject({ state: "h", delays: 2, size: 30, pascanu: null, outcome: "finite" });
    for (const s of result.singularValues.values) expect(s).toBeCloseTo(0.5, 14);
    for (const rate of result.lyapunov!.exponents) expect(rate).toBeCloseTo(Math.log(0.5) / 3, 12);
    expect(plain(result)).toEqual(result);
    expect(jacobians({ network: rnn, task: adding })).not.toHaveProperty("delays");
  });

  it("a layer dilated by d is d chains side by side: W's singular values in d steps, a d-th of its exponents, no bound of Pascanu's", () => {
    const network = { ...rnn, cell: "identity" as const, layers: 2, dilation: [1, 4], init: { gain: 0.5 } };
    const input = { network, task: adding, window: 4, lyapunov: { steps: 32, transient: 0 } };
    const result = jacobians(input);
    expect(result).toMatchObject({ state: "h", delays: 3, size: 40, pascanu: null, outcome: "finite" });
    for (const s of result.singularValues.values) expect(s).toBeCloseTo(0.5, 6);
    for (const rate of result.lyapunov!.exponents) expect(rate).toBeCloseTo(Math.log(0.5) / 4, 6);
    const lower = jacobians({ ...input, layer: 0 });
    expect(lower.size).toBe(10);
    expect(lower.pascanu!.measuredPerStep).toBeCloseTo(Math.log(0.5), 6);
  });

  it("asynchronously: the same bits, the share done on its way, turns for the event loop", async () => {
    const input = { network: { ...rnn, hidden: 48 }, task: { name: "adding" as const, steps: 900 }, sample: [0, 1] };
    const shares: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const result = await jacobiansAsync(input, { onProgress: (share) => shares.push(share) });
    clearInterval(timer);
    expect(result).toEqual(jacobians(input));
    expect(shares.length).toBeGreaterThan(100);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(1);
    expect(turns).toBeGreaterThan(0);
  });

  it("asynchronously: aborted on its way it rejects with the signal's reason and gives its memory back", async () => {
    const engine = new Engine();
    const input = { network: rnn, task: { name: "adding" as const, steps: 400 }, engine };
    const first = await jacobiansAsync(input);
    const bytes = engine.memoryBytes;
    for (let i = 0; i < 3; i++) {
      const stop = new AbortController();
      let last = 0;
      const onProgress = (share: number) => {
        last = share;
        if (share > 0.5) stop.abort();
      };
      await expect(jacobiansAsync(input, { signal: stop.signal, onProgress })).rejects.toMatchObject({
        name: "AbortError",
      });
      expect(last).toBeLessThan(0.6);
    }
    await expect(jacobiansAsync(input, { signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
    expect(await jacobiansAsync(input)).toEqual(first);
    expect(engine.memoryBytes).toBe(bytes);
  });

  it("averages over samples: logarithms of values, moments as they are", () => {
    const input = { network: rnn, task: adding, window: 5, lyapunov: { exponents: 2 } };
    const [one, two] = [0, 3].map((sample) => jacobians({ ...input, sample }));
    const both = jacobians({ ...input, sample: [0, 3] });
    expect(both.perSample!.map(({ sample }) => sample)).toEqual([0, 3]);
    expect(both.perSample![1].singularValues).toEqual(two.singularValues);
    expect(both.singularValues.lnValues[0]).toBeCloseTo(
      (one.singularValues.lnValues[0]! + two.singularValues.lnValues[0]!) / 2,
      12,
    );
    expect(both.singularValues.meanSquare).toBeCloseTo(
      (one.singularValues.meanSquare! + two.singularValues.meanSquare!) / 2,
      12,
    );
    expect(both.lyapunov!.exponents[0]).toBeCloseTo(
      (one.lyapunov!.exponents[0]! + two.lyapunov!.exponents[0]!) / 2,
      12,
    );
  });

  it("reports progress, and frees its memory when stopped", () => {
    const engine = new Engine();
    const input = { network: rnn, task: adding, engine };
    const shares: number[] = [];
    const parts = jacobiansInParts({ ...input, sample: [0, 1] });
    let next = parts.next();
    for (; !next.done; next = parts.next()) shares.push(next.value);
    expect(shares.at(-1)).toBe(1);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    const held = Array.from({ length: 6 }, () => {
      const stopped = jacobiansInParts(input);
      stopped.next();
      stopped.return(undefined as never);
      jacobians(input);
      return engine.memoryBytes;
    });
    expect(new Set(held.slice(1)).size).toBe(1);
  });

  it("gives null below 1e-12 of the largest, and counts it", () => {
    const { singularValues: s } = jacobians({ network: { ...rnn, hidden: 40 }, task: adding, window: 40 });
    const ratio = Math.exp(s.lnValues.findLast((x) => x !== null)! - s.lnValues[0]!);
    expect(s.unresolved).toBe(s.values.filter((x) => x === null).length);
    expect(ratio).toBeGreaterThanOrEqual(1e-12);
    if (s.unresolved > 0) expect([s.min, s.condition]).toEqual([null, null]);
  });

  it("an all-zero Jacobian is finite, an exploding trajectory is an outcome", () => {
    const zero = jacobians({ network: { ...rnn, init: { recurrent: "zeros" } }, task: adding });
    expect(zero.outcome).toBe("finite");
    expect(zero.singularValues).toMatchObject({ max: 0, mean: 0, meanSquare: 0, unresolved: 10, condition: null });
    expect(zero.lyapunov!.largest.value).toBe(null);
    const network = { ...rnn, cell: "identity" as const, init: { gain: 1e30 } };
    const exploded = jacobians({ network, task: adding });
    expect(exploded.outcome).toBe("nonfinite");
    expect(plain(exploded)).toEqual(exploded);
  });

  it.each<[Partial<JacobiansInput>, RegExp]>([
    [{ network: mlp, task: undefined, data: { inputs: [[[1, 2]]] } }, /^network\.inputs: /],
    [
      { network: { ...mlp, inputs: 2 }, task: undefined, data: { inputs: [[[1, 2]]] } },
      /^data: no steps for a feed-forward network, got 1; /,
    ],
    [
      { network: { ...rnn, inputs: 2 }, task: undefined, data: { inputs: [[[1, 2, 3]]] } },
      /^data: the network's inputs 2, got 3; /,
    ],
    [
      { network: { ...rnn, timeSkip: { steps: 52 } } },
      /^network\.timeSkip\.steps: at most 512 numbers of state .*, got "52 × 10"; /,
    ],
    [
      { network: { ...rnn, dilation: 52 } },
      /^network\.dilation: at most 512 numbers of state .*dilation spans, got "52 × 10"; /,
    ],
    [{ window: 41 }, /^window: a whole number from 1 to 40, got 41; /],
    [{ window: 0 }, /^window: /],
    [{ network: { ...rnn, hidden: 513 } }, /^network\.hidden: at most 512 units for Jacobians, got 513; /],
    [{ sample: 32 }, /^sample: a whole number from 0 to 31, got 32; /],
    [{ sample: [] }, /^sample: at least one index, got \[\]; /],
    [{ layer: 1 }, /^layer: a whole number from 0 to 0, got 1; /],
    [{ reverse: true }, /^reverse: true only for a bidirectional network, got true; /],
    [{ lyapunov: { exponents: 11 } }, /^lyapunov\.exponents: a whole number from 1 to 10, got 11; /],
    [{ lyapunov: { steps: 20, transient: 20 } }, /^lyapunov\.transient: a whole number from 0 to 19, got 20; /],
    [{ memoryLimit: 1000 }, /^memory: a plan of at most 1000 bytes/],
    [{ network: { ...mlp, depth: 1 }, task: undefined }, /^network\.depth: at least 2 .*, got 1; /],
    [{ network: { ...mlp, width: 600 }, task: undefined }, /^network\.width: at most 512 units .*, got 600; /],
    [{ network: { ...mlp, norm: "batch" }, task: undefined }, /^network\.norm: .*, got "batch"; /],
    [{ network: { ...mlp, residual: "dense" }, task: undefined }, /^network\.residual: .*, got "dense"; /],
    [
      { network: { ...mlp, residual: "identity", stochasticDepth: 0.5 }, task: undefined },
      /^network\.stochasticDepth: 0 for Jacobians, got 0\.5; /,
    ],
  ])("refuses %j", (input, message) => {
    expect(() => jacobians({ network: rnn, task: adding, ...input })).toThrow(message);
  });
});

it("Student's quantiles are the tables'", () => {
  for (const [freedom, quantile] of [
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [5, 2.5706],
    [19, 2.093],
    [100, 1.984],
  ]) {
    expect(Math.abs(studentQuantile(freedom) / quantile - 1)).toBeLessThan(0.002);
  }
});
