import { EvanesceError } from "../base/errors.ts";

/** `value` if it is a finite number of at least `least`; @throws EvanesceError otherwise. */
export function atLeast(where: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new EvanesceError(where, `a finite number of at least ${least}`, value, `use ${least} or more`);
}

/** A variance or second moment: finite, 0 or more. */
export const variance = (where: string, value: number): number => atLeast(where, value, 0);

/** A finite number above zero. */
export function positive(where: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new EvanesceError(where, "a finite number above 0", value, "use a positive number");
}

/** A whole number of at least `least`. */
export function whole(where: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new EvanesceError(where, `a whole number of at least ${least}`, value, `use ${least} or more`);
}

/** True or false. */
export function flag(where: string, value: boolean): boolean {
  if (typeof value === "boolean") return value;
  throw new EvanesceError(where, "true or false", value, "use one of them");
}

/** A correlation: −1 to 1. */
export function correlation(where: string, value: number): number {
  if (value >= -1 && value <= 1) return value;
  throw new EvanesceError(where, "a number from -1 to 1", value, "use a correlation");
}
