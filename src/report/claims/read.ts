import type { ClaimsReport } from "../../experiments/index.ts";
import { TOPICS } from "../../experiments/topics.ts";
import {
  anything,
  flag,
  list,
  matching,
  nullable,
  number,
  numbers,
  oneOf,
  optional,
  record,
  requireDistinct,
  requireLength,
  type Shape,
  text,
  whole,
} from "../kit/read/shapes.ts";

const axis = record({ label: text, log: optional(flag), names: optional(list(text)) });

const claim = record({
  id: matching(/^[a-z0-9]+(-[a-z0-9]+)*$/, "letters, digits and hyphens, as `evanesce claims --list` prints ids"),
  topic: oneOf(...(Object.keys(TOPICS) as (keyof typeof TOPICS)[])),
  sentence: text,
  published: nullable(text),
  criterion: text,
  verdict: oneOf("holds", "holds partly", "does not hold", "not run"),
  where: nullable(text),
  conditions: list(record({ number: text, is: oneOf("above", "below"), bound: number, says: text })),
  numbers: list(
    record({
      name: text,
      value: number,
      low: number,
      high: number,
      unit: text,
      n: whole,
      interval: oneOf("student", "wilson", "fisher", "exact"),
    }),
  ),
  figure: nullable(
    record({
      x: axis,
      y: axis,
      series: list(
        record({
          label: text,
          x: numbers,
          y: numbers,
          low: optional(numbers),
          high: optional(numbers),
          as: optional(oneOf("line", "points", "bars")),
        }),
      ),
    }),
  ),
  experiment: anything,
});

const report = record({
  schema: oneOf("evanesce.claims/1"),
  seed: whole,
  size: oneOf("reduced", "full"),
  outcome: oneOf("complete", "stopped"),
  claims: list(claim),
});

/**
 * Reads `evanesce.claims/1` from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readClaims: Shape<ClaimsReport> = (value, where) => {
  const read = report(value, where);
  requireDistinct(
    read.claims.map(({ id }) => id),
    `${where}.claims`,
  );
  read.claims.forEach(({ figure }, c) => {
    figure?.series.forEach(({ x, y, low, high }, s) => {
      const at = `${where}.claims.${c}.figure.series.${s}`;
      for (const [key, values] of Object.entries({ y, low, high })) {
        if (values !== undefined) requireLength(values, x.length, `${at}.${key}`, "x has");
      }
    });
  });
  return read as unknown as ClaimsReport;
};
