import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { requireKnown, requireObject } from "../base/options-check.ts";
import {
  constantLoss,
  isClassLoss,
  LOSSES,
  type LossName,
  type LossOptionName,
  type LossOptions,
  lossFacts,
} from "../catalogue/index.ts";
import { canonicalName } from "../spec/names.ts";
import type { Batch } from "./batch.ts";

/** A loss in the caller's form: a name, or a name and its options. */
export type LossInput = LossName | (string & {}) | ({ readonly name: string } & LossOptions);

/** A loss with its options, checked. */
export interface Loss {
  readonly name: LossName;
  readonly options: LossOptions;
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isWeights = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((weight) => isNumber(weight) && weight >= 0);

/** The rule of every option, and a test of the rule. */
const RULES: Readonly<Record<LossOptionName, readonly [rule: string, keeps: (value: unknown) => boolean]>> = {
  posWeight: ["a number ≥ 0, or one for each output", (value) => (isNumber(value) && value >= 0) || isWeights(value)],
  classWeights: ["a number ≥ 0 for each class", isWeights],
  labelSmoothing: ["a number from 0 to 1", (value) => isNumber(value) && value >= 0 && value <= 1],
  delta: ["a number > 0", (value) => isNumber(value) && value > 0],
};

/**
 * A loss and its options, checked.
 *
 * @param where its name in messages
 * @throws EvanesceError for an unknown name, an option that the loss does not have, or a value out of range
 */
export function parseLoss(input: LossInput, where = "task.loss"): Loss {
  const named = typeof input === "string" ? { name: input } : input;
  requireObject(where, named, 'give a name, or { name: "huber", delta: 1 }');
  const { name: spelled, ...own } = named as { name: unknown } & Record<string, unknown>;
  const name = canonicalName(LOSSES, spelled) as LossName;
  if (!LOSSES.includes(name)) {
    const near = typeof spelled === "string" ? nearest(spelled, LOSSES) : undefined;
    const remedy = near === undefined ? "choose one of these" : `did you mean ${near}?`;
    throw new EvanesceError(where, `one of ${LOSSES.join(", ")}`, spelled, remedy);
  }
  const options = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  requireKnown(where, options, lossFacts(name).options);
  for (const [key, value] of Object.entries(options)) {
    const [rule, keeps] = RULES[key as LossOptionName];
    if (!keeps(value)) throw new EvanesceError(`${where}.${key}`, rule, value, "change it, or leave it out");
  }
  return { name, options };
}

/**
 * The batch with a different loss on its targets, and the baseline of that loss: the loss of the best constant answer
 * for these targets. For binary cross-entropy, two classes become one output with probability 0 or 1.
 *
 * @param targetsName the name of the caller's targets in messages
 * @throws EvanesceError if the targets are not of the kind of the loss, or the number of weights is not that of outputs
 */
export function withLoss(batch: Batch, { name, options }: Loss, targetsName?: string): Batch {
  const where = "task.loss";
  const { baseline: _, lossOptions: __, ...rest } = withTargetsOf(batch, name, targetsName);
  const { targets, outputSize } = rest;
  if (targets === undefined || outputSize === undefined) {
    if (name === "none") return batch;
    throw new EvanesceError(where, "none, without targets", name, "give targets");
  }
  requireCount(`${where}.posWeight`, options.posWeight, outputSize, "output");
  requireCount(`${where}.classWeights`, options.classWeights, outputSize, "class");
  const plain = Object.keys(options).length === 0;
  if (plain && name === batch.loss && batch.lossOptions === undefined) return batch;
  const baseline = constantLoss(name, targets, outputSize, options);
  return {
    ...rest,
    loss: name,
    ...(plain ? {} : { lossOptions: options }),
    ...(baseline === null ? {} : { baseline }),
  };
}

function requireCount(
  where: string,
  option: number | readonly number[] | undefined,
  count: number,
  noun: string,
): void {
  if (option === undefined || typeof option === "number" || option.length === count) return;
  throw new EvanesceError(where, `${count} numbers, one for each ${noun}`, option.length, "give as many");
}

/** The batch with targets in the form that the loss needs. */
function withTargetsOf(batch: Batch, name: LossName, targetsName: string | undefined): Batch {
  const where = "task.loss";
  const { targets, outputSize: Y } = batch;
  if (targets === undefined) return batch;
  const classes = targets instanceof Int32Array;
  const wanted = lossFacts(name).targets;
  if (isClassLoss(name)) {
    if (classes) return batch;
    if (targetsName !== undefined) {
      const remedy = "store class indices as int32 or int64";
      throw new EvanesceError(targetsName, `class indices, whole numbers, for ${name}`, targets, remedy);
    }
    const fitting = LOSSES.filter((loss) => lossFacts(loss).targets === "real").join(", ");
    throw new EvanesceError(where, "a loss of real targets", name, `choose ${fitting}, or give class indices`);
  }
  if (wanted === "none") throw new EvanesceError(where, "a loss, as there are targets", name, "leave it out");
  if (!classes) {
    if (wanted === "real") return batch;
    const at = targets.findIndex((value) => !(value >= 0 && value <= 1));
    if (at < 0) return batch;
    const place = targetsName === undefined ? where : `${targetsName}[${at}]`;
    throw new EvanesceError(place, "a probability from 0 to 1", targets[at], "rescale targets, or choose another loss");
  }
  if (wanted === "probabilities" && Y !== undefined && Y <= 2) {
    return { ...batch, targets: Float32Array.from(targets), outputSize: 1 };
  }
  const rule = "cross_entropy or hinge, for class indices";
  if (wanted === "probabilities")
    throw new EvanesceError(where, `${rule} of more than two classes`, name, "choose one");
  throw new EvanesceError(where, rule, name, "store real targets as float32");
}
