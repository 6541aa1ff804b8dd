import { CELL_NUMBERS, CELL_TABLE, type CellNumber, CELLS, ELMAN_CELLS } from "../catalogue/index.ts";
import * as z from "zod/mini";
import { denseRun } from "./dense.ts";
import { WEIGHT_INITS } from "./names.ts";
import { count, defaulted, listOf, named, once, optional, real } from "./fields.ts";
import { initialState, refuseInitialState } from "./initial-state.ts";

const init = () =>
  z.prefault(
    z.strictObject({
      recurrent: defaulted(named(WEIGHT_INITS), "orthogonal", "W_hh, gate by gate"),
      input: defaulted(named(WEIGHT_INITS), "xavier_uniform", "W_ih, gate by gate"),
      readout: defaulted(named(WEIGHT_INITS), "pytorch", "the readout's weight"),
      gain: defaulted(real(), 1, "factor on the recurrent weights (gaussian: standard deviation gain/√H)"),
      inputGain: defaulted(real(), 1, "factor on the input weights"),
      biasStd: defaulted(real({ least: 0 }), 0, "standard deviation of the biases b_ih; b_hh is zero"),
      forgetBias: defaulted(real(), 1, "LSTMs: b_ih + b_hh of the forget gate"),
      chrono: optional(
        real({ least: 2 }),
        "T, the longest memory wanted: gates that hold the past start at time constants uniform in 2 … T",
      ),
    }),
    {},
  );

const number = (name: CellNumber) => {
  const { default: value, text, ...range } = CELL_NUMBERS[name];
  return defaulted(real(range), value, text);
};

const cellOptions = () => {
  const taking = CELLS.filter((cell) => CELL_TABLE[cell].options.includes("activation"));
  const numbers = Object.fromEntries((Object.keys(CELL_NUMBERS) as CellNumber[]).map((name) => [name, number(name)]));
  return z.prefault(
    z.strictObject({
      activation: defaulted(named(ELMAN_CELLS), "tanh", `φ of ${taking.slice(0, -1).join(", ")} and ${taking.at(-1)}`),
      ...(numbers as Record<CellNumber, ReturnType<typeof number>>),
    }),
    {},
  );
};

/** A probability. */
const rate = () => real({ least: 0, most: 1 });

/** What random masks cannot do together, and with which cells. */
function refuseMasks(
  {
    cell,
    dropout,
    variationalDropout,
    recurrentDropout,
    zoneout,
    timeSkip,
    stem,
  }: {
    readonly cell: (typeof CELLS)[number];
    readonly dropout?: number | undefined;
    readonly variationalDropout?: number | undefined;
    readonly recurrentDropout?: number | undefined;
    readonly zoneout?: number | undefined;
    readonly timeSkip?: object | undefined;
    readonly stem?: object | undefined;
  },
  refuse: (path: string[], rule: string, remedy: string) => void,
): void {
  const { recurrentMatrix, unzoned } = CELL_TABLE[cell];
  if (dropout !== undefined && variationalDropout !== undefined) {
    refuse(["variationalDropout"], "not beside dropout, which masks the same numbers", "leave one of the two out");
  }
  if (variationalDropout !== undefined && stem !== undefined) {
    refuse(["variationalDropout"], "not beside a stem", "leave one of the two out");
  }
  if (recurrentDropout !== undefined && !recurrentMatrix) {
    refuse(["recurrentDropout"], `none for the cell ${cell}: it has no matrix from h to h`, "leave it out");
  }
  if (zoneout === undefined) return;
  if (unzoned !== undefined) refuse(["zoneout"], `none for the cell ${cell}: ${unzoned}`, "leave it out, or use lstm");
  if (recurrentDropout !== undefined) {
    refuse(["zoneout"], "not beside recurrentDropout: each is a noise of the state", "leave one of the two out");
  }
  if (timeSkip !== undefined) refuse(["zoneout"], "not beside timeSkip", "leave one of the two out");
}

/**
 * A stack of recurrent layers over T steps, with an optional linear readout. Built at the first use, as building takes
 * longer than a pass.
 */
export const recurrentSchema = once(() =>
  z
    .strictObject({
      kind: z.literal("recurrent"),
      cell: defaulted(named(CELLS), "tanh", "an Elman cell is named by its activation"),
      cellOptions: cellOptions(),
      inputs: optional(count(), "X; the task's when left out"),
      embedding: optional(
        z.strictObject({
          size: count().check(z.describe("E, the length of a token's vector")),
          padding: optional(count({ least: 0 }), "the token whose vector is zero and gets no gradient"),
          tied: defaulted(
            z.boolean(),
            false,
            "the readout's weight is the table: one tensor, both gradients summed (Press and Wolf 2017); drawn by init.readout",
          ),
        }),
        "inputs are tokens, whole numbers below `inputs` or one-hot rows: x_t is the token's row of a learned table [X, E] (torch.nn.Embedding)",
      ),
      stem: z.optional(denseRun()).check(z.describe("dense layers that every x_t goes through before the first layer")),
      hidden: defaulted(count(), 128, "H, the width of every layer"),
      layers: defaulted(count({ most: 1000 }), 1, "L, the height of the stack"),
      dilation: defaulted(
        z.union([count(), listOf(count())]),
        1,
        "s: step t follows on step t − s; a number, or one a layer, bottom first (Chang et al. 2017)",
      ),
      timeSkip: optional(
        z.strictObject({ steps: count().check(z.describe("s")), scale: defaulted(real(), 1, "α") }),
        "h_t = cell(x_t, h_{t−1}) + α h_{t−s}: an identity skip connection over s steps in every layer, of any cell (Wang and Tian 2016; Zhang et al. 2016 on how far such skips carry)",
      ),
      bidirectional: defaulted(z.boolean(), false, "every layer also runs in reverse, under `_reverse` names"),
      initialState: initialState(),
      dropout: optional(
        rate(),
        "p: every layer but the last hands on h_t of which a share p is zero and the rest divided by 1 − p, drawn anew at every step (torch.nn.LSTM's dropout)",
      ),
      variationalDropout: optional(
        rate(),
        "p: the same on what every layer is given, the first layer's inputs included, with one mask for a whole sequence (Gal and Ghahramani 2016; Keras's dropout)",
      ),
      recurrentDropout: optional(
        rate(),
        "p: dropout on h_{t−1} where W_hh multiplies it, with one mask for a whole sequence (Gal and Ghahramani 2016; Keras's recurrent_dropout)",
      ),
      zoneout: optional(
        rate(),
        "p: the share of units that keep h, and c, of the step before, drawn anew at every step (Krueger et al. 2017)",
      ),
      pooling: defaulted(
        named(["last", "final", "mean", "max"]),
        "last",
        "what a loss at the end reads of a sequence: the last step's output; final: the last state of each direction (PyTorch's h_n); mean or max over its steps",
      ),
      head: z
        .optional(denseRun())
        .check(z.describe("dense layers between the last layer, or what pooling makes of its steps, and the readout")),
      outputs: optional(count(), "Y; the task's when left out; no readout without it"),
      init: init(),
      norm: defaulted(
        named(["none", "layer"]),
        "none",
        "layer: every gate's pre-activation normalized (Ba et al. 2016); Elman cells, LSTM and GRU",
      ),
      constraint: defaulted(
        named(["none", "orthogonal"]),
        "none",
        "orthogonal: training brings W_hh, gate by gate, back to the nearest orthogonal matrix after every update; it starts as one, and values set by hand stay as given until the next update",
      ),
    })
    .check(
      z.superRefine((spec, context) => {
        const { cell, norm, dilation, layers, constraint, init, embedding, inputs } = spec;
        const refuse = (path: string[], rule: string, remedy: string) =>
          context.addIssue({ code: "custom", path, params: { rule, remedy } });
        if (embedding?.tied) {
          const { hidden, bidirectional, head, outputs } = spec;
          const widths = head === undefined ? undefined : [head.width].flat();
          const features = widths?.at(-1) ?? hidden * (bidirectional ? 2 : 1);
          if (features !== embedding.size) {
            const rule = `${features}, the numbers that a tied readout reads`;
            refuse(["embedding", "size"], rule, "add a head whose last width is the embedding's, or set tied to false");
          }
          if (inputs !== undefined && outputs !== undefined && inputs !== outputs) {
            refuse(["outputs"], `${inputs}, the tokens of a tied embedding`, "leave outputs out, or set tied to false");
          }
        }
        if (embedding?.padding !== undefined && inputs !== undefined && embedding.padding >= inputs) {
          refuse(["embedding", "padding"], `a token below ${inputs}`, "count tokens from 0");
        }
        if (norm !== "none" && CELL_TABLE[cell].normedGates.length === 0) {
          refuse(["norm"], `none for the cell ${cell}`, "leave norm out, or use an Elman cell, lstm or gru");
        }
        if (typeof dilation !== "number" && dilation.length !== layers) {
          const remedy = `set layers: ${dilation.length}, or give one number for all`;
          refuse(["dilation"], `one number for each of ${layers} layers`, remedy);
        }
        refuseMasks(spec, refuse);
        refuseInitialState(spec, refuse);
        if (constraint === "none") return;
        const free = CELL_TABLE[cell].recurrentMatrix ? CELL_TABLE[cell].unconstrained : "it has no matrix from h to h";
        if (free !== undefined) refuse(["constraint"], `none for the cell ${cell}: ${free}`, "set constraint to none");
        else if (init.recurrent !== "orthogonal" && init.recurrent !== "identity") {
          const rule = "orthogonal or identity under constraint orthogonal";
          refuse(["init", "recurrent"], rule, "choose one of them, or set constraint to none");
        } else if (Math.abs(init.gain) !== 1) {
          refuse(["init", "gain"], "1 or −1 under constraint orthogonal", "leave gain out, or set constraint to none");
        }
      }),
    ),
);

export type RecurrentSpec = z.output<ReturnType<typeof recurrentSchema>>;
export type RecurrentInput = z.input<ReturnType<typeof recurrentSchema>>;

/**
 * Names that stand for a cell and its initialization together; what the caller sets himself stays.
 *
 * - `irnn`: ReLU, W_hh the identity (Le et al. 2015)
 * - `orthogonal_rnn`: tanh, W_hh orthogonal from the start and kept so (Saxe et al. 2013; Vorontsov et al. 2017)
 */
const PRESETS: Readonly<Record<string, { cell: string; recurrent: string; constraint?: string }>> = {
  irnn: { cell: "relu", recurrent: "identity" },
  orthogonalrnn: { cell: "tanh", recurrent: "orthogonal", constraint: "orthogonal" },
};

/** A caller's spec with the preset its cell names, if it names one, written out. */
export function withPreset(input: unknown): unknown {
  const { cell, init } = (input ?? {}) as { cell?: unknown; init?: unknown };
  const preset = typeof cell === "string" ? PRESETS[cell.toLowerCase().replace(/[^a-z0-9]/g, "")] : undefined;
  if (preset === undefined || (init !== undefined && (typeof init !== "object" || init === null))) return input;
  const { cell: own, recurrent, ...constraint } = preset;
  return { ...constraint, ...(input as object), cell: own, init: { recurrent, ...init } };
}
