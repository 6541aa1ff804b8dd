/**
 * What happened to the gradient on its way back. `blocked`: the path is healthy, but another part is at fault.
 * `healthy`: no part that was measured is at fault.
 */
export type Verdict = "vanishing" | "exploding" | "healthy" | "dead" | "nonfinite" | "mixed" | "blocked";
