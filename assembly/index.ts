/** The list of exports is the contract between the core and its host. */
export { activate } from "./layers/activations";
export { packRows } from "./kernels/pack";
export { matmulNN, matmulNT, matmulScratch, matmulTN } from "./kernels/matmul";
export { gradientScratch } from "./passes/gradient";
export { recurrentNonfinite, recurrentRun, recurrentUnits } from "./passes/run";
export { contributionScratch } from "./probes/contributions";
