import type { Prescription } from "../../prescription/index.ts";
import { fieldsOf } from "../kit/read/fields.ts";
import { diagnosis, VERDICTS } from "../flow/read/diagnosis.ts";
import {
  anything,
  flag,
  list,
  nullable,
  number,
  numbers,
  oneOf,
  optional,
  record,
  type Shape,
  spec,
  text,
  whole,
} from "../kit/read/shapes.ts";

const interval = record({ mean: number, low: number, high: number, law: oneOf("t", "range") });
const verdict = oneOf(...VERDICTS);
const outcome = { gains: numbers, gain: interval, verdicts: list(verdict), verdict };

const treatment = record({
  ...outcome,
  name: text,
  kind: oneOf("remedy", "combination", "control"),
  family: text,
  what: text,
  source: text,
  price: nullable(text),
  changes: list(record({ path: text, from: anything, to: anything })),
  spec,
  recovered: interval,
  overshoots: flag,
  parametersRatio: number,
  flopsRatio: number,
  rank: nullable(whole),
});

const verified = record({
  name: text,
  optimizer: text,
  learningRate: nullable(number),
  grid: numbers,
  losses: list(nullable(number)),
  loss: nullable(interval),
  gained: nullable(interval),
  follows: flag,
});

const race = record({
  optimizer: oneOf("adam", "sgd"),
  grid: numbers,
  batch: whole,
  seeds: list(whole),
  validation: whole,
  oneBatch: flag,
  trivial: nullable(number),
  rungs: list(record({ updates: whole, seeds: whole, networks: whole, arms: whole })),
  updates: whole,
  entries: list(
    record({
      name: text,
      rank: whole,
      rung: whole,
      learningRate: nullable(number),
      losses: list(nullable(number)),
      loss: nullable(interval),
      gained: nullable(interval),
      rates: list(record({ learningRate: number, updates: whole, loss: nullable(number) })),
      steps: nullable(whole),
      updates: whole,
      flops: number,
      curve: nullable(record({ updates: list(whole), losses: list(number) })),
    }),
  ),
  conclusive: flag,
  left: list(record({ name: text, why: text })),
  notes: optional(list(text)),
  summary: text,
});

/**
 * Reads `evanesce.prescription/1` from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readPrescription = record({
  schema: oneOf("evanesce.prescription/1"),
  outcome: oneOf("complete", "stopped"),
  network: spec,
  weights: optional(text),
  notes: optional(list(text)),
  task: nullable(record({ name: text, batch: whole })),
  seeds: list(whole),
  patient: nullable(record({ ...outcome, diagnosis: (value, where) => diagnosis(fieldsOf(value, where)) })),
  knockOuts: list(
    record({
      name: text,
      what: text,
      isAccused: flag,
      accused: number,
      expected: nullable(number),
      after: record(outcome),
      change: interval,
      ratio: nullable(number),
      confirmed: flag,
    }),
  ),
  treatments: list(treatment),
  controls: list(treatment),
  untried: list(record({ name: text, why: text })),
  race: (value, where) => (value === undefined ? null : nullable(race)(value, where)), // older files have no race
  verification: nullable(
    record({
      steps: whole,
      oneBatch: flag,
      seeds: list(whole),
      patient: verified,
      remedies: list(verified),
      controls: list(verified),
      summary: text,
    }),
  ),
  prescribed: nullable(text),
  spec,
  advice: text,
}) as unknown as Shape<Prescription>;
