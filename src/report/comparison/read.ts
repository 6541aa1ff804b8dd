import { EvanesceError } from "../../base/errors.ts";
import type { ComparedFlow, Comparison } from "./compare.ts";
import { REMEDY } from "../kit/read/fields.ts";
import { VERDICTS } from "../flow/read/diagnosis.ts";
import {
  list,
  nullable,
  number,
  oneOf,
  optional,
  record,
  series,
  type Shape,
  spec,
  text,
  whole,
} from "../kit/read/shapes.ts";

const entry = record({
  name: text,
  verdict: oneOf(...VERDICTS),
  severity: number,
  perStation: nullable(number),
  halfLife: nullable(number),
  rSquared: nullable(number),
  totalGain: number,
  reach: whole,
  loss: nullable(number),
  seed: whole,
  spec,
  lnGradientNorm: series,
  cause: nullable(text),
  advice: optional(record({ sentence: text, options: list(text) })),
  weights: optional(text),
  notes: optional(list(text)),
  command: optional(text),
});

const comparison = record({
  schema: oneOf("evanesce.comparison/1"),
  axis: oneOf("step", "layer"),
  of: oneOf("loss", "probe"),
  entries: list(entry),
});

/**
 * Reads `evanesce.comparison/1` from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readComparison: Shape<Comparison> = (value, where) => {
  const read = comparison(value, where);
  if (read.entries.length < 2) {
    throw new EvanesceError(`${where}.entries`, "at least two", read.entries.length, REMEDY);
  }
  const entries = read.entries.map((each): ComparedFlow => {
    const { command, advice, weights, notes, totalGain, ...rest } = each;
    // null means −∞ if there is a path, and a missing value if there is a single station
    const gain = each.lnGradientNorm.length < 2 ? null : totalGain;
    return {
      ...rest,
      totalGain: gain,
      ...(command === undefined ? {} : { command }),
      ...(advice === undefined ? {} : { advice }),
      ...(weights === undefined ? {} : { weights }),
      ...(notes === undefined ? {} : { notes }),
    };
  });
  return { ...read, entries };
};
