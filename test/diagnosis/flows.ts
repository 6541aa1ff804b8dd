/** Flows for tests of the diagnosis, invented number by number. */
import { fitDecay, type GradientFlow, type Ledger, type Quantiles, type Transport } from "../../src/flow/index.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";

type Numbers = ArrayLike<number>;

export interface Made {
  /** ln ‖δ_s‖ of the probe, index 0 farthest from the loss; null: no probe. */
  readonly probe?: Numbers | null;
  /** ln ‖δ_s‖ of the loss; the probe's by default. */
  readonly loss?: Numbers;
  /** Of the probe, or of the loss without one. */
  readonly factors?: Record<string, Numbers>;
  readonly quantiles?: { q05: Numbers; q50: Numbers; q95: Numbers; silent?: Numbers };
  readonly network?: NetworkInput;
  readonly value?: number | null;
  readonly task?: Partial<GradientFlow["task"]>;
  readonly other?: Partial<GradientFlow>;
}

/** A flow with the given numbers. */
export function made({ probe, loss, factors, quantiles, network, value, task, other }: Made): GradientFlow {
  const spec = parseSpec(network ?? { kind: "recurrent", cell: "tanh", hidden: 64 });
  const lnGradientNorm = Float64Array.from(loss ?? probe ?? []);
  const spread = quantiles && {
    q05: Float64Array.from(quantiles.q05),
    q50: Float64Array.from(quantiles.q50),
    q95: Float64Array.from(quantiles.q95),
    ...(quantiles.silent === undefined ? {} : { silent: Float64Array.from(quantiles.silent) }),
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
    ...(quantiles ? { quantiles, stateQuantiles: quantiles } : {}),
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

/** A profile whose gains are the sums of the factors. */
export function profileOf(factors: Record<string, Numbers>): number[] {
  const { total } = ledgerOf(factors);
  const profile = [0];
  for (let s = total.length - 1; s >= 0; s--) profile.unshift(profile[0] + total[s]);
  return profile;
}
