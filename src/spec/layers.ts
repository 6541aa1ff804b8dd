import * as z from "zod/mini";
import { EvanesceError } from "../base/errors.ts";
import { CELLS, type CellName } from "../catalogue/index.ts";
import { count, listOf, named, optional } from "./fields.ts";
import { WEIGHT_INITS, type WeightInit } from "./names.ts";

/*
 * A recurrent stack whose layers differ. A caller writes lists, one entry a layer, bottom first:
 *
 *     { "cell": ["lstm", "gru"], "hidden": [64, 32] }
 *
 * A parsed spec holds the first entries in the keys themselves, and in `layerwise` what each layer has of its own.
 */

/** The keys that may be lists, and the paths of those in `init`. */
const KEYS = ["cell", "hidden", "norm"] as const;
const INIT_KEYS = ["recurrent", "input"] as const;

const LISTED = new WeakSet<object>();

/**
 * A field that a caller may also give as a list, one entry a layer. `withLayerLists` takes lists apart before the
 * schema sees them; JSON Schema is told of them.
 */
export function orList<Item extends z.ZodMiniType>(item: Item) {
  LISTED.add(item);
  return item as unknown as z.ZodMiniType<z.output<Item>, z.input<Item> | readonly z.input<Item>[]>;
}

/** Whether a field may be a list. */
export const isListed = (schema: object): boolean => LISTED.has(schema);

/** The key that lists become. */
export const layerwise = () =>
  optional(
    listOf(
      z.strictObject({
        cell: z.optional(named(CELLS)),
        hidden: z.optional(count()),
        norm: z.optional(named(["none", "layer"])),
        init: z.optional(
          z.strictObject({
            recurrent: z.optional(named(WEIGHT_INITS)),
            input: z.optional(named(WEIGHT_INITS)),
          }),
        ),
      }),
    ),
    "an entry a layer, bottom first: cell, hidden, norm and init of its own; what lists of these keys are kept as",
  );

/** A caller's recurrent spec with lists taken apart, and `layers` their length. @throws EvanesceError */
export function withLayerLists(input: unknown, where: string): unknown {
  const spec = (input ?? {}) as Record<string, unknown>;
  if (spec.kind !== "recurrent") return input;
  const init = (typeof spec.init === "object" && spec.init !== null ? spec.init : {}) as Record<string, unknown>;
  const lists = [
    ...KEYS.map((key) => ({ path: key as string, key, of: spec })),
    ...INIT_KEYS.map((key) => ({ path: `init.${key}`, key, of: init })),
  ].filter(({ key, of }) => Array.isArray(of[key]) && (of[key] as unknown[]).length > 0);
  if (lists.length === 0) return input;
  const lengths = lists.map(({ key, of }) => (of[key] as unknown[]).length);
  const layers = (spec.layers as number | undefined) ?? lengths[0]!;
  lists.forEach(({ path, key, of }, i) => {
    if (lengths[i] === layers) return;
    const rule = `one entry for each of ${layers} layers`;
    throw new EvanesceError(`${where}.${path}`, rule, of[key], "give as many entries, or one for all");
  });
  const [base, baseInit] = [{ ...spec, layers }, { ...init }] as [Record<string, unknown>, Record<string, unknown>];
  const given = Array.isArray(spec.layerwise) ? (spec.layerwise as Record<string, unknown>[]) : [];
  const entries = Array.from({ length: layers }, (_, l) => ({ ...given[l] }) as Record<string, unknown>);
  for (const { path, key, of } of lists) {
    const values = of[key] as unknown[];
    (path.startsWith("init.") ? baseInit : base)[key] = values[0];
    if (values.every((value) => value === values[0])) continue;
    entries.forEach((entry, l) => {
      if (path.startsWith("init.")) entry.init = { ...(entry.init as object | undefined), [key]: values[l] };
      else entry[key] = values[l];
    });
  }
  const differ = entries.some((entry) => Object.keys(entry).length > 0);
  const result = { ...base, ...(Object.keys(baseInit).length > 0 ? { init: baseInit } : {}) };
  return differ ? { ...result, layerwise: entries } : result;
}

/** The fields of a spec that layers may have of their own. */
export interface Stack {
  readonly cell: CellName;
  readonly hidden: number;
  readonly layers: number;
  readonly norm: "none" | "layer";
  readonly init: { readonly recurrent: WeightInit; readonly input: WeightInit };
  readonly layerwise?:
    | readonly {
        readonly cell?: CellName | undefined;
        readonly hidden?: number | undefined;
        readonly norm?: "none" | "layer" | undefined;
        readonly init?:
          | { readonly recurrent?: WeightInit | undefined; readonly input?: WeightInit | undefined }
          | undefined;
      }[]
    | undefined;
}

/** The spec as layer `level` of the stack has it. */
export function layerSpec<Spec extends Stack>(spec: Spec, level: number): Spec {
  const own = spec.layerwise?.[level];
  if (own === undefined) return spec;
  const { cell = spec.cell, hidden = spec.hidden, norm = spec.norm, init } = own;
  const { recurrent = spec.init.recurrent, input = spec.init.input } = init ?? {};
  return { ...spec, cell, hidden, norm, init: { ...spec.init, recurrent, input } };
}

/** The spec as the highest layer has it. */
export const topSpec = <Spec extends Stack>(spec: Spec): Spec => layerSpec(spec, spec.layers - 1);

/** Every layer's, bottom first. */
export const layerSpecs = <Spec extends Stack>(spec: Spec): Spec[] =>
  Array.from({ length: spec.layers }, (_, level) => layerSpec(spec, level));
