import type { TaskInput } from "../../tasks/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { OPTIMIZERS, SCHEDULES, type TrainOptions } from "../../training/index.ts";
import { group, handOver, option, type ValuesOf, withValues } from "./option.ts";
import { named, real, whole } from "./parsers.ts";

const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS);
const SCHEDULE_NAMES = Object.keys(SCHEDULES);

/** An option for the number of updates between two events. */
const every = <const Name extends string>(name: Name, events: string, otherwise: string) =>
  option(`--${name}-every <N>`, `updates between two ${events} (default: ${otherwise})`, {
    parse: whole(),
    fills: `train.${name}Every`,
  });

/** Every option of a training run, without those of the network and the task. */
export const TRAINING = group("Training", [
  option("--updates <N>", "number of updates (default: 1000)", {
    parse: whole(),
    fills: "train.steps",
    also: ["--iterations"],
  }),
  option("--batch <B>", "samples in the batch of each update (default: 32)", {
    parse: whole(),
    fills: ["train.batch", "batch"],
    also: ["--batch-size"],
  }),
  option("--optimizer <name>", `${OPTIMIZER_NAMES.join(", ")}; options as in NAME:beta1=0.8,… (default: adam)`, {
    parse: named,
    names: OPTIMIZER_NAMES,
    fills: "optimizer.name",
  }),
  option("--lr <η>", "learning rate (default: the optimizer's)", {
    parse: real,
    fills: "optimizer.learningRate",
    also: ["--learning-rate"],
  }),
  option("--weight-decay <λ>", "weight decay (default: the optimizer's)", {
    parse: real,
    fills: "optimizer.weightDecay",
  }),
  option("--schedule <name>", `${SCHEDULE_NAMES.join(", ")}; options as in NAME:steps=100,… (default: constant)`, {
    parse: named,
    names: SCHEDULE_NAMES,
    fills: "schedule.name",
  }),
  option("--clip-norm <C>", "clip the gradient to this norm", { parse: real, fills: "clip.norm" }),
  option("--clip-value <V>", "clip every entry of the gradient to −V … V", { parse: real, fills: "clip.value" }),
  option("--clip-unit <λ>", "clip the gradient of every unit to λ of its weights' norm (AGC)", {
    parse: real,
    fills: "clip.unit",
  }),
  option("--loss-scaler", "also record what PyTorch's float16 loss scaler would do; updates stay float32"),
  option("--loss-scale <S>", "first scale of --loss-scaler (default: 65536)", {
    parse: real,
    fills: "lossScaler.initial",
  }),
  option("--scale-interval <N>", "updates without overflow before the scale of --loss-scaler grows (default: 2000)", {
    parse: whole(1),
    fills: "lossScaler.interval",
  }),
  option("--stateful", "carry the state from batch to batch, through a text or series that is read in order", {
    fills: ["train.stateful", "stateful"],
  }),
  option("--fixed-batch", "use the first batch for every update"),
  option("--validation <n>", "samples held out for validation: a share below 1 or a number (default: a tenth)", {
    parse: real,
    fills: "validation",
  }),
  option("--test <n>", "samples held out for the final test (default: a tenth)", { parse: real, fills: "test" }),
  option("--freeze <names...>", "names of parameters that are not trained, or beginnings of names"),
  option("--stop-loss <x>", "stop at this training loss", { parse: real, fills: "stop.loss" }),
  option("--stop-accuracy <x>", "stop at this training accuracy", { parse: real, fills: "stop.accuracy" }),
  option("--patience <n>", "stop after this many evaluations without a better validation loss", {
    parse: whole(1),
    fills: "stop.patience",
  }),
  every("trace", "traced updates", "a thousandth of the run"),
  every("diagnose", "diagnoses of the gradient", "a tenth of the run; 0 means never"),
  every("evaluate", "validations", "a tenth of the run; 0 means never"),
  every("gsnr", "measurements of the signal-to-noise ratio", "never"),
  every("saturation", "measurements of saturation, in a deep network", "never"),
  every("checkpoint", "checkpoints", "one, at the end"),
]);

export type TrainingValues = ValuesOf<typeof TRAINING>;

/** The training run that these options describe. */
export function trainOptions(network: NetworkSpec, task: TaskInput, values: TrainingValues): TrainOptions {
  const { optimizer, lr, weightDecay, clipNorm, clipValue, clipUnit, ...others } = values;
  const { stopLoss, stopAccuracy, patience, freeze, updates, lossScaler, lossScale, scaleInterval, ...passed } = others;
  const clip = withValues({ norm: clipNorm, value: clipValue, unit: clipUnit });
  const stop = withValues({ loss: stopLoss, accuracy: stopAccuracy, patience });
  return {
    ...handOver<TrainOptions>().of({ ...passed, steps: updates }),
    network,
    task,
    optimizer: { ...optimizer, name: optimizer?.name ?? "adam", ...withValues({ learningRate: lr, weightDecay }) },
    ...(Object.keys(clip).length === 0 ? {} : { clip }),
    ...(lossScaler === undefined ? {} : { lossScaler: withValues({ initial: lossScale, interval: scaleInterval }) }),
    ...(Object.keys(stop).length === 0 ? {} : { stop }),
    ...(freeze === undefined ? {} : { frozen: frozenBy(freeze) }),
  } as TrainOptions;
}

/** Refuses options that would have no effect. @throws EvanesceError */
export function requireTrainingEffect(
  values: TrainingValues,
  { checkpoint, save }: { readonly checkpoint: string | undefined; readonly save: string | undefined },
  { kind }: Pick<NetworkSpec, "kind">,
): void {
  const refuse = (option: string, needs: string, got: unknown, remedy: string): never => {
    throw new EvanesceError(option, `together with ${needs}`, got, remedy);
  };
  const { saturationEvery, checkpointEvery, patience, evaluateEvery, validation } = values;
  if (kind === "recurrent" && (saturationEvery ?? 0) > 0) {
    refuse("--saturation-every", "a deep network", saturationEvery, "leave it out");
  }
  const { lossScaler, lossScale, scaleInterval } = values;
  if (lossScaler === undefined && lossScale !== undefined) {
    refuse("--loss-scale", "--loss-scaler", lossScale, "add --loss-scaler");
  }
  if (lossScaler === undefined && scaleInterval !== undefined) {
    refuse("--scale-interval", "--loss-scaler", scaleInterval, "add --loss-scaler");
  }
  if (checkpointEvery !== undefined && checkpoint === undefined && save === undefined) {
    refuse("--checkpoint-every", "a path for checkpoints", checkpointEvery, "add --checkpoint PATH");
  }
  if (patience !== undefined && (evaluateEvery === 0 || validation === 0)) {
    const other = evaluateEvery === 0 ? "--evaluate-every 0" : "--validation 0";
    refuse("--patience", "evaluations during the run", patience, `leave out ${other}`);
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
