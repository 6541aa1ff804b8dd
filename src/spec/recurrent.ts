import {
  CELL_NUMBERS,
  CELL_TABLE,
  type CellNumber,
  type CellOptionName,
  CELLS,
  ELMAN_CELLS,
  GATE_ACTIVATIONS,
  INNER_ACTIVATIONS,
} from "../catalogue/index.ts";
import * as z from "zod/mini";
import { denseRun } from "./dense.ts";
import { layerSpecs, layerwise, orList, outputWidth, topSpec } from "./layers.ts";
import { WEIGHT_INITS } from "./names.ts";
import { decoder, refuseDecoder } from "./decoder.ts";
import { count, defaulted, listOf, named, once, optional, real } from "./fields.ts";
import { initialState, refuseInitialState } from "./initial-state.ts";
import { refuseMasks, refuseProjection } from "./recurrent-rules.ts";

const init = () =>
  z.prefault(
    z.strictObject({
      recurrent: defaulted(
        orList(named(WEIGHT_INITS)),
        "orthogonal",
        "initialization of W_hh, gate by gate; or a list with one name for each layer",
      ),
      input: defaulted(
        orList(named(WEIGHT_INITS)),
        "xavier_uniform",
        "initialization of W_ih, gate by gate; or a list with one name for each layer",
      ),
      readout: defaulted(named(WEIGHT_INITS), "pytorch", "the readout's weight"),
      gain: defaulted(real(), 1, "factor on the recurrent weights (gaussian: standard deviation gain/√H)"),
      inputGain: defaulted(real(), 1, "factor on the input weights"),
      biasStd: defaulted(real({ least: 0 }), 0, "standard deviation of the biases b_ih; b_hh is zero"),
      forgetBias: defaulted(real(), 1, "b_ih + b_hh of the forget gate of an LSTM"),
      chrono: optional(
        real({ least: 2 }),
        "T, the longest memory that is needed: gates that keep the past start with time constants uniform in 2 … T",
      ),
    }),
    {},
  );

const number = (name: CellNumber) => {
  const { default: value, text, ...range } = CELL_NUMBERS[name];
  return defaulted(real(range), value, text);
};

const cellOptions = () => {
  const taking = (option: CellOptionName) => {
    const cells = CELLS.filter((cell) => CELL_TABLE[cell].options.includes(option));
    return `${cells.slice(0, -1).join(", ")} and ${cells.at(-1)}`;
  };
  const numbers = Object.fromEntries((Object.keys(CELL_NUMBERS) as CellNumber[]).map((name) => [name, number(name)]));
  return z.prefault(
    z.strictObject({
      activation: defaulted(named(ELMAN_CELLS), "tanh", `φ of ${taking("activation")}`),
      innerActivation: optional(
        orList(named(INNER_ACTIVATIONS)),
        `in place of tanh inside ${taking("innerActivation")} (Keras's activation); tanh if left out; or a list with one name for each layer`,
      ),
      gateActivation: optional(
        orList(named(GATE_ACTIVATIONS)),
        `activation of the gates of ${taking("gateActivation")} (Keras's recurrent_activation); sigmoid if left out; or a list with one name for each layer`,
      ),
      ...(numbers as Record<CellNumber, ReturnType<typeof number>>),
    }),
    {},
  );
};

/** A probability. */
const rate = () => real({ least: 0, most: 1 });

/**
 * A stack of recurrent layers over T steps, with an optional linear readout. The schema is built at its first use,
 * because building it takes longer than a pass.
 */
export const recurrentSchema = once(() =>
  z
    .strictObject({
      kind: z.literal("recurrent").check(z.describe("layers that run over the steps of a sequence")),
      cell: defaulted(
        orList(named(CELLS)),
        "tanh",
        "the cell; an Elman cell has the name of its activation; or a list with one name for each layer",
      ),
      cellOptions: cellOptions().check(z.describe("options of the cells that take them")),
      inputs: optional(count(), "number of inputs X; by default that of the task"),
      embedding: optional(
        z.strictObject({
          size: count().check(z.describe("length E of a token's vector")),
          padding: optional(count({ least: 0 }), "the token whose vector is zero and gets no gradient"),
          tied: defaulted(
            z.boolean(),
            false,
            "use the table as the weight of the readout: one tensor with the sum of both gradients (Press and Wolf 2017), initialized by init.readout",
          ),
        }),
        "inputs are tokens, whole numbers below `inputs` or one-hot rows: x_t is the token's row of a learned table [X, E] (torch.nn.Embedding)",
      ),
      stem: z
        .optional(denseRun())
        .check(z.describe("dense layers before the first recurrent layer, applied to every x_t")),
      hidden: defaulted(orList(count()), 128, "width H of every layer; or a list with one number for each layer"),
      projection: optional(
        count(),
        "P < H: every LSTM's h is a projection, h = W_hr (o tanh c), of P numbers, which W_hh and the next layer read (Sak et al. 2014; proj_size of torch.nn.LSTM)",
      ),
      layers: defaulted(count({ most: 1000 }), 1, "number of recurrent layers L; by default the length of a list"),
      layerwise: layerwise(),
      dilation: defaulted(
        z.union([count(), listOf(count())]),
        1,
        "step t continues from step t − s; one number s, or one for each layer, bottom first (Chang et al. 2017)",
      ),
      timeSkip: optional(
        z.strictObject({ steps: count().check(z.describe("s")), scale: defaulted(real(), 1, "α") }),
        "h_t = cell(x_t, h_{t−1}) + α h_{t−s}: a skip connection over s steps in every layer, for any cell (Wang and Tian 2016; Zhang et al. 2016 on how far such skips carry a gradient)",
      ),
      bidirectional: defaulted(
        z.boolean(),
        false,
        "every layer also runs in reverse; its parameters have names with `_reverse`",
      ),
      decoder: decoder(),
      initialState: initialState(),
      dropout: optional(
        rate(),
        "share p of the outputs of every layer but the last that are set to zero, drawn again at every step; the others are divided by 1 − p (dropout of torch.nn.LSTM)",
      ),
      variationalDropout: optional(
        rate(),
        "dropout on the inputs of every layer, the first layer included, with one mask for a whole sequence (Gal and Ghahramani 2016; Keras's dropout)",
      ),
      recurrentDropout: optional(
        rate(),
        "dropout on h_{t−1} before W_hh multiplies it, with one mask for a whole sequence (Gal and Ghahramani 2016; Keras's recurrent_dropout)",
      ),
      zoneout: optional(
        rate(),
        "share p of the units that keep h, and c, of the step before, drawn again at every step (Krueger et al. 2017)",
      ),
      pooling: defaulted(
        named(["last", "final", "mean", "max"]),
        "last",
        "the output that a loss at the end reads: last: that of the last step; final: the last state of each direction (PyTorch's h_n); mean or max over the steps",
      ),
      head: z
        .optional(denseRun())
        .check(z.describe("dense layers between the last recurrent layer, after pooling, and the readout")),
      outputs: optional(
        count(),
        "number of outputs Y; by default that of the task; without outputs there is no readout",
      ),
      init: init().check(z.describe("initialization of the weights and biases")),
      norm: defaulted(
        orList(named(["none", "layer"])),
        "none",
        "layer normalizes the pre-activation of every gate (Ba et al. 2016); for Elman cells, LSTM and GRU; or a list with one name for each layer",
      ),
      constraint: defaulted(
        named(["none", "orthogonal"]),
        "none",
        "with orthogonal, training replaces W_hh of every gate by the nearest orthogonal matrix after every update; W_hh starts orthogonal, and values that you set stay until the next update",
      ),
    })
    .check(
      z.superRefine((spec, context) => {
        if (context.issues.length > 0) return; // some field is out of its bounds, so `layers` may be any number
        const { dilation, layers, embedding, inputs, timeSkip, layerwise } = spec;
        const refuse = (path: string[], rule: string, remedy: string) =>
          context.addIssue({ code: "custom", path, params: { rule, remedy } });
        if (embedding?.tied) {
          const { bidirectional, head, outputs } = spec;
          const width = outputWidth(topSpec(spec));
          const widths = head === undefined ? undefined : [head.width].flat();
          const features = widths?.at(-1) ?? width * (bidirectional ? 2 : 1);
          if (features !== embedding.size) {
            const rule = `${features}, the number of values that a tied readout reads`;
            refuse(["embedding", "size"], rule, "add a head whose last width is the embedding's, or set tied to false");
          }
          if (inputs !== undefined && outputs !== undefined && inputs !== outputs) {
            refuse(
              ["outputs"],
              `${inputs}, the number of tokens of a tied embedding`,
              "leave outputs out, or set tied to false",
            );
          }
        }
        if (embedding?.padding !== undefined && inputs !== undefined && embedding.padding >= inputs) {
          refuse(["embedding", "padding"], `a token below ${inputs}`, "count tokens from 0");
        }
        if (layerwise !== undefined && layerwise.length !== layers) {
          refuse(["layerwise"], `an entry for each of ${layers} layers`, "give as many, or leave it out");
          return;
        }
        if (typeof dilation !== "number" && dilation.length !== layers) {
          const remedy = `set layers: ${dilation.length}, or give one number for all`;
          refuse(["dilation"], `one number for each of ${layers} layers`, remedy);
        }
        const own = layerSpecs(spec);
        if (timeSkip !== undefined && own.some(({ hidden }) => hidden !== own[0]!.hidden)) {
          refuse(["timeSkip"], "none together with layers of different widths", "leave one of the two out");
        }
        refuseInitialState(spec, refuse);
        refuseDecoder(spec, refuse);
        refuseProjection(spec, own, refuse);
        // a rule that several layers break is reported once
        const said = new Set<string>();
        const once: typeof refuse = (path, rule, remedy) => {
          if (said.has(path.join())) return;
          said.add(path.join());
          refuse(path, rule, remedy);
        };
        for (const layer of own) refuseLayer(layer, once);
      }),
    ),
);

/** Refuses keys that exclude the cell of one layer. */
function refuseLayer(layer: RecurrentSpec, refuse: (path: string[], rule: string, remedy: string) => void): void {
  const { cell, norm, constraint, init } = layer;
  if (norm !== "none" && CELL_TABLE[cell].normedGates.length === 0) {
    refuse(["norm"], `none for the cell ${cell}`, "leave norm out, or use an Elman cell, lstm or gru");
  }
  refuseMasks(layer, refuse);
  if (constraint === "none") return;
  const free = CELL_TABLE[cell].recurrentMatrix ? CELL_TABLE[cell].unconstrained : "it has no matrix from h to h";
  if (free !== undefined) refuse(["constraint"], `none for the cell ${cell}: ${free}`, "set constraint to none");
  else if (init.recurrent !== "orthogonal" && init.recurrent !== "identity") {
    const rule = "orthogonal or identity under constraint orthogonal";
    refuse(["init", "recurrent"], rule, "choose one of them, or set constraint to none");
  } else if (Math.abs(init.gain) !== 1) {
    refuse(["init", "gain"], "1 or −1 under constraint orthogonal", "leave gain out, or set constraint to none");
  }
}

export type RecurrentSpec = z.output<ReturnType<typeof recurrentSchema>>;
export type RecurrentInput = z.input<ReturnType<typeof recurrentSchema>>;

/**
 * Names for a cell together with its initialization. Keys that the caller sets stay.
 *
 * - `irnn`: ReLU, W_hh the identity (Le et al. 2015)
 * - `orthogonal_rnn`: tanh, W_hh orthogonal at the start and kept orthogonal (Saxe et al. 2013; Vorontsov et al. 2017)
 */
const PRESETS: Readonly<Record<string, { cell: string; recurrent: string; constraint?: string }>> = {
  irnn: { cell: "relu", recurrent: "identity" },
  orthogonalrnn: { cell: "tanh", recurrent: "orthogonal", constraint: "orthogonal" },
};

/** A caller's spec with the keys of the preset, if its cell names a preset. */
export function withPreset(input: unknown): unknown {
  const { cell, init } = (input ?? {}) as { cell?: unknown; init?: unknown };
  const preset = typeof cell === "string" ? PRESETS[cell.toLowerCase().replace(/[^a-z0-9]/g, "")] : undefined;
  if (preset === undefined || (init !== undefined && (typeof init !== "object" || init === null))) return input;
  const { cell: own, recurrent, ...constraint } = preset;
  return { ...constraint, ...(input as object), cell: own, init: { recurrent, ...init } };
}
