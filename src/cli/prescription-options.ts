import type { Change, Prescription } from "../prescription/index.ts";
import { namesByField } from "./options/option.ts";
import { FEEDFORWARD } from "./networks/feedforward.ts";
import { RECURRENT } from "./networks/recurrent.ts";

const OPTIONS = namesByField([...RECURRENT.options, ...FEEDFORWARD.options]);

/** How to get the prescribed network: its file, or the options that make it. @param saved path of the written spec */
export function prescriptionHint({ prescribed, treatments }: Prescription, saved?: string): string | undefined {
  if (prescribed === null) return undefined;
  if (saved !== undefined) return `The network is in ${saved}: evanesce propagate ${saved}`;
  const changes = treatments.find(({ name }) => name === prescribed)?.changes ?? [];
  const options = changes.map(optionFor);
  if (options.includes(undefined)) return "Add --spec FILE for a spec that `evanesce propagate` takes as it is.";
  return `Try: ${options.join(" ")}`;
}

/** A change of the spec as an option; undefined if no option makes it. */
function optionFor({ path, to }: Change): string | undefined {
  if (path === "timeSkip" && typeof to === "object" && to !== null) {
    const { steps, scale = 1 } = to as { steps: number; scale?: number };
    return `--time-skip ${steps}${scale === 1 ? "" : `,${scale}`}`;
  }
  const name = OPTIONS[`network.${path}`];
  if (name === undefined) return undefined;
  if (Array.isArray(to)) return `${name} ${to.join(",")}`;
  if (typeof to === "boolean") return to ? name : undefined;
  return typeof to === "object" ? undefined : `${name} ${to}`;
}
