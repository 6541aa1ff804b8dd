import * as z from "zod/mini";
import { requireOneStack } from "./decoder.ts";
import { type FeedforwardInput, type FeedforwardSpec, feedforwardSchema, withImpliedDepth } from "./feedforward.ts";
import { once } from "./fields.ts";
import { withLayerLists } from "./layers.ts";
import { specError } from "./messages.ts";
import { type RecurrentInput, type RecurrentSpec, recurrentSchema, withPreset } from "./recurrent.ts";

export { withPatch } from "./patch.ts";
export type { LossName } from "../catalogue/index.ts";
export type { FeedforwardInput, FeedforwardSpec, RecurrentInput, RecurrentSpec };

/** A network as plain JSON data, every default filled in. */
export type NetworkSpec = RecurrentSpec | FeedforwardSpec;
/** A network as a caller writes it. Only `kind` is required. */
export type NetworkInput = RecurrentInput | FeedforwardInput;

/** The schema of both kinds. */
export const networkSchema = once(() => z.discriminatedUnion("kind", [recurrentSchema(), feedforwardSchema()]));

/**
 * Checks a spec. Returns it with all defaults, with names in canonical spelling, frozen.
 *
 * Keys that exclude each other are refused. A key that has no effect because of another one is allowed (`normPosition`
 * without a norm, `stochasticDepth` without a skip path, `forgetBias` without a forget gate), because a complete spec
 * holds every key, and a sweep or a remedy changes only one of them.
 *
 * @param where the name of the spec in messages: a file's name, or `network`
 * @throws EvanesceError that names the first field that breaks a rule, or the first unknown key
 */
export function parseSpec(input: unknown, where = "network"): NetworkSpec {
  if (PARSED.has(input as NetworkSpec)) return input as NetworkSpec;
  const single = withLayerLists(withPreset(withImpliedDepth(input)), where);
  requireOneStack(input, where);
  const result = schemaOf(single).safeParse(single);
  if (result.success) return known(result.data);
  throw specError(result.error.issues[0]!, single, where, (path) => keysAt(input, path));
}

/**
 * The schema of the kind that a spec names, or of both kinds. Building one takes milliseconds, and most callers need
 * one kind.
 */
function schemaOf(input: unknown) {
  const { kind } = (input ?? {}) as { kind?: unknown };
  return kind === "recurrent" ? recurrentSchema() : kind === "feedforward" ? feedforwardSchema() : networkSchema();
}

/** Specs that this module has checked and frozen. */
const PARSED = new WeakSet<NetworkSpec>();
/** The last spec that was parsed, and its JSON. */
let last: { readonly json: string; readonly spec: NetworkSpec } | undefined;

/** The spec that was parsed last, if this one is equal to it. Work on a spec is then done once for many seeds. */
function known(spec: NetworkSpec): NetworkSpec {
  const json = JSON.stringify(spec);
  if (last?.json !== json) {
    PARSED.add(deepFreeze(spec));
    last = { json, spec };
  }
  return last.spec;
}

/** The keys of the object at `path` in the schema of the spec's kind. */
function keysAt(input: unknown, path: readonly PropertyKey[]): string[] {
  const kind = (input as { kind?: unknown }).kind;
  let shape: Record<string, unknown> = kind === "recurrent" ? recurrentSchema().shape : feedforwardSchema().shape;
  for (const key of path) {
    let schema = shape[String(key)];
    while (schema instanceof z.ZodMiniPrefault || schema instanceof z.ZodMiniOptional) schema = schema.def.innerType;
    shape = schema instanceof z.ZodMiniObject ? schema.shape : {};
  }
  return Object.keys(shape);
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
