import type { LossName } from "../../src/catalogue/index.ts";
import type { CauseName } from "../../src/diagnosis/index.ts";
import { diagnose, propagate } from "../../src/index.ts";
import { train } from "../../src/training/index.ts";
import type { OptimizerInput } from "../../src/catalogue/optimizers/index.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { TaskInput } from "../../src/tasks/index.ts";
import type { Samples } from "./data.ts";

/** A training program: a network, its data, its loss and how it is trained. */
export interface Program {
  readonly name: string;
  readonly network: NetworkInput;
  readonly samples: Samples;
  readonly loss: LossName;
  readonly optimizer: OptimizerInput;
  readonly rate: number;
  readonly batch: number;
  readonly updates: number;
}

/** The verdicts on a program that ran. */
export interface Said {
  /** Before the first update. */
  readonly verdict: string;
  /** Parts other than the path that block training before the first update, such as `input saturated`. */
  readonly parts: readonly string[];
  /** The phase of the run at its end. */
  readonly phase: string;
  /** Of the pass before the first update, and of every diagnosis during the run. */
  readonly causes: readonly CauseName[];
  /** Whether one of the verdicts means that the program does not learn without a change. */
  readonly isSick: boolean;
  /** Loss of the last updates / loss of the trivial answer; NaN if there is none. */
  readonly loss: number;
}

/** Phases of a run that learns, or has learned. */
const SOUND = ["learning", "converged", "plateau", "too-early"];
const VALIDATION = 0.3;
/** Least number of rows of the batch that is diagnosed before the first update, if the program's batch is smaller. */
const LEAST = 32;
/** A run that ended too early with a loss above this share of the trivial loss has learned nothing yet. */
const NOTHING_LEARNED = 0.95;

/** Judges the program's first batch, trains it, and judges the run. */
export async function judge({ network, samples, loss, optimizer, rate, batch, updates }: Program): Promise<Said> {
  const task = { name: "arrays", ...samples, loss } as TaskInput & object;
  const first = diagnose(propagate({ network, task: firstRows(samples, batch, loss) }));
  const trace = await train({
    network,
    task,
    batch: Math.min(batch, Math.floor(samples.inputs.shape[0]! * (1 - VALIDATION))),
    validation: VALIDATION,
    test: 0,
    steps: updates,
    optimizer: { ...(typeof optimizer === "string" ? { name: optimizer } : optimizer), learningRate: rate },
    seed: 0,
  } as never).result;
  const looks = trace.diagnoses;
  const parts = first.parts
    .filter(({ part, state }) => part !== "path" && state !== "healthy" && state !== "unmeasured")
    .map(({ part, state }) => `${part} ${state}`);
  const phase = trace.phase.name;
  const trivial = trace.baseline?.value ?? Number.NaN;
  const part = (trace.final?.loss ?? Number.NaN) / trivial;
  const phaseName = phase === "too-early" && part > NOTHING_LEARNED ? "too-few-updates" : phase;
  const causes = [...first.causes, ...looks.flatMap((look) => look.causes)].map(({ factor }) => factor);
  return {
    verdict: first.verdict,
    parts,
    phase: phaseName,
    causes: [...new Set([...causes, ...ratesOf(phaseName), ...(SOUND.includes(phaseName) ? [] : [phaseName])])],
    isSick: first.verdict !== "healthy" || !SOUND.includes(phaseName),
    loss: part,
  };
}

const ratesOf = (phase: string): CauseName[] =>
  ["rate-too-small", "rate-too-large", "diverging"].includes(phase) ? ["learning-rate"] : [];

/** The first rows of the samples as a batch. */
function firstRows({ inputs, targets }: Samples, batch: number, loss: LossName): TaskInput {
  const rows = Math.min(Math.max(batch, LEAST), inputs.shape[0]!);
  const head = <Array extends { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>(
    array: Array,
  ) => {
    const size = array.data.length / array.shape[0]!;
    const data = array.data as Float32Array;
    return { shape: [rows, ...array.shape.slice(1)], data: data.subarray(0, rows * size) };
  };
  return { name: "arrays", inputs: head(inputs), targets: head(targets!), loss } as TaskInput;
}
