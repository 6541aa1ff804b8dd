import type { Prescription } from "../prescription/index.ts";
import { prescribedOptions } from "../report/prescription/options.ts";

/** How to get the prescribed network: its file, or the options that make it. @param saved path of the written spec */
export function prescriptionHint(prescription: Prescription, saved?: string): string | undefined {
  if (prescription.prescribed === null) return undefined;
  if (saved !== undefined) return `The network is in ${saved}: evanesce propagate ${saved}`;
  const options = prescribedOptions(prescription);
  if (options === undefined) return "Add --spec FILE for a spec that `evanesce propagate` takes as it is.";
  return `Try: ${options.join(" ")}`;
}
