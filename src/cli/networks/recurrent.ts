import { EvanesceError } from "../../base/errors.ts";
import {
  ACTIVATIONS,
  CELL_TABLE,
  type CellName,
  type CellOptionName,
  CELLS,
  GATE_ACTIVATIONS,
  INNER_ACTIVATIONS,
} from "../../catalogue/index.ts";
import { parseSpec, type RecurrentInput, type RecurrentSpec } from "../../spec/index.ts";
import { layerSpecs } from "../../spec/layers.ts";
import { WEIGHT_INITS } from "../../spec/names.ts";
import { filled, groupThatFills, type Idle, option, type ValuesOf } from "../options/option.ts";
import { nameOrNames, namedOrNames, rates, real, timeSkip, whole, widths } from "../options/parsers.ts";
import { requireEffect } from "./effect.ts";
import { initialState } from "./initial-state.ts";

const idle = (...rules: readonly Idle<RecurrentSpec>[]) => rules;

/** Whether a cell takes an option of `cellOptions`. */
const takes = (cell: CellName, option: string): boolean => CELL_TABLE[cell].options.includes(option as CellOptionName);

/** No layer has a cell that takes the option. */
const noCellTakes = (option: CellOptionName): Idle<RecurrentSpec> => ({
  when: (spec) => !layerSpecs(spec).some(({ cell }) => takes(cell, option)),
  needs: `one of the cells ${CELLS.filter((cell) => takes(cell, option)).join(", ")}`,
  remedy: "add --cell lstm or gru",
});

/** The options of a stem or a head. */
const denseOptions = <Run extends "stem" | "head">(run: Run, where: string) =>
  [
    option(`--${run} <H,…>`, `widths of dense layers ${where} (default: none)`, {
      parse: widths,
      fills: `network.${run}.width` as const,
    }),
    option(`--${run}-activation <names>`, `activation of these layers, or one for each layer (default: relu)`, {
      parse: nameOrNames,
      names: ACTIVATIONS,
      fills: `network.${run}.activation` as const,
    }),
    option(
      `--${run}-norm <names>`,
      "normalization of these layers, none or layer, or one for each layer (default: none)",
      {
        parse: nameOrNames,
        names: ["none", "layer"],
        fills: `network.${run}.norm` as const,
      },
    ),
    option(`--${run}-norm-epsilon <e>`, "ε of their norms, added to the variance (default: 1e-5)", {
      parse: real,
      fills: `network.${run}.normEpsilon` as const,
    }),
    option(`--${run}-dropout <p,…>`, `dropout after these layers, or one rate for each layer (default: none)`, {
      parse: rates,
      fills: `network.${run}.dropout` as const,
    }),
    option(`--${run}-init <names>`, "initialization of these layers, or one for each layer (default: pytorch)", {
      parse: nameOrNames,
      names: WEIGHT_INITS,
      fills: `network.${run}.init` as const,
    }),
  ] as const;

/** Every option that describes a recurrent network. */
export const RECURRENT = groupThatFills<RecurrentInput, "network">()("Network", [
  option(
    "--cell <name>",
    "a cell, or an activation for an Elman cell; options as in leaky:leak=0.2,…; or one for each layer: lstm,gru (default: tanh)",
    { parse: namedOrNames, names: CELLS, fills: ["network.cell", "network.cellOptions"] },
  ),
  option(
    "--inner-activation <names>",
    "activation in place of tanh inside an LSTM or a GRU, or one for each layer: tanh,relu (default: tanh)",
    {
      parse: nameOrNames,
      names: INNER_ACTIVATIONS,
      fills: "network.cellOptions.innerActivation",
      idle: idle(noCellTakes("innerActivation")),
    },
  ),
  option(
    "--gate-activation <names>",
    "activation of the gates of an LSTM or a GRU, or one for each layer (default: sigmoid)",
    {
      parse: nameOrNames,
      names: GATE_ACTIVATIONS,
      fills: "network.cellOptions.gateActivation",
      idle: idle(noCellTakes("gateActivation")),
    },
  ),
  option("--hidden <H>", "units of every layer, or one number for each layer: 64,32 (default: 128)", {
    parse: widths,
    fills: "network.hidden",
    also: ["--hidden-size", "--units"],
  }),
  option("--projection <P>", "project every LSTM's h to P numbers, fewer than --hidden (default: none)", {
    parse: whole(1),
    fills: "network.projection",
    also: ["--proj-size"],
  }),
  option("--layers <L>", "number of recurrent layers (default: 1, or as many as a list has)", {
    parse: whole(),
    fills: "network.layers",
    also: ["--num-layers"],
  }),
  option("--bidirectional", "run every layer in reverse as well", { fills: "network.bidirectional" }),
  option(
    "--dilation <s>",
    "step t continues from step t − s; one number s, or one for each layer: 1,2,4 (default: 1)",
    {
      parse: widths,
      fills: "network.dilation",
    },
  ),
  option("--time-skip <s>", "add h_{t−s} to every state; write s,α to add α h_{t−s}, or none (default: none)", {
    parse: timeSkip,
    fills: ["network.timeSkip", "network.timeSkip.steps", "network.timeSkip.scale"],
  }),
  option(
    "--decoder [D]",
    "an encoder reads the first steps; a decoder with weights of its own runs the last D and has the loss (default of D: the task's)",
    {
      parse: whole(1),
      fills: "network.decoder",
    },
  ),
  option(
    "--initial-state <name>",
    "first state: zero, learned, or a file: .json { h, c } or .npy [N, H] (default: zero)",
    {
      parse: initialState,
      names: ["zero", "learned"],
      fills: ["network.initialState", "network.initialState.h", "network.initialState.c"],
    },
  ),
  option(
    "--norm <name>",
    "layer normalizes the pre-activation of every gate; or one name for each layer (default: none)",
    {
      parse: nameOrNames,
      names: ["none", "layer"],
      fills: "network.norm",
    },
  ),
  option("--constraint <name>", "with orthogonal, training keeps W_hh of every gate orthogonal (default: none)", {
    names: ["none", "orthogonal"],
    fills: "network.constraint",
  }),
  option("--embedding <E>", "inputs are tokens; each token has a learned vector of E numbers (default: none)", {
    parse: whole(1),
    fills: "network.embedding.size",
  }),
  ...denseOptions("stem", "before the recurrent layers, at every step"),
  ...denseOptions("head", "between the recurrent layers and the readout"),
  option(
    "--pooling <name>",
    "the state that a loss at the end reads: last, final, mean or max of the steps (default: last)",
    {
      names: ["last", "final", "mean", "max"],
      fills: "network.pooling",
    },
  ),
  option(
    "--tied",
    "use the embedding's table as the weight of the readout; its vectors must be as long as the readout's input",
    {
      fills: "network.embedding.tied",
    },
  ),
  option("--dropout <p>", "dropout on the output of every layer but the last (default: none)", {
    parse: real,
    fills: "network.dropout",
    idle: idle({ when: ({ layers }) => layers === 1, needs: "at least two layers", remedy: "add --layers 2" }),
  }),
  option(
    "--variational-dropout <p>",
    "dropout on the input of every layer, with one mask for a sequence (default: none)",
    {
      parse: real,
      fills: "network.variationalDropout",
    },
  ),
  option(
    "--recurrent-dropout <p>",
    "dropout on h before W_hh multiplies it, with one mask for a sequence (default: none)",
    {
      parse: real,
      fills: "network.recurrentDropout",
    },
  ),
  option("--zoneout <p>", "share of units that keep their state from the step before (default: none)", {
    parse: real,
    fills: "network.zoneout",
  }),
  option("--init <name>", "initialization of the recurrent weights, or one for each layer (default: orthogonal)", {
    parse: nameOrNames,
    names: WEIGHT_INITS,
    fills: "network.init.recurrent",
    idle: idle({
      when: ({ cell, init }) => {
        const { recurrentInits } = CELL_TABLE[cell];
        return recurrentInits !== "every" && !recurrentInits.includes(init.recurrent);
      },
      needs: "a cell with a matrix from h to h",
      remedy: "leave it out, or choose another --cell",
    }),
  }),
  option(
    "--input-init <name>",
    "initialization of the input weights, or one for each layer (default: xavier_uniform)",
    {
      parse: nameOrNames,
      names: WEIGHT_INITS,
      fills: "network.init.input",
    },
  ),
  option("--readout-init <name>", "initialization of the readout (default: pytorch)", {
    names: WEIGHT_INITS,
    fills: "network.init.readout",
  }),
  option("--gain <g>", "factor on the recurrent weights (default: 1)", {
    parse: real,
    fills: "network.init.gain",
    idle: idle({
      when: ({ cell, init }) => !CELL_TABLE[cell].takesGain || init.recurrent === "zeros",
      needs: "recurrent weights that it can scale",
      remedy: "leave it out, or choose another --init",
    }),
  }),
  option("--input-gain <g>", "factor on the input weights (default: 1)", {
    parse: real,
    fills: "network.init.inputGain",
    idle: idle({
      when: ({ init }) => init.input === "zeros",
      needs: "input weights that it can scale",
      remedy: "choose another --input-init",
    }),
  }),
  option("--bias-std <s>", "standard deviation of the biases (default: 0)", {
    parse: real,
    fills: "network.init.biasStd",
  }),
  option("--forget-bias <b>", "forget bias of an LSTM (default: 1)", {
    parse: real,
    fills: "network.init.forgetBias",
    idle: idle(
      {
        when: ({ cell }) => CELL_TABLE[cell].keeps?.isForgetGate !== true,
        needs: "a cell with a forget gate",
        remedy: "add --cell lstm",
      },
      {
        when: ({ init }) => init.chrono !== undefined && init.forgetBias !== 1,
        needs: "gates that --chrono does not set",
        remedy: "leave out one of the two",
      },
    ),
  }),
  option("--chrono <T>", "start the gates that keep the past with time constants from 2 to T", {
    parse: real,
    fills: "network.init.chrono",
    idle: idle({
      when: ({ cell }) => !CELL_TABLE[cell].takesChrono,
      needs: "a cell with a gate that holds the past",
      remedy: "add --cell lstm or gru",
    }),
  }),
]);

/** Names of cells in other frameworks. */
const OTHER_CELL_NAMES: Readonly<Record<string, string>> = { rnn: "tanh", simplernn: "tanh", elman: "tanh" };

/**
 * The recurrent network that these options describe.
 * @throws EvanesceError for an option without an effect, and as `parseSpec`
 */
export function recurrentSpec(values: ValuesOf<typeof RECURRENT>): RecurrentSpec {
  const { name: spelled, ...cellOptions } = values.cell ?? {};
  const known = (cell: string) => OTHER_CELL_NAMES[cell.toLowerCase()] ?? cell;
  const name = Array.isArray(spelled)
    ? spelled.map(known)
    : spelled === undefined
      ? undefined
      : known(spelled as string);
  const timeSkip = values.timeSkip === "none" ? undefined : values.timeSkip;
  const input = filled("network", RECURRENT.options, { ...values, cell: name, timeSkip });
  const options = { ...(input.cellOptions as object | undefined), ...cellOptions };
  const own = Object.keys(options).length === 0 ? {} : { cellOptions: options };
  const spec = parseSpec({ kind: "recurrent", ...input, ...own } as RecurrentInput) as RecurrentSpec;
  requireEffect(RECURRENT.options, values, spec);
  requireCellOptions(cellOptions, spec);
  return spec;
}

/** Refuses an option of `--cell NAME:option=value` that the cell does not take. */
function requireCellOptions(options: object, { cell }: RecurrentSpec): void {
  const unused = Object.keys(options).find((key) => !takes(cell, key));
  if (unused === undefined) return;
  const cells = CELLS.filter((each) => takes(each, unused));
  throw new EvanesceError(`--cell …:${unused}`, `with one of ${cells.join(", ")}`, cell, "leave it out");
}
