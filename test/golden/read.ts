/** Reads the golden files: PyTorch's numbers in float64, from parameters and inputs that float32 holds exactly. */
import type { LossName, LossOptions } from "../../src/catalogue/index.ts";
import { readdirSync, readFileSync } from "node:fs";
import type { FeedforwardOracleSpec } from "../oracle/feedforward.ts";
import type { FeedforwardInput, RecurrentInput } from "../../src/spec/index.ts";
import type { RecurrentOracleSpec } from "../oracle/recurrent.ts";
import type { Parameters, Tensor } from "../oracle/tensor.ts";

/** An array as written by encode.py: base64 of little-endian numbers of one type. */
interface Encoded {
  readonly shape: number[];
  readonly f32?: string;
  readonly f64?: string;
  readonly i32?: string;
}

interface GoldenBatch {
  readonly batch: number;
  readonly inputSize: number;
  readonly loss: LossName;
  readonly lossOptions?: LossOptions;
}

export interface RecurrentGolden {
  readonly name: string;
  readonly spec: RecurrentOracleSpec & {
    readonly kind: "recurrent";
    readonly inputs: number;
    readonly outputs?: number;
  };
  readonly batch: GoldenBatch & { readonly steps: number; readonly lossAt: "last" | "every" };
  readonly parameters: Parameters;
  readonly inputs: Tensor; // [T, B, X]
  /** Class indices or real values, as the loss asks. */
  readonly targets?: Tensor; // [B], [T, B], [B, Y] or [T, B, Y]
  readonly loss: number;
  readonly outputs?: Tensor; // [B, Y] or [T, B, Y]
  /** Bottom layer first, forward direction before reversed. */
  readonly stations: readonly {
    readonly suffix: string; // l0, l0_reverse, l1 …
    readonly hidden: Tensor; // h_t [T, B, H]
    readonly delta: Tensor; // ∂L/∂h_t [T, B, H]
    readonly cell?: Tensor; // c_t [T, B, H]
    readonly deltaCell?: Tensor; // ∂L/∂c_t [T, B, H]
  }[];
  readonly gradients: Parameters;
  readonly inputGradient: Tensor; // [T, B, X]
}

/** A batch of packed sequences: outputs and stations are left to the oracle. */
export type PackedGolden = Pick<
  RecurrentGolden,
  "name" | "spec" | "batch" | "parameters" | "inputs" | "loss" | "gradients"
> & { readonly targets: Tensor; readonly lengths: readonly number[] };

export interface FeedforwardGolden {
  readonly name: string;
  readonly spec: FeedforwardOracleSpec & {
    readonly kind: "feedforward";
    readonly inputs: number;
    readonly outputs?: number;
  };
  /** `kept`: stochastic depth's draw, a block each. */
  readonly batch: GoldenBatch & { readonly kept?: readonly boolean[] };
  readonly parameters: Parameters;
  readonly inputs: Tensor; // [B, X]
  /** Class indices or real values, as the loss asks. */
  readonly targets?: Tensor; // [B] or [B, Y]
  readonly loss: number;
  readonly outputs?: Tensor; // [B, Y]
  /** h_l and ∂L/∂h_l, `[B, H]` each, layer 0 first. */
  readonly stations: readonly { readonly hidden: Tensor; readonly delta: Tensor }[];
  readonly gradients: Parameters;
  readonly inputGradient: Tensor; // [B, X]
}

export interface ClippingGolden {
  readonly method: "norm" | "value" | "unit";
  readonly dtype: "float64" | "float32";
  readonly cases: readonly {
    readonly limit: number;
    readonly weights: Parameters;
    readonly before: Parameters;
    readonly after: Parameters;
  }[];
}

/** θ after each of `kept` updates: [kept, n]. */
export interface OptimizerGolden {
  readonly name: string;
  readonly cases: readonly { readonly options: Readonly<Record<string, number | boolean>>; readonly theta: Tensor }[];
}

/** What all optimizers start from, the gradients they are given, [50, n], and after which updates θ is kept. */
export interface OptimizerSequence {
  readonly start: Tensor;
  readonly gradients: Tensor;
  readonly kept: readonly number[];
}

/** The learning rate of every update, from 0.1 on; plateaus see `losses`. */
export interface ScheduleGolden {
  readonly losses: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly options: Readonly<Record<string, number>>;
    readonly rates: Tensor;
  }[];
}

export function optimizerGoldens(): { sequence: OptimizerSequence; optimizers: OptimizerGolden[] } {
  const files = readFolder("optimizers") as (OptimizerGolden | OptimizerSequence)[];
  return {
    sequence: files.find((file) => "start" in file) as OptimizerSequence,
    optimizers: files.filter((file): file is OptimizerGolden => "cases" in file),
  };
}

export const scheduleGoldens = (): ScheduleGolden => readFolder("schedules")[0] as ScheduleGolden;
export const clippingGoldens = (): ClippingGolden[] => readFolder("clipping") as ClippingGolden[];
export const recurrentGoldens = (): RecurrentGolden[] => readFolder("recurrent") as RecurrentGolden[];
/** A batch that begins with a given state; null where it is a learned one, among the parameters. */
export interface StateGolden extends PackedGolden {
  readonly state: Readonly<Record<"h" | "c", Tensor>> | null;
  readonly stateGradient: Readonly<Record<"h" | "c", Tensor>> | null;
  readonly final: Readonly<Record<"h" | "c", Tensor>> | null;
}

/** A whole model: stem, recurrent layers, pooling, head, readout; tokens `[T, B]` where it has an embedding. */
export interface HeadGolden extends PackedGolden {
  readonly tokens?: Tensor;
}

/** Tokens, and the gradients of windows of detached state beside the whole ones. */
export interface TruncatedGolden extends HeadGolden {
  readonly truncate: { readonly k1: number; readonly k2: number };
  readonly truncated: Parameters;
}

export const truncatedGoldens = (): TruncatedGolden[] => readFolder("truncated") as TruncatedGolden[];
export const headGoldens = (): HeadGolden[] => readFolder("heads") as HeadGolden[];

/** Masks drawn from a seed's words, given to PyTorch explicitly. */
export interface DropoutGolden {
  readonly name: string;
  readonly seed: number;
  readonly words: readonly [number, number];
  readonly spec: RecurrentInput;
  readonly lengths: readonly number[];
  readonly parameters: Parameters;
  readonly inputs: Tensor;
  readonly targets: Tensor;
  readonly state: Readonly<Record<"h" | "c", Tensor>> | null;
  readonly loss: number;
  readonly gradients: Parameters;
  readonly stateGradient: Readonly<Record<"h" | "c", Tensor>> | null;
}

export const dropoutGoldens = (): DropoutGolden[] => readFolder("dropout") as DropoutGolden[];
/** A stack whose layers differ: its spec as a caller writes it, with lists. */
export interface StackGolden extends Omit<PackedGolden, "spec"> {
  readonly spec: RecurrentInput;
}

/** A deep network whose layers differ, with lists as a caller writes them. */
export interface LayersGolden
  extends Pick<PackedGolden, "name" | "parameters" | "inputs" | "targets" | "loss" | "gradients"> {
  readonly spec: FeedforwardInput;
}

export const layersGoldens = (): LayersGolden[] => readFolder("layers") as LayersGolden[];
export const stackGoldens = (): StackGolden[] => readFolder("stacks") as StackGolden[];
/** LSTM and GRU that PyTorch's modules do not have. */
export const cellGoldens = (): StackGolden[] => readFolder("cells") as StackGolden[];
/** LSTMs with projection, on packed sequences. */
export const projectedGoldens = (): PackedGolden[] => readFolder("projected") as PackedGolden[];
export const stateGoldens = (): StateGolden[] => readFolder("states") as StateGolden[];
/** An encoder and a decoder; inputs are tokens `[T, B]` where the spec has an embedding. */
export const decoderGoldens = (): StackGolden[] => readFolder("decoders") as StackGolden[];
export const packedGoldens = (): PackedGolden[] => readFolder("packed") as PackedGolden[];
export const feedforwardGoldens = (): FeedforwardGolden[] => readFolder("feedforward") as FeedforwardGolden[];

function readFolder(folder: string): unknown[] {
  const directory = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(directory)
    .filter((file) => file.endsWith(".golden.json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, directory), "utf8"), (_, value) => decoded(value)));
}

/** Every encoded array of the file as a Tensor, everything else as it is. */
function decoded(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("shape" in value)) return value;
  const { shape, f32, f64, i32 } = value as Encoded;
  const bytes = Uint8Array.from(Buffer.from(f32 ?? f64 ?? i32 ?? "", "base64")).buffer;
  const numbers =
    f32 !== undefined ? new Float32Array(bytes) : f64 !== undefined ? new Float64Array(bytes) : new Int32Array(bytes);
  return { shape, data: Float64Array.from(numbers) };
}
