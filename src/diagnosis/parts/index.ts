import type { Finding } from "./part.ts";
import { standsInTheWay } from "./part.ts";

export { judgeInput, unscaledInputs } from "./input.ts";
export { judgeLoss } from "./loss.ts";
export { judgeReadout } from "./readout.ts";
export { judgeUpdate, rateRange, type UpdateReading } from "./update.ts";
export { type Finding, fine, type PartCause, standsInTheWay } from "./part.ts";

/** The findings of parts that are at fault, in the order of the parts. */
export const obstacles = (findings: readonly Finding[]): Finding[] => findings.filter(standsInTheWay);
