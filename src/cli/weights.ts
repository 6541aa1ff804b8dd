import { EvanesceError } from "../base/errors.ts";
import { writeSafetensors } from "../formats/index.ts";
import type { Fitted, Wanted } from "../models/fit.ts";
import type { Model } from "../models/index.ts";
import type { Network } from "../network/create.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { parameterTable } from "../spec/parameters.ts";
import { taskOutline, type TaskInput } from "../tasks/index.ts";
import { type ModelValues, modelOptions } from "./options/model.ts";
import { openFile } from "./spec.ts";

/**
 * Parameters that are not drawn: their file, their values by name, and the assumptions that were needed to read them.
 */
export interface LoadedWeights extends Fitted {
  readonly file: string;
}

/** The weights of a model. */
export const weightsOfModel = ({ file, parameters, notes }: Model): LoadedWeights => ({
  file,
  values: parameters,
  notes,
});

/**
 * The parameters of a network from `--weights`, a model file of any format.
 * @throws EvanesceError naming file and tensor
 */
export async function readWeights(
  file: string,
  spec: NetworkSpec,
  table: readonly Wanted[],
  values: ModelValues,
): Promise<LoadedWeights> {
  const { fitWeights } = await import("../models/fit.ts");
  const { source, name } = openFile(file);
  return { file: name, ...(await fitWeights(spec, table, source, { ...modelOptions(values), name })) };
}

/** The parameters that a network has for a task, by name and shape. */
export function parametersOn(spec: NetworkSpec, task: TaskInput): readonly Wanted[] {
  const { inputSize, outputSize } = taskOutline(task, spec.kind);
  return parameterTable(spec, { inputs: spec.inputs ?? inputSize, outputs: spec.outputs ?? outputSize ?? null });
}

/**
 * The weights of a request: a model's own, or those of `--weights` for the spec beside it.
 * @throws EvanesceError for both at once
 */
export async function loadWeights(
  { spec, model }: { readonly spec: NetworkSpec; readonly model: Model | undefined },
  weights: string | undefined,
  table: () => readonly Wanted[],
  values: ModelValues,
): Promise<LoadedWeights | undefined> {
  if (model !== undefined && weights !== undefined) {
    throw new EvanesceError("--weights", "beside a spec", model.file, "leave it out: the model has its weights");
  }
  if (model !== undefined) return weightsOfModel(model);
  return weights === undefined ? undefined : await readWeights(weights, spec, table(), values);
}

/** Notes about the assumptions, if there are any. */
export function notesOf(
  { notes }: Pick<LoadedWeights, "notes">,
  measured: { readonly notes?: readonly string[] } = {},
) {
  const all = [...(measured.notes ?? []), ...notes];
  return all.length === 0 ? {} : { notes: all };
}

/** Sets a network's parameters. */
export function setWeights({ parameters }: Network, { values }: LoadedWeights): void {
  for (const [name, data] of Object.entries(values)) parameters.set(name, data);
}

/** Every parameter's gradient under the parameter's name: F32, or F64 where float32 could not hold it. */
export function gradientFile(network: Network): Uint8Array {
  const { names, get } = network.gradients;
  return writeSafetensors(
    names.map((name) => [name, { shape: network.parameters.shape(name), data: get(name) }] as const),
    { format: "pt" },
  );
}
