import type { FlowResult } from "../result.ts";
import { creditFigures } from "./credit.ts";
import { halfFigure } from "./half.ts";
import { gateFigure } from "./gates.ts";
import { statisticsFigures } from "./statistics.ts";
import { weightFigure } from "./weights.ts";
import type { Figure } from "../../kit/figure/figure.ts";
import { histogramFigures } from "./histograms.ts";
import { noiseFigures, updateFigure } from "./noise.ts";
import { ledgerFigures } from "./ledger.ts";
import { contributionFigure, layerFigures, profileFigure } from "./profile.ts";
import { spectrumFigures } from "./spectra.ts";

/** Every figure of a flow, the most important first. */
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
    ...halfFigure(result),
    ...(noise === undefined ? [] : noiseFigures(noise)),
    ...(updates === undefined ? [] : updateFigure(updates)),
    ...(histograms === undefined ? [] : histogramFigures(histograms)),
    ...(jacobians === undefined ? [] : spectrumFigures(jacobians)),
  ];
}
