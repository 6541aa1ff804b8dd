import { activationFacts, type ActivationName } from "../../catalogue/index.ts";
import type { WeightInit } from "../names.ts";

/** The laws whose formula already contains ReLU's gain √2. */
const HOLDS_SQRT2: readonly WeightInit[] = ["he_uniform", "he_normal"];

/**
 * The factor of `gain: "auto"`. He's laws already contain √2, so their factor is divided by it. The standard deviation
 * is then gain/√fan_in, as in `torch.nn.init.kaiming_normal_` with this activation as its nonlinearity.
 */
export const autoGain = (activation: ActivationName, law: WeightInit): number =>
  activationFacts(activation).gain / (HOLDS_SQRT2.includes(law) ? Math.SQRT2 : 1);
