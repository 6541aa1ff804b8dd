import type { FlowResult } from "../result.ts";
import { creditFigures, gateFigure, statisticsFigures, weightFigure } from "./measured.ts";
import type { Figure } from "../../kit/figure/figure.ts";
import { histogramFigures } from "./histograms.ts";
import { noiseFigures, updateFigure } from "./noise.ts";
import { ledgerFigures } from "./ledger.ts";
import { contributionFigure, layerFigures, profileFigure } from "./profile.ts";
import { spectrumFigures } from "./spectra.ts";

export { figureToCsv, figureToJson } from "../../kit/figure/data.ts";
export type { Axis, Figure, HeatMark, IntervalMark, Mark } from "../../kit/figure/figure.ts";
export { figureToSvg, type SvgOptions } from "../../kit/svg/index.ts";

/** Every figure of a flow, the most telling first. */
export function flowFigures(result: FlowResult): Figure[] {
  const { jacobians, noise, histograms, updates } = result.extras;
  return [
    profileFigure(result),
    ...layerFigures(result),
    ...ledgerFigures(result),
    ...gateFigure(result),
    ...statisticsFigures(result),
    ...weightFigure(result),
    ...contributionFigure(result),
    ...creditFigures(result),
    ...(noise === undefined ? [] : noiseFigures(noise)),
    ...(updates === undefined ? [] : updateFigure(updates)),
    ...(histograms === undefined ? [] : histogramFigures(histograms)),
    ...(jacobians === undefined ? [] : spectrumFigures(jacobians)),
  ];
}
