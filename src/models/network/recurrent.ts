/*
 * A recurrent stack, with the layers before and after it.
 */
import type { RecurrentInput } from "../../spec/index.ts";
import type { Part, RecurrentPart } from "../parts.ts";
import type { ModelOptions } from "../types.ts";
import type { Assembled } from "./assembled.ts";
import { entrance } from "./entrance.ts";
import { exit, type Pooling } from "./exit.ts";
import { masksOf } from "./masks.ts";

const directions = ({ layers }: RecurrentPart): number => (layers[0].reverse === undefined ? 1 : 2);

/** The number of outputs of a layer for each direction. */
const outputsOf = ({ hidden, projection }: RecurrentPart): number => projection ?? hidden;

/** Whether `next` can be the next layer of the same stack; cells, their activations and widths may differ. */
const stacks = (part: RecurrentPart, next: RecurrentPart): boolean =>
  directions(next) === directions(part) &&
  next.inputs === outputsOf(part) * directions(part) &&
  next.projection === part.projection &&
  part.everyStep !== false;

/** The value of a spec's key: a list of one for each layer, or a single value if all are the same. */
const each = <Value>(values: readonly Value[]): Value | Value[] =>
  values.every((value) => value === values[0]) ? values[0] : [...values];

/** The options of a stack's cells that differ from the defaults. */
export function cellOptionsOf(layers: readonly RecurrentPart[]): Pick<RecurrentInput, "cellOptions"> {
  const inner = each(layers.map(({ innerActivation }) => innerActivation ?? "tanh"));
  const gates = each(layers.map(({ gateActivation }) => gateActivation ?? "sigmoid"));
  const cellOptions = {
    ...(inner === "tanh" ? {} : { innerActivation: inner }),
    ...(gates === "sigmoid" ? {} : { gateActivation: gates }),
  };
  return Object.keys(cellOptions).length === 0 ? {} : { cellOptions };
}

export function recurrent(parts: readonly Part[], file: string, options: Pick<ModelOptions, "pooling">): Assembled {
  const cores = parts.filter((part): part is RecurrentPart => part.kind === "recurrent");
  // from the last core, nearest the loss, down to the first layer of the same stack
  let first = cores.length - 1;
  while (first > 0 && stacks(cores[first - 1], cores[first]) && adjacent(parts, cores[first - 1], cores[first]))
    first--;
  const stack = cores.slice(first);
  const [core] = stack;
  const top = stack.at(-1)!;
  const width = outputsOf(top) * directions(top);
  const before = entrance(parts.slice(0, parts.indexOf(core)), core, file);
  const behind = exit(parts.slice(parts.indexOf(top) + 1), top, width, options.pooling as Pooling | undefined, file);
  const dense = new Set([...before.taken.keys(), ...behind.taken.keys()]);
  const masks = masksOf(parts, stack, before.spec.stem !== undefined, dense);
  const layers = stack.flatMap((part) => part.layers.map(() => part));
  const spec: RecurrentInput = {
    kind: "recurrent",
    cell: each(layers.map(({ cell }) => cell)),
    ...cellOptionsOf(layers),
    ...before.spec,
    hidden: each(layers.map(({ hidden }) => hidden)),
    ...(core.projection === undefined ? {} : { projection: core.projection }),
    layers: layers.length,
    ...(directions(core) === 2 ? { bidirectional: true } : {}),
    ...masks.spec,
    ...behind.spec,
  };
  const joined = stack.length > 1 && stack.some(({ everyStep }) => everyStep === undefined);
  const mask = maskOf(parts.slice(0, parts.indexOf(core)), before.spec.embedding !== undefined);
  const made = {
    spec,
    ...(mask === undefined ? {} : { mask }),
    parameters: { ...before.parameters, ...stackParameters(stack), ...behind.parameters },
    taken: new Map<Part, string>([...before.taken, ...stack.map((part) => [part, "rnn"] as const), ...behind.taken]),
    notes: [
      ...before.notes,
      ...(joined
        ? [
            `${stack.map(({ name }) => name).join(", ")} are assumed to be one stack: each reads every step of the one before.`,
          ]
        : []),
      ...(mask === undefined
        ? []
        : [
            `Steps in which every number is ${mask} are padding, because the model masks them: --input leaves them out.`,
          ]),
      ...behind.notes,
      ...masks.notes,
    ],
  };
  return tied(made);
}

/** The number that the network's first part uses as padding. */
function maskOf(before: readonly Part[], takesTokens: boolean): number | undefined {
  const [first] = before;
  if (first?.kind === "embedding" && takesTokens && first.masks) return first.padding;
  return first?.kind === "mask" ? first.value : undefined;
}

/** The weights of a stack, level by level, under the name that it has here. */
export function stackParameters(stack: readonly RecurrentPart[], as = "rnn"): Record<string, Float32Array> {
  const parameters: Record<string, Float32Array> = {};
  stack
    .flatMap(({ layers }) => layers)
    .forEach(({ forward, reverse }, level) => {
      for (const [name, values] of Object.entries(forward)) parameters[`${as}.${name}_l${level}`] = values;
      for (const [name, values] of Object.entries(reverse ?? {}))
        parameters[`${as}.${name}_l${level}_reverse`] = values;
    });
  return parameters;
}

/** Whether only dropout is between two layers. */
const adjacent = (parts: readonly Part[], a: Part, b: Part): boolean =>
  parts.slice(parts.indexOf(a) + 1, parts.indexOf(b)).every((part) => part.kind === "dropout");

/** Ties the embedding to the readout's weight if the file has the same numbers in both. */
function tied(made: Assembled & { readonly spec: RecurrentInput }): Assembled {
  const { spec, parameters, notes } = made;
  const { "embedding.weight": table, "readout.weight": weight } = parameters;
  const { embedding } = spec;
  if (embedding === undefined || table === undefined || table.length !== weight?.length) return made;
  if (spec.outputs !== spec.inputs || !table.every((value, i) => value === weight[i])) return made;
  const { "readout.weight": _, ...others } = parameters;
  return {
    ...made,
    spec: { ...spec, embedding: { ...embedding, tied: true } },
    parameters: others,
    notes: [...notes, "The readout's weight is the embedding's table: one tensor, whose gradient is the sum of both."],
  };
}
