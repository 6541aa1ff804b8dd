import { activationFacts, type ActivationName } from "../../catalogue/index.ts";
import type { WeightInit } from "../names.ts";

/** The laws whose formula already holds ReLU's gain √2. */
const HOLDS_SQRT2: readonly WeightInit[] = ["he_uniform", "he_normal"];

/**
 * The factor that `gain: "auto"` stands for. He's laws hold √2 already, so that theirs is divided by it: the standard
 * deviation is then gain/√fan_in, which is `torch.nn.init.kaiming_normal_` with this activation as its nonlinearity.
 */
export const autoGain = (activation: ActivationName, law: WeightInit): number =>
  activationFacts(activation).gain / (HOLDS_SQRT2.includes(law) ? Math.SQRT2 : 1);
