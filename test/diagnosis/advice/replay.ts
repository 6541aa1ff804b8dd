import { ACTIVATIONS, CELLS } from "../../../src/catalogue/index.ts";
import { random } from "../../../src/base/random.ts";
import { type Diagnosis, diagnose } from "../../../src/diagnosis/index.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import { type NetworkInput, type NetworkSpec, parseSpec, withPatch } from "../../../src/spec/index.ts";
import type { TaskInput } from "../../../src/tasks/index.ts";

/* Runs the rules of advice: sick networks are changed as the advice says, and measured again. */

/** One network of the replay. */
export interface Patient {
  readonly network: NetworkInput;
  readonly task: TaskInput;
  readonly seed: number;
}

/** The effect of the advice. */
export interface Outcome {
  readonly patient: Patient;
  readonly before: Diagnosis;
  /** Null where there was no advice with options. */
  readonly after: Diagnosis | null;
  /** Healthy afterwards, or its gain at most half. */
  readonly helped: boolean;
  /** Not sound afterwards, and |gain| larger than before. */
  readonly raised: boolean;
}

const OVER_TIME = [
  {},
  { init: { recurrent: "pytorch", input: "pytorch" } },
  { init: { recurrent: "gaussian", gain: 0.5 } },
  { init: { recurrent: "gaussian", gain: 2 } },
  { init: { recurrent: "orthogonal", gain: 1.3 } },
  { init: { biasStd: 1 } },
];
const OF_LSTMS = [{ init: { forgetBias: 0 } }, { init: { forgetBias: 5 } }, { init: { forgetBias: 7 } }];
const LENGTHS = [30, 100, 300, 1000];
const DEPTHS = [10, 30, 100];
const IN_DEPTH = [
  {},
  { init: { weight: "pytorch" } },
  { init: { weight: "he_normal" } },
  { init: { weight: "xavier_normal" } },
  { init: { weight: "gaussian", gain: 2 } },
  { init: { weight: "orthogonal", gain: 0.5 } },
  { init: { biasStd: 3 } },
  { norm: "batch" },
  { norm: "layer", init: { weight: "he_normal" } },
  { residual: "identity", init: { weight: "he_normal" } },
  { residual: "highway" },
  { residual: "dense" },
];

/** All networks of the replay. The seeds of a network and of its task follow from its place in the list. */
export function patients(): Patient[] {
  const recurrent = CELLS.flatMap((cell) =>
    [...OVER_TIME, ...(cell.startsWith("lstm") ? OF_LSTMS : [])].flatMap((change) =>
      LENGTHS.map((steps) => ({
        network: { kind: "recurrent", hidden: 32, cell, ...change },
        task: { name: "adding", steps },
      })),
    ),
  );
  const deep = ACTIVATIONS.flatMap((activation) =>
    IN_DEPTH.flatMap((change) =>
      DEPTHS.map((depth) => ({
        network: { kind: "feedforward", width: 64, depth, activation, ...change },
        task: { name: "gaussian" },
      })),
    ),
  );
  return [...recurrent, ...deep].map((one, seed) => ({ ...(one as Omit<Patient, "seed">), seed }));
}

/** `count` of them, drawn without replacement by a seed. */
export function sample(all: readonly Patient[], count: number, seed: number): Patient[] {
  const stream = random(seed, "replay-advice");
  const rest = [...all];
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(stream.below(rest.length), 1)[0]);
}

const measured = (network: NetworkInput, { task, seed }: Patient): Diagnosis =>
  diagnose(propagate({ network, task, batch: 8, seed, contributions: false }));

/** The effect of the advice on one network; null if it is not sick. */
export function replay(patient: Patient): Outcome | null {
  const spec = parseSpec(patient.network);
  const before = measured(spec, patient);
  if (before.verdict === "healthy" || before.verdict === "blocked") return null;
  const [first] = before.advice;
  if (first === undefined || first.options.length === 0)
    return { patient, before, after: null, helped: false, raised: false };
  const after = measured(parseSpec(withPatch(spec, first.patch)) as NetworkSpec, patient);
  const size = ({ verdict, evidence }: Diagnosis) =>
    verdict === "nonfinite" || Number.isNaN(evidence.worst.gain)
      ? Number.POSITIVE_INFINITY
      : Math.abs(evidence.worst.gain);
  const sound = after.parts.some(({ part, state }) => part === "path" && state === "healthy");
  return {
    patient,
    before,
    after,
    helped: sound || (Number.isFinite(size(after)) && size(after) <= size(before) / 2),
    raised: !sound && size(after) > size(before),
  };
}
