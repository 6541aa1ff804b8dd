import { activationFacts } from "../../catalogue/index.ts";
import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { hiddenLayerSpec } from "../../spec/layers.ts";
import { isOfReadout, parametersByName } from "../../spec/parameter-groups.ts";
import { parameterTable } from "../../spec/parameters.ts";
import { rateFactors } from "../../spec/parametrization.ts";
import type { LayerMeasurements, Measurements, StationMeasurements } from "./types.ts";

/**
 * The numbers of a flow that other tools use: those of its weight matrices in the order of the forward pass, and those
 * of its layers' activations. Recurrent flows have no statistics of activations.
 *
 * @param learningRate of plain gradient descent, before the factors of the spec's parametrization: Δw = −lr·g
 */
export function measurementsOf(flow: GradientFlow, learningRate?: number): Measurements {
  const { spec } = flow;
  const factors = rateFactors(spec, parameterTable(spec, { inputs: 1, outputs: 1 }), "of the gradient");
  const rateOf = (name: string) => learningRate && learningRate * (factors.get(name) ?? 1);
  return {
    layers: weightMatrices(flow).map((parameter) => layerOf(parameter, rateOf(parameter.name))),
    stations: stationsOf(flow),
  };
}

/**
 * The weight matrices in the order of the forward pass: the gate of a highway's block stands after the block's layers.
 * Without targets the pass does not use the readout, so the readout has no gradient to judge.
 */
function weightMatrices({ parameters, task, spec }: GradientFlow): ParameterFlow[] {
  const rows = parametersByName(spec);
  return parameters
    .flatMap((parameter) => {
      const row = rows.get(parameter.name);
      return row === undefined ? [] : [{ parameter, row }];
    })
    .filter(({ parameter: { shape }, row: { role } }) => shape.length === 2 && role !== "weight_scale")
    .filter(({ row }) => task.loss !== "none" || !isOfReadout(row))
    .sort((a, b) => a.row.layer - b.row.layer) // stable: gates stand behind layers in the table
    .map(({ parameter }) => parameter);
}

function layerOf(parameter: ParameterFlow, learningRate: number | undefined): LayerMeasurements {
  const { name, shape, lnGradientNorm, lnNorm, lnMeanAbsGradient, zeroShare } = parameter;
  const moves = learningRate !== undefined && lnNorm !== Number.NEGATIVE_INFINITY;
  return {
    name,
    count: shape.reduce((product, axis) => product * axis, 1),
    lnMeanAbs: lnMeanAbsGradient,
    lnGradientNorm,
    zeroShare,
    lnWeightNorm: lnNorm,
    ...(moves ? { lnUpdateRatio: Math.log(learningRate) + lnGradientNorm - lnNorm } : {}),
  };
}

function stationsOf({ statistics, spec }: GradientFlow): StationMeasurements[] {
  if (statistics === undefined || spec.kind !== "feedforward") return [];
  const { variance, dead, saturated, beyond5, atBound } = statistics;
  return Array.from(variance, (value, l) => {
    const { closesBelowZero = false, range } = activationFacts(hiddenLayerSpec(spec, l).activation);
    return {
      name: `layer ${l}`,
      std: Math.sqrt(value),
      // φ' = 0 for the whole batch
      ...(closesBelowZero ? { deadUnits: dead[l] } : {}),
      // φ' of ReLU is below 1 % of its largest value only where it is 0: the output is not above 0
      ...(closesBelowZero && range === undefined ? { nonPositive: saturated[l] } : {}),
      beyond5: beyond5?.[l],
      atBound: atBound?.[l],
    };
  });
}
