import { hasDecoder } from "../../spec/decoder.ts";
import { CELL_TABLE, type CellName, gatesOf, isElmanCell } from "../../catalogue/index.ts";
import type { RecurrentSpec } from "../../spec/index.ts";
import { lastSteps } from "../alterations.ts";
import { affordable } from "./paths.ts";
import { type MeasuredNetwork, type Remedy, withRecurrentInit } from "./remedy.ts";

/** A remedy that replaces the cell by a gated cell. */
const gated = (
  name: string,
  cell: CellName,
  what: string,
  source: string,
  init: (T: number) => Partial<RecurrentSpec["init"]> = () => ({}),
): Remedy<RecurrentSpec> => ({
  name,
  family: "gating",
  kind: "recurrent",
  what,
  source,
  change: (spec, { stations }) => {
    if (spec.cell === cell || gatesOf(spec.cell) > 1) return null;
    const bare = CELL_TABLE[cell].normedGates.length === 0 ? { ...spec, norm: "none" as const } : spec;
    return { ...withRecurrentInit(bare, { recurrent: "orthogonal", gain: 1, ...init(stations) }), cell };
  },
});

/** Time constants up to T; the distribution needs T ≥ 2. */
const chrono = (T: number) => ({ chrono: Math.max(2, T) });

export const GATING_REMEDIES: readonly Remedy<RecurrentSpec>[] = [
  gated("lstm", "lstm", "an LSTM, forget bias 1", "Hochreiter and Schmidhuber 1997; Jozefowicz et al. 2015", () => ({
    forgetBias: 1,
  })),
  gated(
    "lstm_chrono",
    "lstm",
    "an LSTM whose gates start with time constants up to T",
    "Tallec and Ollivier 2018",
    chrono,
  ),
  gated("gru", "gru", "a GRU", "Cho et al. 2014"),
  gated("gru_chrono", "gru", "a GRU whose gates start with time constants up to T", "Tallec and Ollivier 2018", chrono),
  gated(
    "ugrnn_chrono",
    "ugrnn",
    "one gate between past and new (UGRNN), time constants up to T",
    "Collins et al. 2017",
    chrono,
  ),
  gated(
    "diagonal",
    "diagonal",
    "a linear diagonal recurrence (LRU), time constants up to T",
    "Orvieto et al. 2023",
    chrono,
  ),
  {
    name: "leaky",
    family: "gating",
    kind: "recurrent",
    what: "leaky units that lose only 1/T of their state at each step",
    source: "Jaeger et al. 2007",
    price: "each step writes only 1/T of the new value into the state",
    change: (spec, { stations }) =>
      isElmanCell(spec.cell)
        ? {
            ...spec,
            norm: "none",
            cell: "leaky",
            cellOptions: { ...spec.cellOptions, activation: spec.cell, leak: 1 / Math.max(stations, 2) },
          }
        : null,
  },
  {
    name: "antisymmetric",
    family: "gating",
    kind: "recurrent",
    what: "antisymmetric recurrent weights, a hundredth of whose result is added to the state at each step",
    source: "Chang et al. 2019",
    price: "each step writes only a hundredth of the new value into the state",
    change: (spec) =>
      isElmanCell(spec.cell)
        ? {
            ...spec,
            norm: "none",
            cell: "antisymmetric",
            cellOptions: { ...spec.cellOptions, activation: "tanh", stepSize: 0.01, diffusion: 0.01 },
          }
        : null,
  },
  {
    name: "forget_bias",
    against: ["vanishing", "dead", "mixed"],
    family: "gate bias",
    kind: "recurrent",
    what: "a forget bias of ln T",
    source: "Gers et al. 2000; Jozefowicz et al. 2015",
    change: (spec, { stations }) => {
      if (CELL_TABLE[spec.cell].keeps?.isForgetGate !== true) return null;
      const { chrono: _, ...init } = spec.init;
      return { ...spec, init: { ...init, forgetBias: Math.log(Math.max(stations, 3)) } };
    },
  },
  {
    name: "chrono",
    against: ["vanishing", "dead", "mixed"],
    family: "gate bias",
    kind: "recurrent",
    what: "gates that start with time constants up to T",
    source: "Tallec and Ollivier 2018",
    change: (spec, { stations }) =>
      CELL_TABLE[spec.cell].takesChrono ? withRecurrentInit(spec, chrono(stations)) : null,
  },
];

/**
 * Number of steps in which the network loses nine tenths of the gradient. A skip over fewer steps adds to the path that
 * it bridges, and the sum explodes.
 */
const stepsToTenth = ({ gain, stations }: MeasuredNetwork) =>
  Math.ceil((Math.LN10 * (stations - 1)) / Math.max(-gain, Math.LN10));

export const LENGTH_REMEDIES: readonly Remedy<RecurrentSpec>[] = [
  {
    name: "time_skip",
    against: ["vanishing", "mixed"],
    family: "skip over time",
    kind: "recurrent",
    what: "every state is added to a later one, at a distance over which the gradient loses nine tenths",
    source: "Zhang et al. 2016",
    change: (spec, measured) => {
      const steps = stepsToTenth(measured);
      if (spec.timeSkip !== undefined || steps < 2 || steps >= measured.stations) return null;
      return { ...spec, timeSkip: { steps, scale: 1 } };
    },
  },
  {
    name: "dilated",
    family: "skip over time",
    kind: "recurrent",
    what: "layers that continue from the state 1, 2, 4 … steps ago",
    source: "Chang et al. 2017 (dilated RNN)",
    change: (spec, { stations }) => {
      const layers = Math.min(9, Math.floor(Math.log2(stations)));
      if (layers < 2 || spec.layers > 1 || spec.bidirectional) return null;
      return { ...spec, layers, dilation: Array.from({ length: layers }, (_, l) => 2 ** l) };
    },
  },
  {
    name: "fewer_steps",
    family: "shorter path",
    kind: "recurrent",
    what: "only the last steps: as many as lose or gain half of what a healthy path may; truncation gives a path of the same length",
    source: "Williams and Peng 1990",
    price: "nothing can be learned from earlier steps",
    change: (spec, measured) => (!hasDecoder(spec) && affordable(measured, 2) < measured.stations ? spec : null),
    batch: (batch, measured) => lastSteps(batch, affordable(measured, 2)),
  },
];
