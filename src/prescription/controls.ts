import type { Verdict } from "../diagnosis/index.ts";

/**
 * What cannot change the gradient's path at initialization, and is often tried: measured all the same, on the network
 * run again. Its gain comes out the same bit for bit, or evanesce is at fault.
 */
export interface Control {
  readonly name: string;
  readonly family: string;
  readonly what: string;
  readonly source: string;
  readonly price: string;
  readonly against?: readonly Verdict[];
}

const NOTHING = "changes the step, not the gradient that it is made of";

/** The controls, in the order they are measured in. */
export const CONTROLS: readonly Control[] = [
  {
    name: "adam",
    family: "optimiser",
    what: "Adam in place of plain descent",
    source: "Kingma and Ba 2015",
    price: NOTHING,
  },
  {
    name: "rate_x10",
    family: "learning rate",
    what: "ten times the learning rate",
    source: "Robbins and Monro 1951",
    price: NOTHING,
  },
  {
    name: "rate_/10",
    family: "learning rate",
    what: "a tenth of the learning rate",
    source: "Robbins and Monro 1951",
    price: NOTHING,
  },
  {
    name: "clipping",
    family: "clipping",
    what: "the gradient clipped to norm 1",
    source: "Pascanu et al. 2013",
    price: "bounds the step and does not restore the path: far stations still drown out the near ones",
    against: ["exploding", "nonfinite", "mixed"],
  },
];
