import type { TaskInput } from "../../tasks/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { OPTIMIZERS, SCHEDULES, type TrainOptions } from "../../training/index.ts";
import type { OptionRow } from "../networks/rows.ts";
import { given, named, real, whole } from "../values.ts";

/** A training run as a command line says it, the network and the task apart. */
export interface TrainingFlags {
  readonly updates?: number;
  readonly batch?: number;
  readonly optimizer?: { readonly name: string; readonly [option: string]: unknown };
  readonly lr?: number;
  readonly weightDecay?: number;
  readonly schedule?: { readonly name: string; readonly [option: string]: unknown };
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly clipUnit?: number;
  readonly fixedBatch?: boolean;
  readonly validation?: number;
  readonly test?: number;
  readonly freeze?: string[];
  readonly stopLoss?: number;
  readonly stopAccuracy?: number;
  readonly patience?: number;
  readonly traceEvery?: number;
  readonly diagnoseEvery?: number;
  readonly evaluateEvery?: number;
  readonly gsnrEvery?: number;
  readonly saturationEvery?: number;
  readonly checkpointEvery?: number;
}

const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS).join(", ");
const SCHEDULE_NAMES = Object.keys(SCHEDULES).join(", ");
const every = (flags: string, what: string, otherwise: string): OptionRow => ({
  flags: `${flags} <N>`,
  description: `updates between two ${what} (default: ${otherwise})`,
  parse: whole(flags),
});

/** Every option of a training run, the network and the task apart. */
export const TRAINING_ROWS: readonly OptionRow[] = [
  { flags: "--updates <N>", description: "updates (default: 1000)", parse: whole("--updates") },
  { flags: "--batch <B>", description: "samples of an update (default: 32)", parse: whole("--batch") },
  {
    flags: "--optimizer <name>",
    description: `${OPTIMIZER_NAMES}; with options as NAME:beta1=0.8,… (default: adam)`,
    parse: named("--optimizer"),
  },
  { flags: "--lr <η>", description: "learning rate (default: the optimizer's)", parse: real("--lr") },
  {
    flags: "--weight-decay <λ>",
    description: "weight decay (default: the optimizer's)",
    parse: real("--weight-decay"),
  },
  {
    flags: "--schedule <name>",
    description: `${SCHEDULE_NAMES}; with options as NAME:steps=100,… (default: constant)`,
    parse: named("--schedule"),
  },
  { flags: "--clip-norm <C>", description: "shorten every gradient to this norm", parse: real("--clip-norm") },
  { flags: "--clip-value <V>", description: "bring every entry into −V … V", parse: real("--clip-value") },
  {
    flags: "--clip-unit <λ>",
    description: "shorten every unit's to λ of its weights' (AGC)",
    parse: real("--clip-unit"),
  },
  { flags: "--fixed-batch", description: "take the first batch again and again" },
  {
    flags: "--validation <n>",
    description: "held out to watch: a share below 1, or how many (default: a tenth)",
    parse: real("--validation"),
  },
  { flags: "--test <n>", description: "held out to judge the end by (default: a tenth)", parse: real("--test") },
  { flags: "--freeze <names...>", description: "parameters, or beginnings of their names, that stay as they are" },
  { flags: "--stop-loss <x>", description: "stop at this training loss", parse: real("--stop-loss") },
  { flags: "--stop-accuracy <x>", description: "stop at this training accuracy", parse: real("--stop-accuracy") },
  {
    flags: "--patience <n>",
    description: "stop after so many evaluations without a better validation loss",
    parse: whole("--patience", 1),
  },
  every("--trace-every", "traced ones", "a thousandth of the run"),
  every("--diagnose-every", "looks at the gradient", "a tenth of the run; 0: never"),
  every("--evaluate-every", "validations", "a tenth of the run; 0: never"),
  every("--gsnr-every", "measurements of the signal-to-noise ratio", "never"),
  every("--saturation-every", "measurements of saturation, in a deep network", "never"),
  every("--checkpoint-every", "checkpoints", "one, at the end"),
];

/** Options by the path that messages know them by. */
export const TRAINING_NAMES: Readonly<Record<string, string>> = {
  "train.steps": "--updates",
  "train.batch": "--batch",
  "optimizer.name": "--optimizer",
  "optimizer.learningRate": "--lr",
  "optimizer.weightDecay": "--weight-decay",
  "schedule.name": "--schedule",
  validation: "--validation",
  test: "--test",
  "stop.loss": "--stop-loss",
  "stop.accuracy": "--stop-accuracy",
  "stop.patience": "--patience",
  "train.traceEvery": "--trace-every",
  "train.diagnoseEvery": "--diagnose-every",
  "train.evaluateEvery": "--evaluate-every",
  "train.gsnrEvery": "--gsnr-every",
  "train.saturationEvery": "--saturation-every",
  "train.checkpointEvery": "--checkpoint-every",
};

/** What the flags say of a run. */
export function trainOptions(network: NetworkSpec, task: TaskInput, flags: TrainingFlags): TrainOptions {
  const { updates: steps, batch, optimizer, lr, weightDecay, schedule, fixedBatch, validation, test, freeze } = flags;
  const { traceEvery, diagnoseEvery, evaluateEvery, gsnrEvery, saturationEvery, checkpointEvery } = flags;
  const clip = given({ norm: flags.clipNorm, value: flags.clipValue, unit: flags.clipUnit });
  const stop = given({ loss: flags.stopLoss, accuracy: flags.stopAccuracy, patience: flags.patience });
  return {
    ...given({
      steps,
      batch,
      schedule,
      fixedBatch,
      validation,
      test,
      traceEvery,
      diagnoseEvery,
      evaluateEvery,
      gsnrEvery,
      saturationEvery,
      checkpointEvery,
    }),
    network,
    task,
    optimizer: { ...optimizer, name: optimizer?.name ?? "adam", ...given({ learningRate: lr, weightDecay }) },
    ...(Object.keys(clip).length === 0 ? {} : { clip }),
    ...(Object.keys(stop).length === 0 ? {} : { stop }),
    ...(freeze === undefined ? {} : { frozen: frozenBy(freeze) }),
  } as TrainOptions;
}

/** Refuses what would measure or stop nothing. @throws EvanesceError */
export function requireTrainingEffect(
  flags: TrainingFlags & { readonly checkpoint?: string; readonly save?: string },
  { kind }: Pick<NetworkSpec, "kind">,
): void {
  const refuse = (option: string, needs: string, got: unknown, remedy: string): never => {
    throw new EvanesceError(option, `together with ${needs}`, got, remedy);
  };
  const { saturationEvery, checkpointEvery, patience, evaluateEvery, validation, checkpoint, save } = flags;
  if (kind === "recurrent" && (saturationEvery ?? 0) > 0) {
    refuse("--saturation-every", "a deep network, whose layers it looks at", saturationEvery, "leave it out");
  }
  if (checkpointEvery !== undefined && checkpoint === undefined && save === undefined) {
    refuse("--checkpoint-every", "a place for checkpoints", checkpointEvery, "add --checkpoint PATH");
  }
  if (patience !== undefined && (evaluateEvery === 0 || validation === 0)) {
    const other = evaluateEvery === 0 ? "--evaluate-every 0" : "--validation 0";
    refuse("--patience", "evaluations that it waits for", patience, `leave out ${other}`);
  }
}

/** A name, or a beginning of one up to a dot: `layers.0`. */
const frozenBy = (freeze: readonly string[]) => (name: string) =>
  freeze.some((start) => name === start || name.startsWith(`${start}.`));

/** @throws EvanesceError for a name in `--freeze` that freezes nothing */
export function requireFrozen(freeze: readonly string[] | undefined, names: readonly string[]): void {
  const idle = freeze?.find((start) => !names.some(frozenBy([start])));
  if (idle === undefined) return;
  throw new EvanesceError("--freeze", "a parameter of the network", idle, `it has ${names.join(", ")}`);
}
