import { normalizesActivations, type NormName, normFacts } from "../catalogue/index.ts";
import type { NetworkSpec } from "./index.ts";
import { hiddenLayerSpecs, layerSpecs } from "./layers.ts";

/** The norm of every hidden or recurrent layer, first layer first. */
export const layerNorms = (spec: NetworkSpec): readonly NormName[] =>
  (spec.kind === "recurrent" ? layerSpecs(spec) : hiddenLayerSpecs(spec)).map(({ norm }) => norm);

/** Whether a layer normalizes its activations, so that a norm stands in the path of the gradient. */
export const normalizesPath = (spec: NetworkSpec): boolean => layerNorms(spec).some(normalizesActivations);

/** Whether a norm makes the samples of a batch depend on each other. */
export const mixesSamples = (spec: NetworkSpec): boolean =>
  layerNorms(spec).some((name) => normFacts(name).acrossSamples === true);
