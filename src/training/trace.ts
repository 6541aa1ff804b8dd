import { ordered } from "../base/median.ts";
import type { UpdateReading } from "../diagnosis/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { inGroup, isWeight } from "../spec/parameter-groups.ts";
import type { Baseline } from "./baseline.ts";
import type { ClipRecord } from "./clip.ts";
import type { LossScalerSettings, LossScalerState } from "./loss-scaler.ts";
import type { ParameterGsnr } from "./gsnr.ts";
import type { LiveDiagnosis, Phase } from "./progress.ts";
import type { StepRecord, TrainingNonfinite } from "./record.ts";
import type { TruncationLook } from "./truncation.ts";

/**
 * One parameter over the run, with one value for each traced update. Norms are natural logarithms, −∞ for an exact
 * zero; see `ParameterStep`.
 */
export interface ParameterTrace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layer: number;
  readonly lnGradientNorm: Float64Array;
  readonly lnSeenNorm: Float64Array;
  readonly lnUpdateNorm: Float64Array;
  readonly lnNorm: Float64Array;
  /** ln ‖θ_t − θ_{t−1}‖/‖θ_t‖; a healthy value is near ln 1e-3. */
  readonly lnUpdateRatio: Float64Array;
  readonly lnDistance: Float64Array;
}

/** One method of clipping over the run, with one value for each traced update; see `ClipRecord`. */
export interface ClipColumns extends Pick<ClipRecord, "method" | "limit" | "of"> {
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** The angle in radians between the gradient before and after clipping; NaN if a gradient was exactly zero. */
  readonly angle: Float64Array;
  readonly share: Float64Array;
  /** Share of the traced updates that were clipped. */
  readonly engaged: number;
}

/** The settings and records of a loss scaler. The updates of the run itself are float32. */
export interface LossScalerTrace extends LossScalerSettings {
  /** `[points]` the scale, at every traced update. */
  readonly scale: Float64Array;
  /** `[points]` share of the nonzero entries of the parameters' gradients that float16 would lose under it. */
  readonly lost: Float64Array;
  /** `[points]` 1 where an entry overflowed, so that PyTorch would have skipped the update, else 0. */
  readonly overflow: Float64Array;
  /** Number of updates that would have been skipped. */
  readonly skipped: number;
  /** The scale after the last update. */
  readonly final: number;
}

/** The loss on held-out samples. */
export interface Evaluation {
  /** Updates done before it. */
  readonly update: number;
  readonly set: "validation" | "test";
  readonly loss: number;
  readonly accuracy: number | null;
}

/** The records of a training run: `evanesce.trace/1`, plain data. */
export interface TrainingTrace {
  readonly schema: "evanesce.trace/1";
  readonly spec: NetworkSpec;
  readonly seed: number;
  /** The build of the core. */
  readonly build: string;
  /** The file of the first parameters, if they were not initialized by the spec. */
  readonly weights?: string;
  /** Assumptions about that file. */
  readonly notes?: readonly string[];
  readonly task: { readonly name: string; readonly batch: number; readonly steps?: number; readonly loss: string };
  readonly optimizer: { readonly name: string; readonly [option: string]: number | boolean | string };
  readonly schedule: { readonly name: string; readonly [option: string]: number | string };
  readonly frozen: readonly string[];
  /** Number of updates that were requested, and that were done. */
  readonly steps: number;
  readonly updates: number;
  /**
   * `stopped`: early, as requested; `interrupted`: by its signal; `nonfinite`: loss or gradient left float32's range.
   */
  readonly outcome: "completed" | "stopped" | "interrupted" | "nonfinite";
  /** The reason for an early end, in words. */
  readonly reason?: string;
  readonly nonfinite?: TrainingNonfinite;
  /** The loss of the best answer that ignores the inputs. */
  readonly baseline: Baseline | null;
  /** `[updates]`, the loss before every update. */
  readonly losses: Float64Array;
  /**
   * `[points]`: the numbers of the traced updates; the first update is 1. The columns below have one value for each.
   */
  readonly update: Float64Array;
  /** `[points]`; NaN if the loss has no classes. */
  readonly accuracy: Float64Array;
  readonly learningRate: Float64Array;
  readonly lnGradientNorm: Float64Array;
  readonly clips: readonly ClipColumns[];
  /** The record of a dynamic float16 loss scaler, if one was requested. */
  readonly scaler?: LossScalerTrace;
  readonly parameters: readonly ParameterTrace[];
  readonly evaluations: readonly Evaluation[];
  readonly gsnr: readonly { readonly update: number; readonly parameters: readonly ParameterGsnr[] }[];
  /** For each layer, the share of derivatives |φ'| below 1 % of the largest, and of units whose derivative is zero. */
  readonly saturation: readonly {
    readonly update: number;
    readonly saturated: readonly number[];
    readonly dead: readonly number[];
  }[];
  readonly diagnoses: readonly LiveDiagnosis[];
  /** The part of the gradient that is missing because the state is carried from batch to batch. */
  readonly truncation?: readonly TruncationLook[];
  /** The phase of the run at its end. */
  readonly phase: Phase;
  /** Mean loss and accuracy of its last updates, 5 % of them; null before the first. */
  readonly final: { readonly loss: number; readonly accuracy: number | null } | null;
  /** The run in a sentence. */
  readonly summary: string;
}

const PARAMETER_COLUMNS = ["lnGradientNorm", "lnSeenNorm", "lnUpdateNorm", "lnNorm", "lnDistance"] as const;
const STEP_COLUMNS = ["update", "accuracy", "learningRate", "lnGradientNorm"] as const;
const CLIP_COLUMNS = ["before", "after", "angle", "share"] as const;

/** Growing columns by name: `lnNorm/rnn.weight_hh_l0`, `before/norm`, … Plain data, which a checkpoint stores. */
export type Columns = Record<string, number[]>;

/** Adds one update to the columns. `clips` are the methods of the run; an update that is not finite has no clips. */
export function addRecord(columns: Columns, record: StepRecord, clips: readonly ClipRecord["method"][]): void {
  const add = (key: string, value: number) => {
    columns[key] ??= [];
    columns[key].push(value);
  };
  for (const key of STEP_COLUMNS) add(key, record[key] ?? Number.NaN);
  for (const parameter of record.parameters) {
    for (const key of PARAMETER_COLUMNS) add(`${key}/${parameter.name}`, parameter[key]);
  }
  if (record.scaler !== undefined) {
    add("scaler/scale", record.scaler.scale);
    add("scaler/lost", record.scaler.lost);
    add("scaler/overflow", record.scaler.overflow ? 1 : 0);
  }
  for (const method of clips) {
    const clip = record.clips.find((one) => one.method === method);
    for (const key of CLIP_COLUMNS) add(`${key}/${method}`, clip?.[key] ?? Number.NaN);
  }
}

/** Number of last traced updates whose median size is judged. */
const RECENT = 20;

/** ‖Δθ‖/‖θ‖ of the weight matrices over the last traced updates, medians; null if no update was traced. */
export function recentUpdates(spec: NetworkSpec, columns: Columns): UpdateReading | null {
  const names = Object.keys(columns).flatMap((key) => (key.startsWith("lnUpdateNorm/") ? [key.slice(13)] : []));
  const ratios = names.filter(inGroup(spec, isWeight)).map((name) => {
    const moved = columns[`lnUpdateNorm/${name}`].slice(-RECENT);
    const sizes = columns[`lnNorm/${name}`].slice(-RECENT);
    return { name, ln: middle(moved.map((ln, i) => ln - sizes[i])) };
  });
  const rates = columns.learningRate ?? [];
  return ratios.length === 0 ? null : { ratios, rate: rates.length === 0 ? null : (rates[rates.length - 1] ?? null) };
}

/** The median without NaN (of an even number of values the upper middle one); NaN if there is no value. */
function middle(values: readonly number[]): number {
  const sorted = ordered(values);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** A loss scaler's columns as a trace has them. */
export function readScaler(
  columns: Columns,
  settings: LossScalerSettings,
  { skipped, scale: final }: LossScalerState,
): LossScalerTrace {
  const [scale, lost, overflow] = ["scale", "lost", "overflow"].map((key) =>
    Float64Array.from(columns[`scaler/${key}`] ?? []),
  );
  return { ...settings, scale, lost, overflow, skipped, final };
}

/** The columns as a trace has them. */
export function readColumns(
  columns: Columns,
  parameters: readonly Pick<ParameterTrace, "name" | "shape" | "layer">[],
  clips: readonly Pick<ClipRecord, "method" | "limit" | "of">[],
): Pick<TrainingTrace, (typeof STEP_COLUMNS)[number] | "clips" | "parameters"> {
  const column = (key: string) => Float64Array.from(columns[key] ?? []);
  return {
    update: column("update"),
    accuracy: column("accuracy"),
    learningRate: column("learningRate"),
    lnGradientNorm: column("lnGradientNorm"),
    clips: clips.map((clip) => {
      const [before, after, angle, share] = CLIP_COLUMNS.map((key) => column(`${key}/${clip.method}`));
      const engaged = share.length === 0 ? 0 : share.filter((part) => part > 0).length / share.length;
      return { ...clip, before, after, angle, share, engaged };
    }),
    parameters: parameters.map(({ name, shape, layer }) => {
      const [lnGradientNorm, lnSeenNorm, lnUpdateNorm, lnNorm, lnDistance] = PARAMETER_COLUMNS.map((key) =>
        column(`${key}/${name}`),
      );
      const lnUpdateRatio = lnUpdateNorm.map((update, i) => update - lnNorm[i]);
      return { name, shape, layer, lnGradientNorm, lnSeenNorm, lnUpdateNorm, lnNorm, lnUpdateRatio, lnDistance };
    }),
  };
}
