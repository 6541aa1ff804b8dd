import type { Diagnosis } from "../../diagnosis/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { markup } from "../kit/markup.ts";
import { figureToSvg } from "../kit/svg/index.ts";
import { flowFigures } from "./figures/index.ts";
import { flowToText } from "./text/index.ts";

/** A flow in the formats of a notebook; the keys are media types. */
export function flowDisplay(flow: GradientFlow, diagnosis: Diagnosis): Record<string, string> {
  const { verdict, summary } = diagnosis;
  const [profile] = flowFigures({ flow, diagnosis, extras: {} });
  return {
    "text/plain": flowToText(flow, diagnosis),
    "text/html": `${markup`<p><strong>${verdict}</strong>: ${summary}</p>`}${figureToSvg(profile)}`,
  };
}
