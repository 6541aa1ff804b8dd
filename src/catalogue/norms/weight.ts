import type { NormFacts } from "./norm.ts";

/** W = g v/‖v‖, row by row. */
export const weight: NormFacts = {
  title: "weight norm",
  source: "Salimans and Kingma 2016",
  aliases: ["weightnorm"],
  of: "weights",
  centers: false,
};
