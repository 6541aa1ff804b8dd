import { binary_cross_entropy } from "./binary-cross-entropy.ts";
import { cross_entropy } from "./cross-entropy.ts";
import { hinge } from "./hinge.ts";
import { huber } from "./huber.ts";
import type { LossFacts, LossOptions } from "./loss.ts";
import { mae } from "./mae.ts";
import { mse } from "./mse.ts";
import { none } from "./none.ts";

export type { LossFacts, LossOptionName, LossOptions, LossTargets } from "./loss.ts";

/** Every loss, in the order that lists show them. */
export const LOSS_TABLE = {
  mse,
  cross_entropy,
  binary_cross_entropy,
  hinge,
  huber,
  mae,
  none,
} as const satisfies Readonly<Record<string, LossFacts>>;

export type LossName = keyof typeof LOSS_TABLE;

export const LOSSES = Object.keys(LOSS_TABLE) as [LossName, ...LossName[]];

export const lossFacts = (name: LossName): LossFacts => LOSS_TABLE[name];

/** Whether targets are class indices, an Int32Array. */
export const isClassLoss = (name: LossName): boolean => lossFacts(name).targets === "classes";

/** The smallest loss that a constant output can have on these targets; null without targets. */
export const constantLoss = (
  name: LossName,
  values: ArrayLike<number>,
  outputs: number,
  options: LossOptions = {},
): number | null => lossFacts(name).constant({ values, outputs }, options);
