import { EvanesceError } from "../../errors.ts";
import type { RecurrentInput } from "../../spec/index.ts";
import { given, real, whole } from "../values.ts";
import type { OptionRow } from "./rows.ts";

/** A recurrent network as a command line says it. */
export interface RecurrentFlags {
  readonly cell?: string;
  readonly hidden?: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly init?: string;
  readonly inputInit?: string;
  readonly readoutInit?: string;
  readonly gain?: number;
  readonly inputGain?: number;
  readonly biasStd?: number;
  readonly forgetBias?: number;
}

export const RECURRENT_ROWS: readonly OptionRow[] = [
  { flags: "--cell <name>", description: "an Elman cell by its activation, or a gated cell (default: tanh)" },
  { flags: "--hidden <H>", description: "width of every layer (default: 128)", parse: whole("--hidden") },
  { flags: "--layers <L>", description: "height of the stack (default: 1)", parse: whole("--layers") },
  { flags: "--bidirectional", description: "run every layer in reverse as well" },
  { flags: "--init <name>", description: "initialisation of the recurrent weights (default: orthogonal)" },
  { flags: "--input-init <name>", description: "initialisation of the input weights (default: xavier_uniform)" },
  { flags: "--readout-init <name>", description: "initialisation of the readout (default: pytorch)" },
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
];

/** Options by the path that messages about a spec know them by. */
export const RECURRENT_NAMES: Readonly<Record<string, string>> = {
  "network.cell": "--cell",
  "network.hidden": "--hidden",
  "network.layers": "--layers",
  "network.init.recurrent": "--init",
  "network.init.input": "--input-init",
  "network.init.readout": "--readout-init",
  "network.init.gain": "--gain",
  "network.init.inputGain": "--input-gain",
  "network.init.biasStd": "--bias-std",
  "network.init.forgetBias": "--forget-bias",
};

/** @throws EvanesceError for a forget bias without a forget gate */
export function recurrentInput(flags: RecurrentFlags): RecurrentInput {
  const { cell, hidden, layers, bidirectional, init, inputInit, readoutInit, gain, inputGain, biasStd, forgetBias } =
    flags;
  if (forgetBias !== undefined && cell?.toLowerCase() !== "lstm") {
    throw new EvanesceError("--forget-bias", "a cell with a forget gate", cell ?? "tanh", "add --cell lstm");
  }
  return given({
    kind: "recurrent",
    cell,
    hidden,
    layers,
    bidirectional,
    init: given({ recurrent: init, input: inputInit, readout: readoutInit, gain, inputGain, biasStd, forgetBias }),
  }) as RecurrentInput;
}
