import type { NetworkSpec } from "./index.ts";
import { type ParameterShape, parameterTable } from "./parameters.ts";

/*
 * Groups of parameters, defined by role and place, never by a part of a name.
 */

/** Whether a parameter belongs to a group. */
export type Group = (parameter: ParameterShape) => boolean;

/** W_hh, or the vector that stands in its place (IndRNN). */
export const isRecurrentWeight: Group = ({ place }) => place.module === "rnn" && place.leaf === "weight_hh";

/** W_l of a hidden layer. With weight norm there is none: g and v take its place. */
export const isHiddenWeight: Group = ({ place }) => place.module === "layers" && place.part === "weight";

/** The parameter that scales a hidden W_l: W_l itself, or its g with weight norm. */
export const scalesHidden: Group = (parameter) => isHiddenWeight(parameter) || parameter.role === "weight_scale";

/** The parameters that scale the weights through which a gradient passes from station to station. */
export const isOnPath: Group = (parameter) =>
  isRecurrentWeight(parameter) || (scalesHidden(parameter) && parameter.layer > 0);

/** The γ of every normalization of a hidden or recurrent layer. */
export const isNormScale: Group = ({ place }) =>
  place.module === "rnn" ? place.leaf === "norm_weight" : place.module === "norms" && place.part === "weight";

/** Every b, and the β of every normalization. */
export const isBias: Group = ({ role, place }) =>
  role === "bias" || role === "norm_shift" || (place.module === "rnn" && place.leaf === "norm_bias");

const MATRICES: readonly string[] = ["embedding", "input", "recurrent", "weight", "gate", "readout"];

/** Every matrix W, its g and v under weight norm, and the vector that stands in the place of W_hh. */
export const isWeight: Group = (parameter) =>
  (MATRICES.includes(parameter.of) && parameter.role !== "bias") || isRecurrentWeight(parameter);

export const isOfReadout: Group = ({ place }) => place.module === "readout";

/** The parameters of the first layer after the inputs or the stem. */
export const isOfFirstLayer: Group = ({ place }) =>
  place.module === "rnn" ? place.level === 0 : place.module === "layers" && place.index === 0;

/** The rows of a spec's parameters by name. Only their shapes and fans depend on the sizes that a task sets. */
export const parametersByName = (spec: NetworkSpec): ReadonlyMap<string, ParameterShape> =>
  new Map(parameterTable(spec, { inputs: 1, outputs: 1 }).map((parameter) => [parameter.name, parameter]));

/** A test of names: whether a parameter of this name in the spec belongs to the group. */
export function inGroup(spec: NetworkSpec, group: Group): (name: string) => boolean {
  const parameters = parametersByName(spec);
  return (name) => {
    const parameter = parameters.get(name);
    return parameter !== undefined && group(parameter);
  };
}
