import type { UpdateSize } from "../catalogue/optimizers/row.ts";
import type { NetworkSpec } from "./index.ts";
import type { ParameterShape } from "./parameters.ts";

/*
 * The maximal update parametrization, μP (Yang et al. 2022, "Tensor Programs V", table 3): initial scales and learning
 * rates with which training changes the activations of every layer by the same amount at every width. With
 * m = width/baseWidth, relative to a network of the standard parametrization at the base width:
 *
 *                               first layer's weight,     weights between     readout's
 *                               biases, norms             hidden layers       weight
 *     standard deviation        1                         1                   1/√m
 *     learning rate, SGD        m                         1                   1/m
 *     learning rate, Adam       1                         1/m                 1/m
 *
 * "1" stands for the standard deviation of a law with variance c/fan_in. With `residual: "scaled"` it becomes depth-μP
 * (Yang, Yu, Zhu and Hayou 2023, "Tensor Programs VI", table 1): branches are multiplied by 1/√blocks, and Adam's rate
 * in the blocks is multiplied by √(baseDepth/depth); SGD's stays.
 */

/** The default width at which both parametrizations are the same. */
const BASE_WIDTH = 64;

/** m; null where the parametrization is the standard one. */
function widthRatio(spec: NetworkSpec): number | null {
  if (spec.kind !== "feedforward" || spec.parametrization !== "mup" || typeof spec.width !== "number") return null;
  return spec.width / (spec.baseWidth ?? BASE_WIDTH);
}

/** The factor on the readout's initial weight. */
export function readoutScale(spec: NetworkSpec): number {
  const m = widthRatio(spec);
  return m === null ? 1 : 1 / Math.sqrt(m);
}

/**
 * The factors on the learning rate by name of parameter, without those that are 1.
 *
 * @param size how large the optimizer's updates are, from its row in the catalogue
 */
export function rateFactors(
  spec: NetworkSpec,
  table: readonly ParameterShape[],
  size: UpdateSize,
): ReadonlyMap<string, number> {
  const m = widthRatio(spec);
  if (m === null || spec.kind !== "feedforward") return new Map();
  const { residual, depth, baseDepth = depth } = spec;
  const inBlocks = residual === "scaled" ? Math.sqrt(baseDepth / depth) : 1;
  const factors = table.map((parameter) => {
    const { fanIn, fanOut } = fansOf(parameter, m);
    if (size === "of the gradient") return [parameter.name, fanOut / fanIn] as const;
    return [parameter.name, (isInBlock(parameter, depth) ? inBlocks : 1) / fanIn] as const;
  });
  return new Map(factors.filter(([, factor]) => factor !== 1));
}

/** The ratios of a parameter's fan_in and fan_out to those in the base network. */
function fansOf({ role, of, layer }: ParameterShape, m: number): { fanIn: number; fanOut: number } {
  const isNumber = role === "slope" || role === "residual";
  const readsHidden = role === "readout" || role === "gate" || (role === "weight" && layer > 0);
  return { fanIn: readsHidden ? m : 1, fanOut: isNumber || of === "readout" ? 1 : m };
}

const isInBlock = ({ layer }: ParameterShape, depth: number): boolean => layer > 0 && layer < depth;
