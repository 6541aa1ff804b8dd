/*
 * Finds the model in an object that torch.save has written: a state_dict, a module, or a checkpoint that holds one or
 * several of them under any keys, with an optimizer's state, counters and settings.
 */
import { EvanesceError } from "../../base/errors.ts";
import type { NdArray } from "../../formats/array.ts";
import { Dict, entriesOf, Global, Made, type PickleValue } from "../pickle/values.ts";
import type { ModuleFacts, StateDict } from "../state-dict/types.ts";
import type { Saved } from "./archive.ts";
import { StrangeTensor, tensorOf } from "./tensors.ts";
import { QUANTIZED } from "../quantized.ts";

const DEEPEST = 40;
/** Keys under which a trainer keeps data other than the model. */
const NOT_A_MODEL =
  /optim|sched|scaler|(^|_)(state|moments?|exp_avg|momentum|rng)$|ema|shadow|swa|history|loss|metrics?/i;
/** Keys that name the model itself; they are left out of parameter names. */
const MODEL =
  /^(model_?)?(state_?dict|weights|params|parameters)?$|^(model|net|network|module|generator)(_state(_dict)?)?$/i;

/**
 * The tensors of a saved object by name and, for a module, the facts that its classes store. @throws EvanesceError
 * where there are
 * none
 */
export function stateOf(saved: Saved, name: string): StateDict {
  const found = candidates(saved.value);
  const proper = found.filter(({ path }) => !path.some((key) => NOT_A_MODEL.test(key)));
  const chosen = proper.length > 0 ? proper : found;
  if (chosen.length === 0) {
    const got = describe(saved.value);
    throw new EvanesceError(
      name,
      "a state_dict, a module, or a checkpoint that holds one",
      got,
      "save model.state_dict()",
    );
  }
  const state: StateDict = { tensors: new Map(), unreadable: new Map(), modules: new Map(), notes: [...saved.notes] };
  for (const { path, value } of chosen) {
    const alone = chosen.length === 1 || (path.length > 0 && MODEL.test(path.at(-1)!));
    const prefix = alone ? "" : `${path.map((key) => key.replace(/_?(state_?dict|model)$/i, "") || key).join(".")}.`;
    collect(value, prefix, state, saved, name);
    if (path.length > 0)
      state.notes.push(`The model is under ${path.map((key) => `"${key}"`).join(" → ")} in the checkpoint.`);
  }
  return state;
}

interface Candidate {
  readonly path: readonly string[];
  readonly value: PickleValue;
}

/** Every dict of named tensors, and every module, that is not part of another one. */
function candidates(root: PickleValue): Candidate[] {
  const found: Candidate[] = [];
  const seen = new Set<PickleValue>();
  const visit = (value: PickleValue, path: readonly string[]): void => {
    if (typeof value !== "object" || value === null || seen.has(value) || path.length > DEEPEST) return;
    seen.add(value);
    if (isModule(value)) {
      found.push({ path, value });
      return;
    }
    const entries = entriesOf(value) ?? stateEntries(value);
    if (entries === undefined) return;
    const pairs = [...entries];
    const named = pairs.some(([key, item]) => typeof key === "string" && looksLikeTensor(item));
    if (named) found.push({ path, value });
    else for (const [key, item] of pairs) if (typeof key === "string") visit(item, [...path, key]);
  };
  visit(root, []);
  return found;
}

/** The attributes of an object of a user's class, such as a trainer that holds its model. */
const stateEntries = (value: PickleValue) => (value instanceof Made ? entriesOf(value.state) : undefined);

const looksLikeTensor = (value: PickleValue): boolean =>
  value instanceof Made &&
  /^torch\.(_utils\._rebuild_|_tensor\._rebuild|nn\.parameter\.)|_rebuild_\w*tensor/.test(value.type);

function isModule(value: PickleValue): value is Made {
  return value instanceof Made && value.state instanceof Dict && entriesOf(value.state.get("_modules")) !== undefined;
}

function collect(value: PickleValue, prefix: string, state: StateDict, saved: Saved, file: string): void {
  if (isModule(value)) {
    collectModule(value, prefix, state, saved, file, new Set());
    return;
  }
  for (const [key, item] of entriesOf(value) ?? stateEntries(value) ?? []) {
    if (typeof key !== "string") continue;
    addTensor(`${prefix}${key}`, item, state, saved, file);
  }
}

function addTensor(name: string, value: PickleValue, state: StateDict, saved: Saved, file: string): void {
  const tensor: NdArray | StrangeTensor | undefined = tensorOf(value, saved.storages, `${file}: ${name}`);
  if (tensor instanceof StrangeTensor) state.unreadable.set(name, tensor.what);
  else if (tensor !== undefined) state.tensors.set(name, tensor);
  else if (/_packed_params|scale$|zero_point$/.test(name)) state.unreadable.set(name, QUANTIZED);
}

/** A module's parameters, buffers and modules, in the order they were registered. */
function collectModule(
  module: Made,
  prefix: string,
  state: StateDict,
  saved: Saved,
  file: string,
  around: Set<Made>,
): void {
  if (around.has(module) || around.size > DEEPEST) return;
  around.add(module);
  const { entries } = module.state as Dict;
  const attributes = new Map<string, unknown>();
  for (const [key, item] of entries) {
    if (typeof key !== "string") continue;
    if (item instanceof Global) attributes.set(key, item.path);
    else if (item === null || typeof item !== "object") attributes.set(key, item);
  }
  const facts: ModuleFacts = { type: module.type, attributes };
  state.modules.set(prefix.replace(/\.$/, ""), facts);
  for (const part of ["_parameters", "_buffers"]) {
    for (const [key, item] of entriesOf(entries.get(part)) ?? []) {
      if (typeof key === "string" && item !== null) addTensor(`${prefix}${key}`, item, state, saved, file);
    }
  }
  for (const [key, item] of entriesOf(entries.get("_modules")) ?? []) {
    if (typeof key === "string" && isModule(item)) collectModule(item, `${prefix}${key}.`, state, saved, file, around);
  }
  around.delete(module);
}

function describe(value: PickleValue): string {
  const entries = entriesOf(value);
  if (entries !== undefined) {
    const keys = [...entries.keys()].map(String);
    return keys.length === 0 ? "an empty dict" : `a dict of ${keys.slice(0, 8).join(", ")}`;
  }
  if (value instanceof Made) return `an object of ${value.type || "an unnamed class"}`;
  return Array.isArray(value) ? "a list" : typeof value;
}
