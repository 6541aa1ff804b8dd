/** The loss by half precision, against the entries of the float64 oracle's gradient. */
import { describe, expect, it, test } from "vitest";
import type { GradientFlow, HalfFlow, HalfShares } from "../../src/flow/index.ts";
import { HALF_FORMATS, type HalfFormat } from "../../src/flow/half/formats.ts";
import { createNetwork, GRADIENTS_ONLY } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { withLengths } from "../../src/tasks/lengths.ts";
import { PLAIN } from "../oracle/feedforward.ts";
import { drawParameters } from "../oracle/draw.ts";
import { type RecurrentOracleSpec, runRecurrent } from "../oracle/recurrent.ts";
import { recurrentShapes } from "../oracle/shapes.ts";
import { normals } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";
import { type Case, runCore, runOracle, setUp } from "./feedforward/both.ts";

/** An entry this close to an edge may fall on either side of it in float32. */
const CLOSE = 1e-4;
/** Of a parameter's gradient, a sum that may cancel. */
const CLOSE_SUM = 1e-2;

/** Checks shares of float32 entries against the same entries in float64, those close to an edge on either side. */
function expectShares(
  found: HalfShares,
  entries: Iterable<number>,
  format: HalfFormat,
  scale: number,
  what: string,
  close = CLOSE,
) {
  const all = [...entries].filter((value) => value !== 0).map((value) => Math.abs(value) * scale);
  const share = (holds: (value: number) => boolean) => (all.length === 0 ? 0 : all.filter(holds).length / all.length);
  const [zero, normal] = [2 ** (format.smallest - 1), 2 ** format.normal];
  const infinite = (2 - 2 ** (-format.fraction - 1)) * 2 ** format.largest;
  const between = (value: number, low: number, high: number) => {
    expect(value, what).toBeGreaterThanOrEqual(low - 1e-12);
    expect(value, what).toBeLessThanOrEqual(high + 1e-12);
  };
  const [up, down] = [1 + close, 1 - close];
  between(
    found.lost,
    share((value) => value < zero * down),
    share((value) => value < zero * up),
  );
  between(
    found.overflow,
    share((value) => value > infinite * up),
    share((value) => value > infinite * down),
  );
  between(
    found.lost + found.subnormal,
    share((value) => value < normal * down),
    share((value) => value < normal * up),
  );
}

/** Both formats, without a scale and with the best one: all stations, each, and every parameter. */
function expectFlow(half: HalfFlow, stations: readonly number[][], gradients: ReadonlyMap<string, ArrayLike<number>>) {
  half.formats.forEach(({ lossScale, leastScale, mostScale, ...views }, f) => {
    const format = HALF_FORMATS[f];
    expect(leastScale).toBeLessThanOrEqual(lossScale);
    expect(mostScale).toBeGreaterThanOrEqual(lossScale);
    for (const [view, scale] of [
      [views.unscaled, 1],
      [views.scaled, lossScale],
    ] as const) {
      const what = `${format.name} × ${scale}`;
      expectShares(view, stations.flat(), format, scale, what);
      stations.forEach((entries, s) => {
        const { lost, subnormal, overflow } = view.stations;
        const own = { lost: lost[s], subnormal: subnormal[s], overflow: overflow[s] };
        expectShares(own, entries, format, scale, `${what}, station ${s}`);
      });
      for (const { name, ...shares } of view.parameters) {
        const entries = Array.from(gradients.get(name) as ArrayLike<number>);
        expectShares(shares, entries, format, scale, `${what}, ${name}`, CLOSE_SUM);
      }
    }
    expect(views.scaled.overflow).toBe(0);
    expect(views.scaled.lost).toBeLessThanOrEqual(views.unscaled.lost);
  });
}

const halfOf = (flow: GradientFlow): HalfFlow => flow.half as HalfFlow;

const [X, Y, T] = [3, 2, 40];

function recurrent(options: Partial<RecurrentOracleSpec>, B: number, shrink = 1) {
  const spec: RecurrentOracleSpec = { cell: "tanh", hidden: 5, layers: 1, ...options };
  const drawn = drawParameters(recurrentShapes(spec, X, Y), 7);
  const parameters = rounded(
    Object.fromEntries(
      Object.entries(drawn).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((value) => (name.includes("weight_hh") ? value * shrink : value)) },
      ]),
    ),
  );
  const batch: Batch = {
    ...{ name: "test", batch: B, steps: T, inputSize: X, outputSize: Y, loss: "mse", lossAt: "last" },
    inputs: normals(T * B * X, 9),
    targets: normals(B * Y, 8),
  };
  return { spec, parameters, batch };
}

function made({ spec, parameters, batch }: ReturnType<typeof recurrent>, memoryLimit?: number) {
  const network = createNetwork({ kind: "recurrent", ...spec } as NetworkInput, {
    inputs: X,
    outputs: Y,
    memoryLimit,
  });
  for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
  return { network, flow: network.propagate(batch, { ...GRADIENTS_ONLY, half: true }) };
}

describe("over steps, shares are those of the oracle's entries", () => {
  it.each([
    ["tanh", { cell: "tanh" }, 0.4],
    ["LSTM, two layers", { cell: "lstm", layers: 2 }, 0.6],
    ["GRU, both directions", { cell: "gru", bidirectional: true }, 0.5],
    ["a gradient beyond float16", { cell: "identity" }, 1.3],
  ] as const)("%s", (_, options, shrink) => {
    for (const B of [1, 9]) {
      const drawn = recurrent(options, B, shrink);
      const { network, flow } = made(drawn);
      const { layers, gradients } = runRecurrent(drawn.spec, drawn.parameters, { ...drawn.batch, steps: T });
      const H = drawn.spec.hidden;
      const stations = Array.from({ length: T }, (_, t) =>
        layers.flatMap(({ delta }) => [...delta.subarray(t * B * H, (t + 1) * B * H)]),
      );
      expectFlow(halfOf(flow), stations, new Map(Object.entries(gradients).map(([name, { data }]) => [name, data])));
      network.dispose();
    }
  });

  test("an encoder and a decoder: stations of both, and each one's own parameters", () => {
    const { spec, parameters, batch } = recurrent({ cell: "lstm", layers: 2 }, 9, 0.6);
    const plain = made({ spec, parameters, batch });
    const both = createNetwork({ kind: "recurrent", ...spec, decoder: 15 } as NetworkInput, { inputs: X, outputs: Y });
    for (const name of both.parameters.names) {
      both.parameters.set(name, parameters[name.replace(/^(en|de)coder/, "rnn")].data);
    }
    const half = halfOf(both.propagate(batch, { ...GRADIENTS_ONLY, half: true }));
    halfOf(plain.flow).formats.forEach(({ unscaled }, f) => {
      expect(half.formats[f].unscaled.stations).toEqual(unscaled.stations);
      const { lossScale, unscaled: own, scaled } = half.formats[f];
      expect(own.parameters.map(({ name }) => name).sort()).toEqual([...both.parameters.names].sort());
      for (const [view, scale] of [
        [own, 1],
        [scaled, lossScale],
      ] as const) {
        for (const { name, ...shares } of view.parameters) {
          expectShares(shares, both.gradients.get(name), HALF_FORMATS[f], scale, name);
        }
      }
    });
    expect(half.formats[0].unscaled.parameters.some(({ name, lost }) => name.startsWith("encoder") && lost > 0)).toBe(
      true,
    );
    plain.network.dispose();
    both.dispose();
  });

  test("samples of a batch with lengths count where they have the step", () => {
    const drawn = recurrent({}, 3, 0.4);
    const lengths = [7, 40, 21];
    const network = made({ ...drawn, batch: withLengths(drawn.batch, lengths) });
    const stations = Array.from({ length: T }, (): number[] => []);
    const B = drawn.batch.batch;
    lengths.forEach((n, b) => {
      const inputs = Float32Array.from({ length: n * X }, (_, i) => {
        const [t, x] = [Math.floor(i / X), i % X];
        return drawn.batch.inputs[(t * B + b) * X + x];
      });
      const targets = (drawn.batch.targets as Float32Array).slice(b * Y, (b + 1) * Y);
      const own = { ...drawn.batch, batch: 1, steps: n, inputs, targets };
      const { layers } = runRecurrent(drawn.spec, drawn.parameters, own);
      for (let t = 0; t < n; t++) {
        for (const value of layers[0].delta.subarray(t * 5, (t + 1) * 5)) stations[T - n + t].push(value / B);
      }
    });
    const { unscaled } = halfOf(network.flow).formats[0];
    expectShares(unscaled, stations.flat(), HALF_FORMATS[0], 1, "all");
    stations.forEach((entries, t) => {
      const { lost, subnormal, overflow } = unscaled.stations;
      const own = { lost: lost[t], subnormal: subnormal[t], overflow: overflow[t] };
      expectShares(own, entries, HALF_FORMATS[0], 1, `station ${t}`);
    });
    network.network.dispose();
  });

  test("stored and recomputed passes count alike; runs of more than 1,000 steps share a count", () => {
    const network: NetworkInput = { kind: "recurrent", hidden: 4, outputs: 1, inputs: 1 };
    const steps = 1500;
    const batch: Batch = {
      ...{ name: "test", batch: 9, steps, inputSize: 1, outputSize: 1, loss: "mse", lossAt: "last" },
      inputs: normals(steps * 9, 1),
      targets: normals(9, 2),
    };
    const options = { ...GRADIENTS_ONLY, half: true };
    const [roomy, tight] = [createNetwork(network), createNetwork(network, { memoryLimit: 6_800_000 })];
    const [whole, parts] = [roomy.propagate(batch, options), tight.propagate(batch, options)];
    expect(tight.memoryBytes).toBeLessThan(roomy.memoryBytes);
    expect(parts.half).toEqual(whole.half);
    const { edges, formats } = halfOf(whole);
    expect(edges?.length).toBe(1001);
    expect([edges?.[0], edges?.[1], edges?.[2], edges?.at(-1)]).toEqual([0, 2, 3, 1500]);
    expect(formats[0].unscaled.stations.lost[0]).toBe(1);
    roomy.dispose();
    tight.dispose();
  });
});

describe("over layers, shares are those of the oracle's entries", () => {
  const base = { batch: 11, inputs: 3, outputs: 2, loss: "mse", seed: 5 } as const;
  const spec = { ...PLAIN, width: 5, depth: 12, activation: "sigmoid" } as const;
  it.each([
    ["sigmoid", { ...base, spec }],
    ["dense skips", { ...base, spec: { ...spec, depth: 4, activation: "tanh", residual: "dense" } }],
    ["layer norm", { ...base, spec: { ...spec, activation: "relu", norm: "layer" } }],
  ])("%s", (_, options) => {
    const setup = setUp(options as Case);
    const { half } = runCore(setup, { half: true });
    const { layers, gradients } = runOracle(setup);
    expectFlow(
      half as HalfFlow,
      layers.map(({ delta }) => [...delta]),
      new Map(Object.entries(gradients).map(([name, { data }]) => [name, data])),
    );
    setup.network.dispose();
  });
});

test("a pass that was not asked measures nothing, and asking changes no other number", () => {
  const drawn = recurrent({ cell: "lstm" }, 9);
  const network = createNetwork({ kind: "recurrent", ...drawn.spec } as NetworkInput, { inputs: X, outputs: Y });
  const plain = network.propagate(drawn.batch);
  const { half, ...asked } = network.propagate(drawn.batch, { half: true });
  expect(plain).not.toHaveProperty("half");
  expect(asked).toEqual(plain);
  expect(half?.formats.map(({ format }) => format)).toEqual(["float16", "bfloat16"]);
  expect(() => network.propagate(drawn.batch, { half: 1 as unknown as boolean })).toThrow(/^half: true or false/);
  network.dispose();
});
