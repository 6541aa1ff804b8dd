import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { keyOf, longName, type Option } from "../options/option.ts";

/**
 * Refuses an option that has no effect on its network, because a user who gives it expects one.
 * @throws EvanesceError that names the option and its requirement
 */
export function requireEffect(
  options: readonly Option[],
  values: Readonly<Record<string, unknown>>,
  spec: NetworkSpec,
): void {
  for (const each of options) {
    const value = values[keyOf(each)];
    if (value === undefined) continue;
    for (const { when, needs, remedy } of each.idle ?? []) {
      if (when(spec)) throw new EvanesceError(longName(each), `together with ${needs}`, value, remedy);
    }
  }
}
