import type { DenseLayer } from "../spec/dense.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";
import { lnFrobenius } from "./log-norm.ts";
import type { DenseFlow, LayerFlow, Ledger, ModelFlow } from "./types/index.ts";

/** Reads the layers of stem and head of a pass; each is absent where there is none. */
export function readDense(pass: RecurrentPass): { readonly stem?: DenseFlow[]; readonly head?: DenseFlow[] } {
  const { stem, head, lossEvery } = pass.geometry;
  return {
    ...(stem.length === 0 ? {} : { stem: stem.map((layer) => readLayer(pass, layer, true)) }),
    ...(head.length === 0 ? {} : { head: head.map((layer) => readLayer(pass, layer, lossEvery)) }),
  };
}

function readLayer(pass: RecurrentPass, { name }: DenseLayer, everyStep: boolean): DenseFlow {
  const { B, T } = pass.geometry;
  const { having } = pass.order;
  const { squares, exponents, dropped, gate, normed } = pass.dense(name);
  const together = (of: Float64Array) => lnFrobenius(of, exponents, 0, of.length);
  return {
    name,
    lnGradientNorm: together(squares),
    ...(everyStep
      ? {
          lnStepNorms: Float64Array.from(
            { length: T },
            (_, t) => lnFrobenius(squares, exponents, t * B, having[t]) + 0.5 * Math.log(B / having[t]),
          ),
        }
      : {}),
    ...(dropped === undefined ? {} : { lnDropout: together(dropped) }),
    ...(gate === undefined ? {} : { lnGate: together(gate) }),
    ...(normed === undefined ? {} : { lnNorm: together(normed) }),
  };
}

/**
 * One profile through stem, steps and head, and its ledger, of a network that has a stem or a head.
 *
 * @param steps  [T] ln ‖∂L/∂h_t‖ of all layers together
 * @param layers their own profiles and ledgers
 */
export function readModel(
  { stem = [], head = [] }: { readonly stem?: readonly DenseFlow[]; readonly head?: readonly DenseFlow[] },
  steps: Float64Array,
  layers: readonly LayerFlow[],
  { spec }: RecurrentPass["geometry"],
): { readonly model?: ModelFlow } {
  const measured = layers.every(({ ledger }) => ledger !== undefined);
  if ((stem.length === 0 && head.length === 0) || !measured) return {};
  const profile = Float64Array.from([
    ...stem.map(({ lnGradientNorm }) => lnGradientNorm),
    ...steps,
    ...head.map(({ lnGradientNorm }) => lnGradientNorm),
  ]);
  const [first, T] = [stem.length, steps.length];
  const parts = [
    ...stem.map(({ name }, i) => ({ name, first: i, stations: 1 })),
    { name: "steps", first, stations: T },
    ...head.map(({ name }, i) => ({ name, first: first + T + i, stations: 1 })),
  ];
  const intervals = profile.length - 1;
  const inOneDirection = !spec.bidirectional && [spec.dilation].flat().every((steps) => steps === 1);
  const factors: Record<string, Float64Array> = {};
  const add = (name: string, s: number, value: number) => {
    factors[name] ??= new Float64Array(intervals);
    factors[name][s] += value;
  };
  // s leads from station s + 1 to station s
  const dense = (layer: DenseFlow, s: number, end: string) => {
    let from = layer.lnGradientNorm;
    for (const [name, to] of [
      ["dropout", layer.lnDropout],
      ["gate", layer.lnGate],
      ["norm", layer.lnNorm],
      [end, profile[s]],
    ] as const) {
      if (to === undefined) continue;
      if (from !== Number.NEGATIVE_INFINITY) add(name, s, to - from);
      from = to;
    }
  };
  for (let s = 0; s < intervals; s++) {
    if (s + 1 < first) dense(stem[s + 1], s, "weights");
    else if (s + 1 === first) add("entrance", s, profile[s] - profile[s + 1]);
    else if (s >= first + T - 1) dense(head[s - first - T + 1], s, s === first + T - 1 ? "reading" : "weights");
    else if (!inOneDirection) add("steps", s, profile[s] - profile[s + 1]);
    else addSteps(add, s, s - first, profile, layers);
  }
  const total = Float64Array.from({ length: intervals }, (_, s) => profile[s] - profile[s + 1]);
  return { model: { parts, lnGradientNorm: profile, ledger: withoutGain({ factors, total }, profile) } };
}

/** Adds the layers' own factors at interval t, each weighted by the layer's share of the square at the later step. */
function addSteps(
  add: (name: string, s: number, value: number) => void,
  s: number,
  t: number,
  profile: Float64Array,
  layers: readonly LayerFlow[],
): void {
  let left = profile[s] - profile[s + 1];
  if (Number.isFinite(left)) {
    for (const { lnGradientNorm, ledger } of layers) {
      const share = Math.exp(2 * (lnGradientNorm[t + 1] - profile[s + 1]));
      for (const [name, values] of Object.entries((ledger as Ledger).factors)) {
        if (share === 0 || !Number.isFinite(values[t])) continue;
        add(name, s, share * values[t]);
        left -= share * values[t];
      }
    }
  }
  add("interference", s, left);
}

/** The ledger with NaN where it has no gain: from a station of norm zero no gain is defined. */
function withoutGain({ factors, total }: Ledger, profile: Float64Array): Ledger {
  total.forEach((_, s) => {
    if (profile[s + 1] !== Number.NEGATIVE_INFINITY) return;
    total[s] = Number.NaN;
    for (const values of Object.values(factors)) values[s] = Number.NaN;
  });
  return { factors, total };
}
