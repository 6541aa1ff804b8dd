import type { FlowResult } from "../result.ts";
import { creditFigures, gateFigure, statisticsFigures, weightFigure } from "./beside.ts";
import type { Figure } from "./figure.ts";
import { histogramFigures } from "./histograms.ts";
import { ledgerFigures } from "./ledger.ts";
import { contributionFigure, layerFigures, profileFigure } from "./profile.ts";
import { spectrumFigures } from "./spectra.ts";

export { figureToCsv, figureToJson } from "./data.ts";
export type { Axis, Figure, Mark } from "./figure.ts";
export { figureToSvg, type SvgOptions } from "./svg/index.ts";

/** Every figure of a flow, the most telling first. */
export function flowFigures(result: FlowResult): Figure[] {
  const { jacobians, histograms } = result.extras;
  return [
    profileFigure(result),
    ...layerFigures(result),
    ...ledgerFigures(result),
    ...gateFigure(result),
    ...statisticsFigures(result),
    ...weightFigure(result),
    ...contributionFigure(result),
    ...creditFigures(result),
    ...(histograms === undefined ? [] : histogramFigures(histograms)),
    ...(jacobians === undefined ? [] : spectrumFigures(jacobians)),
  ];
}
