import * as z from "zod/mini";
import { EvanesceError } from "../base/errors.ts";
import {
  ACTIVATIONS,
  type ActivationName,
  CELLS,
  type CellName,
  type CellOptions,
  GATE_ACTIVATIONS,
  INNER_ACTIVATIONS,
  type NormName,
  NORMS,
} from "../catalogue/index.ts";
import { count, listOf, named, optional } from "./fields.ts";
import { WEIGHT_INITS, type WeightInit } from "./names.ts";

/*
 * A recurrent stack whose layers differ. A caller writes lists with one entry for each layer, bottom first:
 *
 *     { "cell": ["lstm", "gru"], "hidden": [64, 32] }
 *
 * A parsed spec holds the first entries in the keys themselves, and the own values of each layer in `layerwise`.
 */

/** The paths of the keys that may be lists, and the key that counts layers. */
const LISTS: Readonly<Record<string, { readonly paths: readonly string[]; readonly count: string }>> = {
  recurrent: {
    paths: [
      ...["cell", "hidden", "norm", "init.recurrent", "init.input"],
      ...["cellOptions.innerActivation", "cellOptions.gateActivation"],
    ],
    count: "layers",
  },
  feedforward: { paths: ["activation", "norm", "init.weight"], count: "depth" },
};

const LISTED = new WeakSet<object>();

/**
 * A field that may also be a list with one entry for each layer. `withLayerLists` takes lists apart before the schema
 * checks them; the JSON Schema allows both.
 */
export function orList<Item extends z.ZodMiniType>(item: Item) {
  LISTED.add(item);
  return item as unknown as z.ZodMiniType<z.output<Item>, z.input<Item> | readonly z.input<Item>[]>;
}

/** Whether a field may be a list. */
export const isListed = (schema: object): boolean => LISTED.has(schema);

/** The key that stores the lists. */
export const layerwise = () =>
  optional(
    listOf(
      z.strictObject({
        cell: optional(named(CELLS), "its cell"),
        hidden: optional(count(), "its width H"),
        norm: optional(named(["none", "layer"]), "its norm"),
        cellOptions: optional(
          z.strictObject({
            innerActivation: optional(named(INNER_ACTIVATIONS), "in place of tanh inside it"),
            gateActivation: optional(named(GATE_ACTIVATIONS), "of its gates"),
          }),
          "options of its cell",
        ),
        init: optional(
          z.strictObject({
            recurrent: optional(named(WEIGHT_INITS), "initialization of its W_hh"),
            input: optional(named(WEIGHT_INITS), "initialization of its W_ih"),
          }),
          "its initialization",
        ),
      }),
    ),
    "one entry for each layer, bottom first: its own cell, hidden, norm, cellOptions and init; lists of these keys are stored here",
  );

/** The key of a deep network that stores the lists. */
export const deepLayerwise = () =>
  optional(
    listOf(
      z.strictObject({
        activation: optional(named(ACTIVATIONS), "its activation φ"),
        norm: optional(named(NORMS), "its norm"),
        init: optional(
          z.strictObject({ weight: optional(named(WEIGHT_INITS), "initialization of its weight") }),
          "its initialization",
        ),
      }),
    ),
    "one entry for each hidden layer, first layer first: its own activation, norm and init; lists of these keys are stored here",
  );

type Fields = Record<string, unknown>;

/**
 * A caller's spec with lists taken apart, and `layers` or `depth` their length.
 * @throws EvanesceError for lists whose lengths differ
 */
export function withLayerLists(input: unknown, where: string): unknown {
  const spec = (input ?? {}) as Fields;
  if (typeof spec.kind !== "string" || !Object.hasOwn(LISTS, spec.kind)) return input;
  const kind = LISTS[spec.kind]!;
  const lists = kind.paths.flatMap((path) => {
    const values = fieldAt(spec, path);
    return Array.isArray(values) && values.length > 0 ? [{ path, values: values as unknown[] }] : [];
  });
  if (lists.length === 0) return input;
  const layers = (spec[kind.count] as number | undefined) ?? lists[0]!.values.length;
  for (const { path, values } of lists) {
    if (values.length === layers) continue;
    const rule = `one entry for each of ${layers} layers`;
    throw new EvanesceError(`${where}.${path}`, rule, values, "give as many entries, or one for all");
  }
  let base: Fields = { ...spec, [kind.count]: layers };
  const perLayer = Array.isArray(spec.layerwise) ? (spec.layerwise as Fields[]) : [];
  let entries = Array.from({ length: layers }, (_, l): Fields => ({ ...perLayer[l] }));
  for (const { path, values } of lists) {
    base = withField(base, path, values[0]);
    if (values.every((value) => value === values[0])) continue;
    entries = entries.map((entry, l) => withField(entry, path, values[l]));
  }
  const differ = entries.some((entry) => Object.keys(entry).length > 0);
  return differ ? { ...base, layerwise: entries } : base;
}

/** The value at `key` or `outer.key`. */
function fieldAt(fields: Fields, path: string): unknown {
  const [key, inner] = path.split(".") as [string, string | undefined];
  if (inner === undefined) return fields[key];
  const outer = fields[key];
  return typeof outer === "object" && outer !== null ? (outer as Fields)[inner] : undefined;
}

/** A copy with another value at the path. */
function withField(fields: Fields, path: string, value: unknown): Fields {
  const [key, inner] = path.split(".") as [string, string | undefined];
  return { ...fields, [key]: inner === undefined ? value : { ...(fields[key] as Fields | undefined), [inner]: value } };
}

/** P, the number of outputs of a recurrent layer in each direction: H, or the width of its projection. */
export const outputWidth = ({
  hidden,
  projection,
}: {
  readonly hidden: number;
  readonly projection?: number | undefined;
}): number => projection ?? hidden;

/** The fields of a deep network's spec that hidden layers may have of their own. */
interface Deep {
  readonly activation: ActivationName;
  readonly norm: NormName;
  readonly init: { readonly weight: WeightInit };
  readonly layerwise?:
    | readonly {
        readonly activation?: ActivationName | undefined;
        readonly norm?: NormName | undefined;
        readonly init?: { readonly weight?: WeightInit | undefined } | undefined;
      }[]
    | undefined;
}

/** The spec of hidden layer l of a deep network. */
export function hiddenLayerSpec<Spec extends Deep>(spec: Spec, l: number): Spec {
  const own = spec.layerwise?.[l];
  if (own === undefined) return spec;
  const { activation = spec.activation, norm = spec.norm, init } = own;
  return { ...spec, activation, norm, init: { ...spec.init, weight: init?.weight ?? spec.init.weight } };
}

/** The spec of every hidden layer, first layer first. */
export const hiddenLayerSpecs = <Spec extends Deep & { readonly depth: number }>(spec: Spec): Spec[] =>
  Array.from({ length: spec.depth }, (_, l) => hiddenLayerSpec(spec, l));

/** The fields of a spec that layers may have of their own. */
export interface Stack {
  readonly cell: CellName;
  readonly hidden: number;
  readonly layers: number;
  readonly norm: "none" | "layer";
  readonly cellOptions: CellOptions;
  readonly init: { readonly recurrent: WeightInit; readonly input: WeightInit };
  readonly layerwise?:
    | readonly {
        readonly cell?: CellName | undefined;
        readonly hidden?: number | undefined;
        readonly norm?: "none" | "layer" | undefined;
        readonly cellOptions?: Pick<CellOptions, "innerActivation" | "gateActivation"> | undefined;
        readonly init?:
          | { readonly recurrent?: WeightInit | undefined; readonly input?: WeightInit | undefined }
          | undefined;
      }[]
    | undefined;
}

/** The spec of layer `level` of the stack. */
export function layerSpec<Spec extends Stack>(spec: Spec, level: number): Spec {
  const own = spec.layerwise?.[level];
  if (own === undefined) return spec;
  const { cell = spec.cell, hidden = spec.hidden, norm = spec.norm, init } = own;
  const { recurrent = spec.init.recurrent, input = spec.init.input } = init ?? {};
  const cellOptions = own.cellOptions === undefined ? spec.cellOptions : { ...spec.cellOptions, ...own.cellOptions };
  return { ...spec, cell, hidden, norm, cellOptions, init: { ...spec.init, recurrent, input } };
}

/** The spec of the highest layer. */
export const topSpec = <Spec extends Stack>(spec: Spec): Spec => layerSpec(spec, spec.layers - 1);

/** The spec of every layer, bottom first. */
export const layerSpecs = <Spec extends Stack>(spec: Spec): Spec[] =>
  Array.from({ length: spec.layers }, (_, level) => layerSpec(spec, level));
