import type * as z from "zod/mini";
import { normFacts, type NormName } from "../catalogue/index.ts";
import { FAN_IN_LAWS, type WeightInit } from "./names.ts";

/** The fields of a spec that the maximal update parametrization restricts. */
interface Checked {
  readonly parametrization?: "standard" | "mup" | undefined;
  readonly baseWidth?: number | undefined;
  readonly baseDepth?: number | undefined;
  readonly width: number | readonly number[];
  readonly norm: NormName;
  readonly layerwise?: readonly { readonly norm?: NormName | undefined }[] | undefined;
  readonly init: { readonly weight: WeightInit; readonly readout: WeightInit };
}

/** Refuses keys that have no meaning with μP, and base sizes without μP. */
export function requireMup(spec: Checked, context: z.core.$RefinementCtx): void {
  const { parametrization, width, norm, layerwise = [], init } = spec;
  const refuse = (path: string[], rule: string, remedy: string) =>
    context.issues.push({ code: "custom", path, params: { rule, remedy }, input: spec } as never);
  if (parametrization !== "mup") return;
  if (typeof width !== "number") {
    refuse(["width"], "one width for every layer with parametrization mup", "give one number");
  }
  if ([norm, ...layerwise.map((own) => own.norm ?? norm)].some((name) => normFacts(name).of === "weights")) {
    refuse(["norm"], "none, or a norm of the activations, with parametrization mup", "use none, layer, batch or rms");
  }
  for (const key of ["weight", "readout"] as const) {
    if (FAN_IN_LAWS.includes(init[key])) continue;
    const rule = `with parametrization mup a law with variance c/fan_in: ${FAN_IN_LAWS.join(", ")}`;
    refuse(["init", key], rule, "use he_normal for relu, lecun_normal for tanh");
  }
}
