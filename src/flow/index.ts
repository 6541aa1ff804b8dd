export { fitDecay } from "./decay.ts";
export { lnTensorNorm, lnTogether } from "./logNorm.ts";
export type * from "./types.ts";
