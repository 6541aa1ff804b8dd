import type { NormFacts } from "./norm.ts";

export const none: NormFacts = { title: "no normalization", source: "", of: "nothing", centers: false };
