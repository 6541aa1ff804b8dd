/** Flows for the diagnosis to judge: made up number by number, or measured by the float64 oracle where a kind of network is slow to come. */
import { fitDecay, type GradientFlow, type Ledger, type Quantiles, type Transport } from "../../src/flow/index.ts";
import { random } from "../../src/random.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";
import { initialise } from "../../src/spec/initialisation/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";
import { runFeedforward, transportFeedforward } from "../oracle/feedforward.ts";
import { runRecurrent, transportRecurrent } from "../oracle/recurrent.ts";
import { tensor } from "../oracle/tensor.ts";

type Numbers = ArrayLike<number>;

export interface Made {
  /** ln ‖δ_s‖ of the probe, index 0 farthest from the loss; null: no probe. */
  readonly probe?: Numbers | null;
  /** ln ‖δ_s‖ of the loss; the probe's by default. */
  readonly loss?: Numbers;
  /** Of the probe, or of the loss without one. */
  readonly factors?: Record<string, Numbers>;
  readonly quantiles?: { q05: Numbers; q50: Numbers; q95: Numbers };
  readonly network?: NetworkInput;
  readonly value?: number | null;
  readonly task?: Partial<GradientFlow["task"]>;
  readonly other?: Partial<GradientFlow>;
}

/** A flow that says what it is told to. */
export function made({ probe, loss, factors, quantiles, network, value, task, other }: Made): GradientFlow {
  const spec = parseSpec(network ?? { kind: "recurrent", cell: "tanh", hidden: 64 });
  const lnGradientNorm = Float64Array.from(loss ?? probe ?? []);
  const spread = quantiles && {
    q05: Float64Array.from(quantiles.q05),
    q50: Float64Array.from(quantiles.q50),
    q95: Float64Array.from(quantiles.q95),
  };
  const ledger = factors && ledgerOf(factors);
  const noProbe = probe === null || probe === undefined;
  return {
    schema: "evanesce.flow/1",
    spec,
    seed: 0,
    build: "simd",
    task: { name: "made", batch: 32, inputs: 2, outputs: 1, loss: "mse", lossAt: "last", baseline: 1, ...task },
    loss: value === undefined ? 1.5 : value,
    outcome: "finite",
    axis: spec.kind === "recurrent" ? "step" : "layer",
    lnGradientNorm,
    decay: fitDecay(lnGradientNorm),
    ...(noProbe && spread ? { quantiles: spread } : {}),
    layers: [{ lnGradientNorm, ...(noProbe && ledger ? { ledger } : {}) }],
    parameters: [],
    readoutGain: null,
    ...(noProbe ? {} : { probe: transport(Float64Array.from(probe), spread, ledger) }),
    ...other,
  };
}

function transport(lnGradientNorm: Float64Array, quantiles?: Quantiles, ledger?: Ledger): Transport {
  return {
    lnGradientNorm,
    decay: fitDecay(lnGradientNorm),
    ...(quantiles ? { quantiles } : {}),
    ...(ledger ? { ledgers: [ledger] } : {}),
  };
}

export function ledgerOf(factors: Record<string, Numbers>): Ledger {
  const arrays = Object.fromEntries(Object.entries(factors).map(([name, series]) => [name, Float64Array.from(series)]));
  const length = Object.values(arrays)[0]?.length ?? 0;
  const total = Float64Array.from({ length }, (_, s) =>
    Object.values(arrays).reduce((sum, series) => sum + series[s], 0),
  );
  return { factors: arrays, total };
}

/** A profile of `stations` that changes by `perStation` nats a station on its way back from 0. */
export const line = (stations: number, perStation: number): number[] =>
  Array.from({ length: stations }, (_, s) => (stations - 1 - s) * perStation || 0);

/** `length` times `value`. */
export const flat = (length: number, value: number): number[] => new Array<number>(length).fill(value);

/** A profile whose gains are what the factors add up to. */
export function profileOf(factors: Record<string, Numbers>): number[] {
  const { total } = ledgerOf(factors);
  const profile = [0];
  for (let s = total.length - 1; s >= 0; s--) profile.unshift(profile[0] + total[s]);
  return profile;
}

export interface Measured {
  readonly network: NetworkInput;
  readonly task: TaskInput;
  readonly batch?: number;
  readonly seed?: number;
}

/** What the float64 oracle measures of a network at its initialisation, as a flow with probe, quantiles and ledgers. */
export function measured({ network, task, batch: B = 4, seed = 0 }: Measured): GradientFlow {
  const spec = parseSpec(network);
  const batch = resolveTask(task, { batch: B, seed, kind: spec.kind });
  const sizes = { inputs: batch.inputSize, outputs: batch.outputSize ?? null };
  const shapes = new Map(parameterTable(spec, sizes).map(({ name, shape }) => [name, shape]));
  const parameters = Object.fromEntries(
    [...initialise(spec, sizes, seed)].map(([name, values]) => [
      name,
      tensor([...shapes.get(name)!], Float64Array.from(values)),
    ]),
  );
  const H = spec.kind === "recurrent" ? spec.hidden : typeof spec.width === "number" ? spec.width : spec.width.at(-1)!;
  const directions = cotangents(B, H, seed);
  const common = {
    schema: "evanesce.flow/1",
    spec,
    seed,
    build: "simd",
    outcome: "finite",
    readoutGain: null,
  } as const;
  const described = {
    name: batch.name,
    batch: B,
    inputs: sizes.inputs,
    outputs: sizes.outputs,
    loss: batch.loss,
    lossAt: batch.lossAt,
    baseline: batch.baseline ?? null,
  };
  if (spec.kind === "feedforward") {
    const run = runFeedforward(spec, parameters, batch);
    const probe = transportFeedforward(spec, parameters, batch, directions);
    return {
      ...common,
      task: described,
      loss: run.loss,
      axis: "layer",
      lnGradientNorm: run.lnGradientNorm,
      decay: fitDecay(run.lnGradientNorm),
      layers: run.layers.map(({ delta }) => ({ lnGradientNorm: Float64Array.of(lnNorm(delta)) })),
      parameters: [],
      probe: transport(
        relative(probe.lnGradientNorm),
        quantilesOf(
          probe.layers.map(({ delta }) => delta),
          B,
        ),
        probe.ledger,
      ),
    };
  }
  const steps = batch.steps as number;
  const sequence = { ...batch, steps };
  const run = runRecurrent(spec, parameters, sequence);
  const probe = transportRecurrent(spec, parameters, sequence, directions);
  const top = probe.layers.at(-1)!;
  const deltas = Array.from({ length: steps }, (_, t) => top.delta.subarray(t * B * H, (t + 1) * B * H));
  const lnGradientNorm = relative(probe.lnGradientNorm);
  return {
    ...common,
    task: { ...described, steps },
    loss: run.loss,
    axis: "step",
    lnGradientNorm: run.lnGradientNorm,
    decay: fitDecay(run.lnGradientNorm),
    layers: run.layers.map(({ delta, ledger, lnCellGradientNorm }) => ({
      ...(lnCellGradientNorm ? { lnCellGradientNorm } : {}),
      lnGradientNorm: Float64Array.from({ length: steps }, (_, t) =>
        lnNorm(delta.subarray(t * B * H, (t + 1) * B * H)),
      ),
      ledger,
    })),
    parameters: [],
    probe: {
      lnGradientNorm,
      decay: fitDecay(lnGradientNorm),
      quantiles: quantilesOf(deltas, B),
      ledgers: probe.layers.map(({ ledger }) => ledger),
    },
  };
}

const lnNorm = (values: Float64Array): number => Math.log(Math.hypot(...values));

function relative(profile: Float64Array): Float64Array {
  return profile.map((value) => value - profile[profile.length - 1]);
}

/** Lowest, middle and highest sample: what the quantiles of a handful are nearly. */
function quantilesOf(deltas: readonly Float64Array[], B: number): Quantiles {
  const sorted = deltas.map((delta) => {
    const H = delta.length / B;
    return Float64Array.from({ length: B }, (_, b) => lnNorm(delta.subarray(b * H, (b + 1) * H))).sort();
  });
  const pick = (b: number) => Float64Array.from(sorted, (values) => values[b]);
  return { q05: pick(0), q50: pick(B >> 1), q95: pick(B - 1) };
}

function cotangents(B: number, H: number, seed: number): Float64Array {
  const stream = random(seed, "probe");
  const rows = Array.from({ length: B }, () => Float64Array.from({ length: H }, () => stream.normal()));
  return Float64Array.from(rows.flatMap((row) => [...row.map((value) => value / Math.hypot(...row))]));
}
