import type { Setting } from "../../sweeps/types.ts";

/** A value of an axis as the short text of its tick. */
export const settingText = (value: Setting): string =>
  typeof value === "number"
    ? String(Number(value.toPrecision(3)))
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** The name of a key on an axis. */
export const keyName = (key: string) => key.replace(/^network\./, "");

/** A key with its value. Of keys joined by +, each with its own value: `residual scaled, norm layer`. */
export function settingsText(key: string, value: Setting): string {
  const keys = key.split("+");
  const values = keys.length === 1 ? [settingText(value)] : String(value).split(", ");
  return keys.map((each, i) => `${keyName(each)} ${values[i]}`).join(", ");
}
