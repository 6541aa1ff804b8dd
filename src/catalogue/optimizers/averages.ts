import { share } from "./row.ts";

/* m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g² : the averages that all optimizers of Adam's family keep. */

export const BETAS = { beta1: share("β₁ of the average of g", 0.9), beta2: share("β₂ of the average of g²", 0.999) };

/** Their coefficients. */
export const averages = ({ beta1, beta2 }: { readonly beta1: number; readonly beta2: number }) => ({
  beta1,
  fresh1: 1 - beta1,
  beta2,
  fresh2: 1 - beta2,
});
