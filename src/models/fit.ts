/*
 * Fits a file's weights to a spec: by the spec's own names, else by the kinds of the file's parts. An ambiguous weight
 * is an error, and no weight of the file is dropped unless the caller says to ignore it.
 */
import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { mixesSamples } from "../spec/norms.ts";
import { elements } from "../spec/parameters.ts";
import { floats } from "./floats.ts";
import { assembled } from "./network/index.ts";
import { readContents, readState } from "./read.ts";
import { opened } from "./source.ts";
import { renamed } from "./state-dict/names.ts";
import type { StateDict } from "./state-dict/types.ts";
import type { Model, ModelOptions } from "./types.ts";

/** A parameter of the network. */
export interface Wanted {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A file's weights under the names of a spec. */
export interface Fitted {
  readonly values: Readonly<Record<string, Float32Array>>;
  /** The assumptions, and which part of the file became which part of the spec. */
  readonly notes: readonly string[];
}

/** Tensors that PyTorch's batch norm keeps besides its parameters; they are not needed in training mode. */
const RUNNING_STATISTIC = /^(norms\.\d+)\.(running_mean|running_var|num_batches_tracked)$/;

/**
 * The parameters `table` of a network, from a model file of any format.
 *
 * @param source the file's bytes, or in Node its path
 * @throws EvanesceError (rejects) naming file and tensor: a tensor that is missing, has another shape, is not of floats
 * or not finite, or that the network does not have and `ignore` does not name
 */
export async function fitWeights(
  spec: NetworkSpec,
  table: readonly Wanted[],
  source: Uint8Array | string,
  options: ModelOptions = {},
): Promise<Fitted> {
  const { bytes, file, readSibling } = opened(source, options);
  const held = await readState(bytes, file);
  const state = held === undefined ? undefined : renamed(held.state, options, file);
  if (state !== undefined && table.every(({ name }) => state.tensors.has(name))) {
    return { values: exact(spec, table, state, file), notes: [] };
  }
  const hints = { ...options, ...hintsOf(spec, options) };
  try {
    return fitted(table, assembled(await readContents(bytes, file, hints, readSibling), options), file);
  } catch (error) {
    // a file with some of the names must have all of them
    const some = state !== undefined && table.some(({ name }) => state.tensors.has(name));
    if (some) exact(spec, table, state, file);
    throw error;
  }
}

/** Facts that the spec holds and a state_dict does not. */
function hintsOf(spec: NetworkSpec, { activation, cell }: ModelOptions): ModelOptions {
  if (spec.kind === "feedforward") return { activation: activation ?? spec.activation };
  return { cell: cell ?? (["lstm", "gru"].includes(spec.cell) ? undefined : spec.cell) };
}

/** Every parameter under its own name. */
function exact(
  spec: NetworkSpec,
  table: readonly Wanted[],
  { tensors }: StateDict,
  file: string,
): Record<string, Float32Array> {
  const names = table.map(({ name }) => name);
  for (const name of tensors.keys())
    if (!names.includes(name) && !isStatistic(name, spec, names)) throw unknown(name, names, file);
  // All are checked before any is set.
  return Object.fromEntries(
    table.map(({ name, shape }) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw missing(name, shape, [...tensors.keys()], file);
      if (tensor.shape.length !== shape.length || tensor.shape.some((axis, i) => axis !== shape[i])) {
        throw otherShape(`${file}: ${name}`, shape, tensor.shape);
      }
      return [name, floats(`${file}: ${name}`, tensor)];
    }),
  );
}

function isStatistic(name: string, spec: NetworkSpec, names: readonly string[]): boolean {
  if (!mixesSamples(spec)) return false;
  return names.includes(`${RUNNING_STATISTIC.exec(name)?.[1]}.weight`);
}

/** The parameters of a model that was read without knowing the spec. */
function fitted(table: readonly Wanted[], { parameters, parts, notes, spec }: Model, file: string): Fitted {
  const left = parts.find(({ as, shapes }) => as === null && Object.keys(shapes).length > 0);
  if (left !== undefined) {
    const remedy = `leave it out: --ignore ${left.name}`;
    throw new EvanesceError(`${file}: ${left.name}`, "a part of the network", left.what, remedy);
  }
  const names = table.map(({ name }) => name);
  for (const { name, shape } of table) {
    const values = parameters[name];
    if (values === undefined) {
      const rule = `a tensor of shape [${shape.join(", ")}] for ${name}, which the network needs`;
      throw new EvanesceError(file, rule, described(spec), "`evanesce inspect` shows the spec the file becomes");
    }
    if (values.length !== elements(shape)) throw otherShape(`${file}: ${name}`, shape, [values.length]);
  }
  const extra = Object.keys(parameters).find((name) => !names.includes(name));
  if (extra !== undefined) {
    const part = parts.find(({ as }) => as !== null && extra.startsWith(`${as}.`));
    const remedy = extra.startsWith("readout.") ? 'set "outputs" in the spec, or --ignore it' : "change the spec";
    throw new EvanesceError(`${file}: ${part?.name ?? extra}`, "a part of the network", extra, remedy);
  }
  const pairs = parts.flatMap(({ name, as, shapes }) =>
    as === null || name === as || Object.keys(shapes).length === 0 ? [] : [`${name} is ${as}`],
  );
  const listed = pairs.length > 6 ? [...pairs.slice(0, 5), `… (${pairs.length} in all)`] : pairs;
  return {
    values: parameters,
    notes: [...(pairs.length === 0 ? [] : [`By shape and order: ${listed.join(", ")}.`]), ...notes],
  };
}

function described(spec: NetworkSpec): string {
  const { kind, inputs, outputs } = spec;
  const sizes =
    spec.kind === "recurrent"
      ? `cell ${spec.cell}, hidden ${spec.hidden}, layers ${spec.layers}`
      : `width ${JSON.stringify(spec.width)}, depth ${spec.depth}`;
  return `a ${kind} network: ${sizes}, inputs ${inputs}, ${outputs === undefined ? "no readout" : `outputs ${outputs}`}`;
}

function unknown(name: string, names: readonly string[], file: string): EvanesceError {
  if (/\.weight_hr_l\d+(_reverse)?$/.test(name)) {
    const remedy = "add projection: P to the spec, the first axis of this tensor";
    return new EvanesceError(`${file}: ${name}`, "a network with projection", name, remedy);
  }
  const near = nearest(name, names);
  const remedy =
    near === undefined
      ? "`evanesce schema SPEC.json` lists its parameters; --ignore leaves it out"
      : `did you mean ${near}?`;
  return new EvanesceError(`${file}: ${name}`, "a parameter of the network", name, remedy);
}

function missing(name: string, shape: readonly number[], available: readonly string[], file: string): EvanesceError {
  const rule = `a tensor of shape [${shape.join(", ")}], which the network needs`;
  const got = available.length === 0 ? "a file without tensors" : `only ${available.join(", ")}`;
  return new EvanesceError(`${file}: ${name}`, rule, got, "save every parameter, or give --rename OLD=NEW");
}

const otherShape = (where: string, shape: readonly number[], got: readonly number[]) => {
  const rule = `shape [${shape.join(", ")}], as the spec says`;
  return new EvanesceError(where, rule, got, "change the spec, or save the tensor in this shape");
};
