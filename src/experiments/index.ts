/** Experiments as data: claims about vanishing gradients, executed and judged by their numbers. */
export { type ClaimEvent, type ClaimsOptions, claims } from "./claims.ts";
export { CLAIMS } from "./table.ts";
export { TOPICS } from "./topics.ts";
export type * from "./types.ts";
