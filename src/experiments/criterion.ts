import { InternalError } from "../base/errors.ts";
import type { Condition, Judgement, Measured } from "./types.ts";

/** The whole interval of `number` lies above `bound`. */
export const above = (number: string, bound: number, says: string): Condition => ({ number, is: "above", bound, says });

/** The whole interval of `number` lies below `bound`. */
export const below = (number: string, bound: number, says: string): Condition => ({ number, is: "below", bound, says });

/** Marks a condition that must be met, or the experiment shows nothing. */
export const control = (condition: Condition): Condition => ({ ...condition, control: true });

/** Whether a number meets a condition. NaN meets no condition. */
export function meets({ low, high }: Measured, { is, bound }: Condition): boolean {
  return is === "above" ? low > bound : high < bound;
}

/**
 * The verdict, a pure function of the numbers: *holds* if every condition is met, *holds partly* if some are, *does not
 * hold* if none is, or if a control is not met.
 */
export function judge(conditions: readonly Condition[], numbers: readonly Measured[]): Judgement {
  const failed = conditions.filter((condition) => !meets(find(numbers, condition.number), condition));
  if (failed.length === 0) return { verdict: "holds", where: null };
  const broken = failed.filter(({ control }) => control);
  if (broken.length > 0) {
    return { verdict: "does not hold", where: `inconclusive, a control failed: ${listed(broken, numbers)}` };
  }
  const counted = conditions.filter(({ control }) => !control).length;
  const verdict = failed.length === counted ? "does not hold" : "holds partly";
  return { verdict, where: `not met: ${listed(failed, numbers)}` };
}

const textOf = (conditions: readonly Condition[], control: boolean): string[] =>
  conditions.filter((condition) => (condition.control === true) === control).map(sentence);

/** The criterion as one entry for each condition, controls last. */
export const criterionEntries = (conditions: readonly Condition[]): string[] => [
  ...textOf(conditions, false),
  ...textOf(conditions, true).map((text) => `control: ${text}`),
];

/** The criterion in words, controls last. */
export function criterionSentence(conditions: readonly Condition[]): string {
  const [tests, controls] = [textOf(conditions, false), textOf(conditions, true)];
  return `${tests.join("; ")}${controls.length > 0 ? `. Control: ${controls.join("; ")}` : ""} (95 % intervals)`;
}

const sentence = ({ number, is, bound, says }: Condition): string =>
  `${says} (${number} ${is === "above" ? ">" : "<"} ${short(bound)})`;

function listed(failed: readonly Condition[], numbers: readonly Measured[]): string {
  return failed
    .map((condition) => {
      const { value, low, high } = find(numbers, condition.number);
      return `${sentence(condition)}: ${short(value)} [${short(low)}, ${short(high)}]`;
    })
    .join("; ");
}

function find(numbers: readonly Measured[], name: string): Measured {
  const found = numbers.find((number) => number.name === name);
  if (found === undefined) throw new InternalError(`a criterion uses the number ${name}, which was not measured`);
  return found;
}

/** Three digits, for sentences. */
function short(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞");
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}
