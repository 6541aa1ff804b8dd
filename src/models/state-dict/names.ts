/*
 * Names of a state_dict: a module's path, then the name of its parameter. A wrapper of a model adds a prefix
 * (DataParallel `module.`, torch.compile `_orig_mod.`), which is removed; `--prefix`, `--rename` and `--ignore` do
 * the
 * rest.
 */
import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { ModelOptions } from "../types.ts";
import type { ModuleFacts, StateDict } from "./types.ts";

const WRAPPERS = /^((module|_orig_mod|_fsdp_wrapped_module|_forward_module)\.)+/;

/** Names of weight norm's and spectral norm's parametrizations since PyTorch 2, in the older spelling. */
const PARAMETRIZED: readonly (readonly [RegExp, string])[] = [
  [/\.parametrizations\.(\w+)\.original0$/, ".$1_g"],
  [/\.parametrizations\.(\w+)\.original1$/, ".$1_v"],
];

type Renaming = Pick<ModelOptions, "prefix" | "rename" | "ignore">;

/**
 * The state under its final names.
 * @throws EvanesceError for a prefix, an old name or a pattern that no tensor has, or two tensors of one name
 */
export function renamed(state: StateDict, options: Renaming, file: string): StateDict {
  const final = renaming([...state.tensors.keys(), ...state.unreadable.keys()], options, file);
  const move = <Value>(from: ReadonlyMap<string, Value>): Map<string, Value> => {
    const moved = new Map<string, Value>();
    for (const [name, value] of from) {
      const to = final(name);
      if (to === undefined) continue;
      if (moved.has(to)) throw new EvanesceError(`${file}: ${name}`, "a name of its own", to, "rename fewer");
      moved.set(to, value);
    }
    return moved;
  };
  return {
    tensors: move(state.tensors),
    unreadable: move(state.unreadable),
    modules: move<ModuleFacts>(state.modules),
    notes: state.notes,
  };
}

/**
 * A name's final form; undefined for a name that is left out.
 * @throws EvanesceError for a prefix, an old name or a pattern that none of `names` has
 */
export function renaming(
  names: readonly string[],
  options: Renaming,
  file: string,
): (name: string) => string | undefined {
  const { prefix, rename = {}, ignore = [] } = options;
  requireUsed(names, options, file);
  const patterns = ignore.map(pattern);
  const start = prefix === undefined ? "" : prefix.replace(/\.?$/, ".");
  return (name) => {
    if (patterns.some((each) => each.test(name))) return undefined;
    if (!name.startsWith(start) && `${name}.` !== start) return undefined;
    let result = name.slice(start.length).replace(WRAPPERS, "");
    for (const [from, to] of PARAMETRIZED) result = result.replace(from, to);
    for (const [from, to] of Object.entries(rename)) result = replaced(result, from, to);
    return result;
  };
}

/** Replaces `from` where it is one or more whole components of the path: `lstm` in `encoder.lstm.weight_ih_l0`. */
function replaced(name: string, from: string, to: string): string {
  const parts = name.split(".");
  const wanted = from.split(".");
  for (let at = 0; at + wanted.length <= parts.length; at++) {
    if (wanted.every((part, i) => parts[at + i] === part)) {
      return [...parts.slice(0, at), ...(to === "" ? [] : [to]), ...parts.slice(at + wanted.length)].join(".");
    }
  }
  return name;
}

/** `*` stands for any text; a pattern without it also takes everything below the name. */
export function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}${text.includes("*") ? "" : "(\\..*)?"}$`);
}

function requireUsed(names: readonly string[], { prefix, rename = {}, ignore = [] }: Renaming, file: string): void {
  const refuse = (option: string, value: string, rule: string) => {
    const words = [...new Set(names.flatMap((name) => name.split(".")))];
    const near = nearest(value, [...words, ...names]);
    const remedy = near === undefined ? "`evanesce inspect` lists them" : `did you mean ${near}?`;
    return new EvanesceError(`${option} of ${file}`, rule, value, remedy);
  };
  const start = prefix?.replace(/\.?$/, ".");
  if (start !== undefined && !names.some((name) => name.startsWith(start))) {
    throw refuse("prefix", prefix!, "a prefix some tensor has");
  }
  for (const from of Object.keys(rename)) {
    if (!names.some((name) => replaced(name, from, "\0") !== name))
      throw refuse("rename", from, "a name some tensor has");
  }
  for (const text of ignore) {
    if (!names.some((name) => pattern(text).test(name))) throw refuse("ignore", text, "a pattern some tensor has");
  }
}

/** Sorts names with their numbers by value: `net.10.weight` after `net.2.weight`. */
export function byName(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [Number(left[i]), Number(right[i])];
    if (left[i] === right[i]) continue;
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}
