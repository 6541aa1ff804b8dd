import { z } from "zod";
import { CELL_TABLE } from "./cells.ts";
import { CELLS, ELMAN_CELLS, WEIGHT_INITS } from "./names.ts";
import { count, named, real } from "./fields.ts";

const init = z
  .strictObject({
    recurrent: named(WEIGHT_INITS).default("orthogonal").describe("W_hh, gate by gate"),
    input: named(WEIGHT_INITS).default("xavier_uniform").describe("W_ih, gate by gate"),
    readout: named(WEIGHT_INITS).default("pytorch").describe("the readout's weight"),
    gain: real().default(1).describe("factor on the recurrent weights (gaussian: standard deviation gain/√H)"),
    inputGain: real().default(1).describe("factor on the input weights"),
    biasStd: real({ least: 0 }).default(0).describe("standard deviation of the biases b_ih; b_hh is zero"),
    forgetBias: real().default(1).describe("LSTMs: b_ih + b_hh of the forget gate"),
    chrono: real({ least: 2 })
      .optional()
      .describe("T, the longest memory wanted: gates that hold the past start at time constants uniform in 2 … T"),
  })
  .prefault({});

const cellOptions = z
  .strictObject({
    activation: named(ELMAN_CELLS)
      .default("tanh")
      .describe("φ of leaky, leaky_learned, residual, antisymmetric and indrnn"),
    leak: real({ least: 0, most: 1 }).default(0.1).describe("α of leaky; where leaky_learned starts"),
    stepSize: real().default(0.1).describe("ε of antisymmetric"),
    diffusion: real().default(0.01).describe("γ of antisymmetric"),
  })
  .prefault({});

/** A stack of recurrent layers over T steps, with an optional linear readout. */
export const recurrentSchema = z
  .strictObject({
    kind: z.literal("recurrent"),
    cell: named(CELLS).default("tanh").describe("an Elman cell is named by its activation"),
    cellOptions,
    inputs: count().optional().describe("X; the task's when left out"),
    hidden: count().default(128).describe("H, the width of every layer"),
    layers: count({ most: 1000 }).default(1).describe("L, the height of the stack"),
    dilation: z
      .union([count(), z.array(count()).min(1)])
      .default(1)
      .describe("s: step t follows on step t − s; a number, or one a layer, bottom first (Chang et al. 2017)"),
    bidirectional: z.boolean().default(false).describe("every layer also runs in reverse, under `_reverse` names"),
    outputs: count().optional().describe("Y; the task's when left out; no readout without it"),
    init,
    norm: named(["none", "layer"])
      .default("none")
      .describe("layer: every gate's pre-activation normalised (Ba et al. 2016); Elman cells, LSTM and GRU"),
  })
  .superRefine(({ cell, norm, dilation, layers }, context) => {
    if (norm !== "none" && CELL_TABLE[cell].normedGates.length === 0) {
      const rule = `none for the cell ${cell}`;
      const remedy = "leave norm out, or use an Elman cell, lstm or gru";
      context.addIssue({ code: "custom", path: ["norm"], params: { rule, remedy } });
    }
    if (typeof dilation === "number" || dilation.length === layers) return;
    const rule = `one number for each of ${layers} layers`;
    const remedy = `set layers: ${dilation.length}, or give one number for all`;
    context.addIssue({ code: "custom", path: ["dilation"], params: { rule, remedy } });
  });

export type RecurrentSpec = z.output<typeof recurrentSchema>;
export type RecurrentInput = z.input<typeof recurrentSchema>;

/**
 * Names that stand for a cell and its initialisation together; what the caller sets himself stays.
 *
 * - `irnn`: ReLU, W_hh the identity (Le et al. 2015)
 * - `orthogonal_rnn`: tanh, W_hh orthogonal (Saxe et al. 2013; Vorontsov et al. 2017): where it starts, not what training keeps
 */
const PRESETS: Readonly<Record<string, { cell: string; recurrent: string }>> = {
  irnn: { cell: "relu", recurrent: "identity" },
  orthogonalrnn: { cell: "tanh", recurrent: "orthogonal" },
};

/** A caller's spec with the preset its cell names, if it names one, written out. */
export function withPreset(input: unknown): unknown {
  const { cell, init } = (input ?? {}) as { cell?: unknown; init?: unknown };
  const preset = typeof cell === "string" ? PRESETS[cell.toLowerCase().replace(/[^a-z0-9]/g, "")] : undefined;
  if (preset === undefined || (init !== undefined && (typeof init !== "object" || init === null))) return input;
  return { ...(input as object), cell: preset.cell, init: { recurrent: preset.recurrent, ...init } };
}
