import type { Setting } from "../../sweeps/types.ts";

/** A value of an axis as its tick: short, whatever it is. */
export const settingText = (value: Setting): string =>
  typeof value === "number"
    ? String(Number(value.toPrecision(3)))
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

/** What a key is called on an axis. */
export const keyName = (key: string) => key.replace(/^network\./, "");

/** A key with its value; of keys joined by +, each with its own: `residual scaled, norm layer`. */
export function settingsText(key: string, value: Setting): string {
  const keys = key.split("+");
  const values = keys.length === 1 ? [settingText(value)] : String(value).split(", ");
  return keys.map((each, i) => `${keyName(each)} ${values[i]}`).join(", ");
}
