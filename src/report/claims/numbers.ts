import type { Claim, Measured } from "../../experiments/index.ts";
import { significant } from "../../words/numbers.ts";

/** A number with its interval and unit: `1.45 [1.44, 1.46] nats/layer`. */
export function measuredText({ value, low, high, unit, interval }: Measured): string {
  const range = interval === "exact" ? "" : ` [${significant(low)}, ${significant(high)}]`;
  return `${significant(value)}${range}${unit === "" ? "" : ` ${unit}`}`;
}

/** The number of a claim's first condition. */
export const keyNumber = ({ conditions, numbers }: Claim): Measured | undefined =>
  numbers.find(({ name }) => name === conditions[0]?.number);
