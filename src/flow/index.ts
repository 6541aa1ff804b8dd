export { fitDecay } from "./decay.ts";
export { lnNorm, lnTensorNorm, lnTogether } from "./logNorm.ts";
export type * from "./types.ts";
