import * as z from "zod/mini";
import { ACTIVATIONS, type ActivationName, activationFacts, NORM_EPSILON } from "../catalogue/index.ts";
import { count, defaulted, listOf, named, optional, real } from "./fields.ts";
import { WEIGHT_INITS, type WeightInit } from "./names.ts";

/*
 * Dense layers before and after a recurrent stack: `stem` and `head`.
 */

const NORMS = ["none", "layer"] as const;
/** Activations without a parameter. */
const PLAIN = ACTIVATIONS.filter((name) => activationFacts(name).learnedSlope !== true) as [
  ActivationName,
  ...ActivationName[],
];

const each = <Item extends z.ZodMiniType>(item: Item) => z.union([item, listOf(item)]);

/** The fields of a stem or a head. */
export const denseRun = () =>
  z
    .strictObject({
      width: each(count()).check(z.describe("number of units, one number or one for each layer: [64, 32]")),
      activation: defaulted(each(named(PLAIN)), "relu", "activation φ of every layer, or one for each layer"),
      norm: defaulted(
        each(named(NORMS)),
        "none",
        "layer normalizes the pre-activation of each layer (Ba et al. 2016); one name, or one for each layer",
      ),
      normEpsilon: optional(real({ least: 1e-12, most: 1 }), "ε of the layer norms; default 1e-5"),
      dropout: optional(
        each(real({ least: 0, most: 1 })),
        "share p of the outputs of each layer that are set to zero, the others divided by 1 − p (torch.nn.Dropout); one number, or one for each layer",
      ),
      init: defaulted(
        each(named(WEIGHT_INITS)),
        "pytorch",
        "initialization of every layer's weight, or one for each layer",
      ),
    })
    .check(
      z.superRefine((run, context) => {
        const layers = typeof run.width === "number" ? 1 : run.width.length;
        for (const key of ["activation", "norm", "init", "dropout"] as const) {
          const values = run[key];
          if (!Array.isArray(values) || values.length === layers) continue;
          const one = key === "dropout" ? "number" : "name";
          const rule = `one ${one} for each of ${layers} layers`;
          context.addIssue({ code: "custom", path: [key], params: { rule, remedy: `give one ${one} for all` } });
        }
      }),
    );

type DenseRun = z.output<ReturnType<typeof denseRun>>;

/** One layer of a stem or a head. */
export interface DenseLayer {
  /** `stem.0`, `head.1`: the beginning of its parameters' names. */
  readonly name: string;
  readonly module: "stem" | "head";
  readonly index: number;
  readonly inputs: number;
  readonly width: number;
  readonly activation: ActivationName;
  readonly norm: (typeof NORMS)[number];
  /** ε of its norm. */
  readonly normEpsilon: number;
  /** The rate of dropout after its activation; undefined for none. */
  readonly dropout: number | undefined;
  readonly init: WeightInit;
}

/** The layers of a stem or head, bottom first; none if it is left out. */
export function denseLayers(module: "stem" | "head", run: DenseRun | undefined, inputs: number): DenseLayer[] {
  if (run === undefined) return [];
  const widths = typeof run.width === "number" ? [run.width] : run.width;
  const of = <Value>(values: Value | Value[], i: number): Value => (Array.isArray(values) ? values[i]! : values);
  return widths.map((width, i) => ({
    name: `${module}.${i}`,
    module,
    index: i,
    inputs: i === 0 ? inputs : widths[i - 1]!,
    width,
    activation: of(run.activation, i),
    norm: of(run.norm, i),
    normEpsilon: run.normEpsilon ?? NORM_EPSILON,
    dropout: of(run.dropout, i),
    init: of(run.init, i),
  }));
}
