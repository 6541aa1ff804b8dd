/** The list of exports is the contract between the core and its host. */
export { activate } from "./layers/activations";
export { packAligned, packBatch, packRows } from "./kernels/pack";
export { matmulNN, matmulNT, matmulScratch, matmulTN } from "./kernels/matmul";
export { gradientScratch } from "./passes/gradient";
export {
  depthGradients, depthIsBatchNorm, depthPack, depthPartialBytes, depthParts, depthPhase, depthRun, depthRunPart,
  depthUnits,
} from "./passes/depth";
export { denseScratch } from "./layers/dense";
export {
  begin as recurrentBegin, contribute as recurrentContribute, recurrentChunkEnd, recurrentForwardUnit,
  recurrentNonfinite, recurrentRun, recurrentUnits,
} from "./passes/run";
export { endPanel as recurrentEndPanel } from "./passes/sums";
export { maskInputs as recurrentMask } from "./passes/dropout";
export { embed as recurrentEmbed, embeddingGradient } from "./passes/embedding";
export { addCredit as recurrentAddCredit } from "./passes/backward-pieces";
export { activationMoments, allFinite, slopeCounts } from "./probes/statistics";
export { contributionScratch } from "./probes/contributions";
export { doubleNumbers } from "./probes/doubles";
export { magnitudeSums, panelMagnitudeSums } from "./probes/magnitudes";
export { panelSquareSum, sampleSquareSum, squareSum } from "./probes/norms";
export {
  matrixSpectrum, multiplyTriangle, orthogonalize, packFloats, singularValues, startProduct, stepGate, stepJacobian,
  stepScratch, tangentAdd,
  tangentNorm, tangentProduct, tangentScale,
} from "./probes/jacobian";
export {
  clipUnits, clipValues, combinedSquares, doublePanelSquares, doubleSquares, gatherDoublePanels, gatherDoubles,
  gatherFloatPanels,
  gatherFloats, keepAndScale, lambMove, measureUpdate, optimizerStep, optimizerUpdate,
} from "./optimizers";
export { weightNormGather, weightNormProduct } from "./layers/weightnorm";
