/** Faults that were once missed or misnamed, and the right answer for each instance. */
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Instance } from "./instance.ts";
import {
  DEAD_UNITS,
  GATES,
  INPUT_SIDE,
  LOSSES,
  QUANTILES,
  SAMPLES,
  SINGLE_SAMPLE,
  STACKS,
  TIME_STAMPS,
  TWO_FAULTS,
} from "./passes.ts";
import {
  FALLING_UNITS,
  FLAT_CELLS,
  OUTPUT_GATES,
  SHUT_CARRIES,
  UPPER_GATES,
  UPPER_GATES_BY_WEIGHTS,
  UPPER_WEIGHTS,
} from "./layers.ts";
import { EMBEDDINGS, SHUT_RECURRENCES, STEMS_AND_HEADS } from "./sides.ts";
import { ODD_SCALES, ODD_WEIGHTS, OVERFLOWS } from "./sizes.ts";
import { LOUD_SAMPLES } from "./samples.ts";
import { RECORDS } from "./records.ts";
import { BASELINES, HARMLESS, MNIST } from "./costs.ts";
import { RATES, RUNAWAYS, STUCK } from "./runs.ts";

import {
  DEAD_VARIANTS,
  FAULT_PAIRS,
  GATE_VARIANTS,
  INPUT_CENTERS,
  INPUT_SIDES,
  SAMPLE_VARIANTS,
  SINGLE_SAMPLES,
  STACK_VARIANTS,
} from "./variants.ts";

const ROWS: readonly (readonly [string, readonly Instance[]])[] = [
  [
    "the input side is dead or saturated, and its column or tensor is named",
    [...INPUT_SIDE, ...INPUT_SIDES, ...INPUT_CENTERS],
  ],
  ["the input side of the gates is shut: which gate, and by what", [...GATES, ...GATE_VARIANTS]],
  ["the loss is far above the trivial answer's: targets, or the readout", LOSSES],
  ["a run diverges: the rate and an explosion are told apart", RUNAWAYS],
  ["a rate is too small or too large, and the range in which it would move is given", RATES],
  ["a run is stuck above the trivial answer, with the reason", STUCK],
  ["samples without a gradient are told, with their share", [...SAMPLES, ...SAMPLE_VARIANTS]],
  ["dead units: the tensor that turns them off", [...DEAD_UNITS, ...DEAD_VARIANTS]],
  ["an LSTM's samples are those of the state on which the verdict rests", QUANTILES],
  ["two faults that hide each other are both named", [...TWO_FAULTS, ...FAULT_PAIRS]],
  ["a stack: the layer whose path fades, and the one that carries", [...STACKS, ...STACK_VARIANTS]],
  ["batch normalization of one sample has no variance", [...SINGLE_SAMPLE, ...SINGLE_SAMPLES]],
  ["time stamps: the column is to be scaled or dropped", TIME_STAMPS],
  ["vanishing is priced on the task", HARMLESS],
  ["a baseline comes from enough data", BASELINES],
  [
    "a gate of an upper layer or of one direction is shut: which gate, and by what",
    [...UPPER_GATES, ...UPPER_GATES_BY_WEIGHTS],
  ],
  ["the gate that carries the past is shut by a tensor", SHUT_CARRIES],
  ["the output gate is told from a saturated tanh(c)", [...OUTPUT_GATES, ...FLAT_CELLS]],
  ["an upper layer does not hear the one below it", UPPER_WEIGHTS],
  ["a recurrent rectifier falls silent: the tensor that does it", FALLING_UNITS],
  ["an embedding is zero, too small or too large", EMBEDDINGS],
  ["a stem or a head is dead or too small", STEMS_AND_HEADS],
  ["a recurrence is shut by one tensor", SHUT_RECURRENCES],
  ["the scale of one normalization is too small or too large, and is to be reset", ODD_SCALES],
  ["the weights of one layer are too small or too large, and are to be drawn again", ODD_WEIGHTS],
  ["a pass leaves the range of numbers: the weights that make it grow", OVERFLOWS],
  ["some samples are far larger than the others", LOUD_SAMPLES],
  ["a monitored run: the order, biases, activations, negative losses, names", RECORDS],
];

const isMissing = ({ tried }: Instance) => tried.includes("MNIST") && !MNIST.every((file) => existsSync(file));

describe.each(ROWS)("%s", (_, instances) => {
  for (const instance of instances) {
    it.skipIf(isMissing(instance))(instance.tried, async () => {
      const { verdict, parts = [], causes = [], says, never } = instance.right;
      const said = await instance.run();
      expect([verdict].flat()).toContain(said.verdict);
      expect(said.parts).toEqual(expect.arrayContaining([...parts]));
      expect(said.causes).toEqual(expect.arrayContaining([...causes]));
      if (says !== undefined) expect(said.text).toMatch(says);
      if (never !== undefined) expect(said.text).not.toMatch(never);
    });
  }
});
