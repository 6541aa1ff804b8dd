import { check, Issue, keysAt } from "../base/schema-check.ts";
import { requireOneStack } from "./decoder.ts";
import { type FeedforwardInput, type FeedforwardSpec, feedforwardSchema, withImpliedDepth } from "./feedforward.ts";
import { withLayerLists } from "./layers.ts";
import { kindError, objectError, specError } from "./messages.ts";
import { type RecurrentInput, type RecurrentSpec, recurrentSchema, withPreset } from "./recurrent.ts";

export { withPatch } from "./patch.ts";
export type { LossName } from "../catalogue/index.ts";
export type { FeedforwardInput, FeedforwardSpec, RecurrentInput, RecurrentSpec };

/** A network as plain JSON data, every default filled in. */
export type NetworkSpec = RecurrentSpec | FeedforwardSpec;
/** A network as a caller writes it. Only `kind` is required. */
export type NetworkInput = RecurrentInput | FeedforwardInput;

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
  const schema = schemaOf(single, where);
  const result = check<typeof schema>(schema, single);
  if (result instanceof Issue) throw specError(result, single, where, (path) => keysAt(schema, path));
  return known(result);
}

/** The schema of the kind that a spec names. @throws EvanesceError if it names none */
function schemaOf(input: unknown, where: string) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw objectError(input, where);
  const { kind } = input as { kind?: unknown };
  if (kind === "recurrent") return recurrentSchema();
  if (kind === "feedforward") return feedforwardSchema();
  throw kindError(kind, where);
}

/** Specs that this module has checked and frozen. */
const PARSED = new WeakSet<NetworkSpec>();
/** The last one, and its JSON. */
let last: { readonly json: string; readonly spec: NetworkSpec } | undefined;

/** The spec that was parsed last where this one is equal to it: work on a spec is then done once for a row of seeds. */
function known(spec: NetworkSpec): NetworkSpec {
  const json = JSON.stringify(spec);
  if (last?.json !== json) {
    PARSED.add(deepFreeze(spec));
    last = { json, spec };
  }
  return last.spec;
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
