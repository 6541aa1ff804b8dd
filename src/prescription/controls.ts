import type { Verdict } from "../diagnosis/index.ts";

/**
 * A measure that people often try although it cannot change the gradient's path at initialization. The network is run
 * again with it. The gain must be the same bit for bit; otherwise evanesce has a defect.
 */
export interface Control {
  readonly name: string;
  readonly family: string;
  readonly what: string;
  readonly source: string;
  readonly price: string;
  readonly against?: readonly Verdict[];
}

const NOTHING = "changes the step, but not the gradient";

/** The controls in the order of their measurement. */
export const CONTROLS: readonly Control[] = [
  {
    name: "adam",
    family: "optimiser",
    what: "Adam instead of plain gradient descent",
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
    price:
      "limits the step and does not repair the path: the gradient of far stations is still far larger than that of near ones",
    against: ["exploding", "nonfinite", "mixed"],
  },
];
