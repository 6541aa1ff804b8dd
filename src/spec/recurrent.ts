import { z } from "zod";
import { CELLS, WEIGHT_INITS } from "./names.ts";
import { count, named, real } from "./fields.ts";

const init = z
  .strictObject({
    recurrent: named(WEIGHT_INITS).default("orthogonal").describe("W_hh, gate by gate"),
    input: named(WEIGHT_INITS).default("xavier_uniform").describe("W_ih, gate by gate"),
    readout: named(WEIGHT_INITS).default("pytorch").describe("the readout's weight"),
    gain: real().default(1).describe("factor on the recurrent weights (gaussian: standard deviation gain/√H)"),
    inputGain: real().default(1).describe("factor on the input weights"),
    biasStd: real({ least: 0 }).default(0).describe("standard deviation of the biases b_ih; b_hh is zero"),
    forgetBias: real().default(1).describe("LSTM: b_ih + b_hh of the forget gate"),
  })
  .prefault({});

/** A stack of recurrent layers over T steps, with an optional linear readout. */
export const recurrentSchema = z.strictObject({
  kind: z.literal("recurrent"),
  cell: named(CELLS).default("tanh").describe("an Elman cell is named by its activation"),
  inputs: count().optional().describe("X; the task's when left out"),
  hidden: count().default(128).describe("H, the width of every layer"),
  layers: count({ most: 1000 }).default(1).describe("L, the height of the stack"),
  bidirectional: z.boolean().default(false).describe("every layer also runs in reverse, under `_reverse` names"),
  outputs: count().optional().describe("Y; the task's when left out; no readout without it"),
  init,
  norm: named(["none"]).default("none"),
});

export type RecurrentSpec = z.output<typeof recurrentSchema>;
export type RecurrentInput = z.input<typeof recurrentSchema>;
