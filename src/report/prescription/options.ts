import { optionsOf } from "../../diagnosis/advice/patches.ts";
import { nested } from "../../prescription/changes.ts";
import type { Prescription } from "../../prescription/index.ts";

/** The options that make the prescribed network; undefined if there is none, or if a change of it has no option. */
export function prescribedOptions({ prescribed, treatments }: Prescription): string[] | undefined {
  const changes = treatments.find(({ name }) => name === prescribed)?.changes ?? [];
  const each = changes.map(({ path, to }) => optionsOf(nested(path.split("."), to)));
  return each.length === 0 || each.some((options) => options.length === 0) ? undefined : each.flat();
}
