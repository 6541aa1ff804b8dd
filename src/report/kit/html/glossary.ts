/**
 * The terms that a page explains: where it first uses them, and in a list at its end. The longest match counts: "noise
 * scale" before "noise".
 */
export interface Term {
  readonly name: string;
  /** The forms of the term in text. */
  readonly forms: readonly string[];
  readonly definition: string;
}

export const GLOSSARY: readonly Term[] = [
  {
    name: "nat",
    forms: ["nats", "nat"],
    definition: "The unit of natural logarithms. A change of 1 nat is a factor of e ≈ 2.72; −2.3 nats are a tenth.",
  },
  {
    name: "station",
    forms: ["stations", "station"],
    definition: "One point of the path that the gradient takes: a layer of a deep network, a step of a recurrent one.",
  },
  {
    name: "half-life",
    forms: ["half-life", "Half-life"],
    definition:
      "The number of stations over which the gradient's norm halves, from a straight line through its logarithm.",
  },
  {
    name: "R²",
    forms: ["R²"],
    definition:
      "How well that straight line fits: 1 is an exact exponential, below 0.9 no half-life describes the profile.",
  },
  {
    name: "reach",
    forms: ["Reach", "reach"],
    definition: "How many stations from the loss still get at least a thousandth of the gradient.",
  },
  {
    name: "severity",
    forms: ["Severity", "severity"],
    definition: "One number for how bad the path is: 0 if the gradient keeps its size, 1 if nothing gets through.",
  },
  {
    name: "probe",
    forms: ["probe", "Probe"],
    definition:
      "Random vectors sent back from the last station. They do not depend on the labels, so they measure the path alone.",
  },
  {
    name: "cotangent",
    forms: ["cotangents", "cotangent"],
    definition:
      "A vector that travels backward as a gradient does: each station multiplies it by its transposed Jacobian.",
  },
  {
    name: "ledger",
    forms: ["Ledger", "ledger"],
    definition:
      "The change of the gradient's norm from station to station, split exactly into factors: derivative of the activation (gate), weights, normalization, skips.",
  },
  {
    name: "saturated",
    forms: ["saturated", "Saturated", "saturation", "Saturation"],
    definition: "A unit on the flat end of its activation, where the derivative is below 1 % of its largest value.",
  },
  {
    name: "trivial answer",
    forms: ["trivial answer"],
    definition: "The best answer that ignores the input: the mean of the targets, or the most frequent classes.",
  },
  {
    name: "GSNR",
    forms: ["GSNR", "Gradient signal-to-noise ratio"],
    definition: "Squared mean over variance of the gradient's entries over the samples (Liu et al. 2020).",
  },
  {
    name: "noise scale",
    forms: ["noise scale", "Noise scale"],
    definition: "The batch size at which the mean gradient is as large as its own error (McCandlish et al. 2018).",
  },
  {
    name: "norm test",
    forms: ["norm test"],
    definition:
      "The error of the mean gradient over its norm (Byrd et al. 2012). Above 1 the batch shows no direction.",
  },
  {
    name: "Jacobian",
    forms: ["Jacobian", "Jacobians"],
    definition:
      "The matrix of derivatives of a later state by an earlier one. Its singular values stretch or shrink a gradient.",
  },
  {
    name: "Lyapunov exponent",
    forms: ["Lyapunov exponents", "Lyapunov exponent"],
    definition:
      "Mean growth of a small disturbance in one direction, in nats a step. Below 0 it shrinks, above 0 it grows.",
  },
  {
    name: "χ₁",
    forms: ["χ₁"],
    definition: "The factor by which one layer changes the squared gradient in a wide network. At 1 it keeps its size.",
  },
  {
    name: "knock-out",
    forms: ["Knock-outs", "knock-outs", "knock-out"],
    definition:
      "A second run with one factor replaced by a neutral one. If the gradient recovers, that factor was the cause.",
  },
];

/** Every form of every term, the longest first. */
export const TERM_PATTERN = new RegExp(
  `(?<![\\p{L}\\p{N}_-])(${GLOSSARY.flatMap(({ forms }) => forms)
    .sort((a, b) => b.length - a.length)
    .join("|")})(?![\\p{L}\\p{N}_-])`,
  "u",
);

/** The term behind a form. */
export const termOf = (form: string): Term | undefined => GLOSSARY.find(({ forms }) => forms.includes(form));

/** The id of a term's definition in a page. */
export const termId = ({ name }: Term): string => `term-${GLOSSARY.findIndex((term) => term.name === name)}`;
