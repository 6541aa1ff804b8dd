import type { LossFacts } from "./loss.ts";

export const cross_entropy: LossFacts = {
  title: "cross-entropy",
  formula:
    "Σ w_t ℓ / Σ w_t, ℓ = −ln softmax(y)_t; with label smoothing ε (1 − ε) ℓ + ε/C Σ_c w_c/w_t (−ln softmax(y)_c)",
  source: "torch.nn.CrossEntropyLoss; label smoothing Szegedy et al. 2016",
  aliases: ["ce", "crossentropyloss"],
  targets: "classes",
  meanOverOutputs: false,
  options: ["classWeights", "labelSmoothing"],
  counts: "classes",
  undecided: (outputs) => (outputs !== null && outputs > 1 ? Math.log(outputs) : null),
  constant: ({ values, outputs: C }, { classWeights, labelSmoothing = 0 }) => {
    const counts = new Float64Array(C);
    for (let n = 0; n < values.length; n++) if (values[n] >= 0) counts[values[n]]++;
    const weight = (c: number) => classWeights?.[c] ?? 1;
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const total = counts.reduce((sum, count, c) => sum + count * weight(c), 0);
    if (total === 0) return null;
    // the weight of each class's −ln p in the mean; the best constant answer has p proportional to these weights
    const shares = counts.map(
      (count, c) => ((1 - labelSmoothing) * count * weight(c) + (labelSmoothing / C) * rows * weight(c)) / total,
    );
    const all = shares.reduce((sum, share) => sum + share, 0);
    return shares.reduce((sum, share) => sum + (share > 0 ? -share * Math.log(share / all) : 0), 0);
  },
};
