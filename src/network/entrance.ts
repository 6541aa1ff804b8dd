import { readColumnGradients, readDrive, readFlat } from "../flow/entrance.ts";
import { readLoud } from "../flow/loud.ts";
import { readData } from "../flow/data.ts";
import type { DataFlow, EntranceFlow } from "../flow/index.ts";
import { firstStack } from "../spec/decoder.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/batch.ts";
import type { ScaledTensor } from "../wasm/scaled.ts";

/** Most entries of a first matrix whose gradient is read column by column. For a larger one it is left out. */
const MOST_ENTRIES = 2 ** 21;

/** The measurements of a pass on the first layer, besides weights and gradients. */
export type OwnEntrance = Pick<EntranceFlow, "flat" | "lnSlope" | "silent">;

/** The inputs of the first steps: those that an encoder reads. */
export const firstSteps = (batch: Batch, steps: number): Batch => ({
  ...batch,
  steps,
  inputs: batch.inputs.subarray(0, steps * batch.batch * batch.inputSize),
});

/** Measures the data of a batch, and, from a pass that has run, how strongly they reach the first layer. */
export function measureEntrance(
  spec: NetworkSpec,
  batch: Batch,
  tensors: {
    readonly has: (name: string) => boolean;
    readonly value: (name: string) => Float32Array;
    readonly gradient: (name: string) => ScaledTensor;
  },
  own: OwnEntrance,
  bottleneck = 0,
): { readonly data: DataFlow; readonly entrance?: EntranceFlow } {
  const data = readData(bottleneck === 0 ? batch : { ...batch, decoderSteps: (batch.steps as number) - bottleneck });
  const X = batch.inputSize;
  const stem = tensors.has("stem.0.weight");
  const name = stem
    ? "stem.0.weight"
    : spec.kind === "recurrent"
      ? `${firstStack(spec)}.weight_ih_l0`
      : "layers.0.weight";
  if (X === 0 || !tensors.has(name)) return { data };
  const weight = tensors.value(name);
  const rows = weight.length / X;
  const { columns } = data;
  const value = (parameter: string) => (tensors.has(parameter) ? tensors.value(parameter) : undefined);
  const gradients = () => {
    const gradient = tensors.gradient(name);
    return readColumnGradients({ ...gradient, rows }, columns, X);
  };
  const read = bottleneck === 0 ? batch : firstSteps(batch, bottleneck);
  const isLinear = spec.kind === "feedforward" && own.flat === undefined;
  const loud = stem || isLinear ? null : readLoud(spec, read, value);
  const flat = stem ? null : readFlat(spec, read, value);
  return {
    data,
    entrance: {
      ...readDrive({ data: weight, rows }, columns, X),
      lnColumnGradients:
        weight.length <= MOST_ENTRIES ? gradients() : new Float64Array(columns.length).fill(Number.NaN),
      ...(flat === null ? {} : { flat }),
      ...(loud === null ? {} : { loud }),
      ...(stem ? {} : own),
    },
  };
}
