import {
  type ActivationName,
  activationFacts,
  NORM_EPSILON,
  normalizesActivations,
  normFacts,
} from "../../catalogue/index.ts";
import type { FeedforwardSpec } from "../../spec/feedforward.ts";
import { hiddenLayerSpec } from "../../spec/layers.ts";
import type { Code } from "./tape.ts";

/** One step of a series before its operands are chosen. */
export interface Step {
  readonly code: Code;
  readonly name: string;
  readonly rows: number;
  readonly weight: string | null;
  readonly bias: string | null;
  /** The layer of a mask. */
  readonly layer?: number;
  /** The name of an activation without a parameter. */
  readonly activation?: ActivationName;
  /** ε of a norm. */
  readonly factor?: number;
}

/** The steps of a layer: its weights, its norm in a position, and its activation with what follows it. */
export function layerSteps(spec: FeedforwardSpec, widths: readonly number[]) {
  const weights = (l: number): Step => ({
    code: "dense",
    name: "weights",
    rows: widths[l],
    weight: `layers.${l}.weight`,
    bias: `layers.${l}.bias`,
  });
  const activated = (l: number, rows: number): Step => {
    const { activation } = hiddenLayerSpec(spec, l);
    const learned = activationFacts(activation).learnedSlope === true;
    return {
      code: learned ? "prelu" : "activation",
      name: "gate",
      rows,
      weight: learned ? `activations.${l}.weight` : null,
      bias: null,
      ...(learned ? {} : { activation }),
    };
  };
  const normed = (position: FeedforwardSpec["normPosition"], l: number, rows: number): Step[] => {
    const { norm } = hiddenLayerSpec(spec, l);
    if (!normalizesActivations(norm) || spec.normPosition !== position) return [];
    return [
      {
        code: norm,
        name: "norm",
        rows,
        weight: `norms.${l}.weight`,
        bias: normFacts(norm).centers ? `norms.${l}.bias` : null,
        factor: spec.normEpsilon ?? NORM_EPSILON,
      },
    ];
  };
  const struck = (l: number, rows: number): Step[] =>
    spec.dropout === undefined ? [] : [{ code: "dropout", name: "dropout", rows, weight: null, bias: null, layer: l }];
  const withActivation = (l: number, rows: number): Step[] => [
    activated(l, rows),
    ...normed("after", l, rows),
    ...struck(l, rows),
  ];
  return { weights, normed, withActivation };
}
