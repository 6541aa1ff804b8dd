import type { RecurrentInput } from "../../spec/index.ts";
import { given, named, real, timeSkip, whole, widths } from "../values.ts";
import type { OptionRow } from "./rows.ts";

/** A recurrent network as a command line says it. */
export interface RecurrentFlags {
  /** `NAME`, or `NAME:leak=0.2,…`, parsed. */
  readonly cell?: { readonly name: string; readonly [option: string]: unknown };
  readonly hidden?: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly dilation?: number | number[];
  readonly timeSkip?: { readonly steps: number; readonly scale?: number };
  readonly norm?: string;
  readonly constraint?: string;
  readonly init?: string;
  readonly inputInit?: string;
  readonly readoutInit?: string;
  readonly gain?: number;
  readonly inputGain?: number;
  readonly biasStd?: number;
  readonly forgetBias?: number;
  readonly chrono?: number;
}

/** Every option that describes a recurrent network. */
export const RECURRENT_ROWS: readonly OptionRow[] = [
  {
    flags: "--cell <name>",
    description: "an Elman cell by its activation, or another cell; with options as leaky:leak=0.2,… (default: tanh)",
    parse: named("--cell"),
  },
  { flags: "--hidden <H>", description: "width of every layer (default: 128)", parse: whole("--hidden") },
  { flags: "--layers <L>", description: "height of the stack (default: 1)", parse: whole("--layers") },
  { flags: "--bidirectional", description: "run every layer in reverse as well" },
  {
    flags: "--dilation <s>",
    description: "step t follows on step t − s; a number, or one a layer: 1,2,4 (default: 1)",
    parse: widths("--dilation"),
  },
  {
    flags: "--time-skip <s>",
    description: "add h_{t−s} to every state, or α h_{t−s} with s,α (default: none)",
    parse: timeSkip("--time-skip"),
  },
  { flags: "--norm <name>", description: "layer: normalize every gate's pre-activation (default: none)" },
  {
    flags: "--constraint <name>",
    description: "orthogonal: training keeps W_hh orthogonal, gate by gate (default: none)",
  },
  { flags: "--init <name>", description: "initialization of the recurrent weights (default: orthogonal)" },
  { flags: "--input-init <name>", description: "initialization of the input weights (default: xavier_uniform)" },
  { flags: "--readout-init <name>", description: "initialization of the readout (default: pytorch)" },
  { flags: "--gain <g>", description: "factor on the recurrent weights (default: 1)", parse: real("--gain") },
  {
    flags: "--input-gain <g>",
    description: "factor on the input weights (default: 1)",
    parse: real("--input-gain"),
  },
  {
    flags: "--bias-std <s>",
    description: "standard deviation of the biases (default: 0)",
    parse: real("--bias-std"),
  },
  { flags: "--forget-bias <b>", description: "an LSTM's forget bias (default: 1)", parse: real("--forget-bias") },
  {
    flags: "--chrono <T>",
    description: "gates that hold the past start at time constants from 2 to T",
    parse: real("--chrono"),
  },
];

/** Options by the path that messages about a spec know them by. */
export const RECURRENT_NAMES: Readonly<Record<string, string>> = {
  "network.cell": "--cell",
  "network.hidden": "--hidden",
  "network.layers": "--layers",
  "network.dilation": "--dilation",
  "network.timeSkip.steps": "--time-skip",
  "network.timeSkip.scale": "--time-skip",
  "network.norm": "--norm",
  "network.constraint": "--constraint",
  "network.init.recurrent": "--init",
  "network.init.input": "--input-init",
  "network.init.readout": "--readout-init",
  "network.init.gain": "--gain",
  "network.init.inputGain": "--input-gain",
  "network.init.biasStd": "--bias-std",
  "network.init.forgetBias": "--forget-bias",
  "network.init.chrono": "--chrono",
  "network.cellOptions": "--cell",
};

export function recurrentInput(flags: RecurrentFlags): RecurrentInput {
  const { cell, hidden, layers, bidirectional, dilation, timeSkip: skip, norm, constraint } = flags;
  const { init, inputInit, readoutInit, gain, inputGain, biasStd, forgetBias, chrono } = flags;
  const { name, ...cellOptions } = cell ?? {};
  return given({
    kind: "recurrent",
    cell: name,
    cellOptions: Object.keys(cellOptions).length === 0 ? undefined : cellOptions,
    hidden,
    layers,
    bidirectional,
    dilation,
    timeSkip: skip,
    norm,
    constraint,
    init: given({
      recurrent: init,
      input: inputInit,
      readout: readoutInit,
      gain,
      inputGain,
      biasStd,
      forgetBias,
      chrono,
    }),
  }) as RecurrentInput;
}
