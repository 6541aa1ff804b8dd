import { gateTitle } from "../../../catalogue/index.ts";
import { type Figure, lineMark } from "../../kit/figure/figure.ts";
import { type FlowResult, lossEnd } from "../result.ts";
import { stations } from "./profile.ts";

/** How far the gate that carries the past is open, for each layer. */
export function gateFigure({ flow }: FlowResult): Figure[] {
  const gated = flow.layers.flatMap(({ gates, suffix }, l) => (gates === undefined ? [] : [{ gates, suffix, l }]));
  if (gated.length === 0) return [];
  const name = flow.spec.kind === "recurrent" && flow.spec.layerwise === undefined ? gateTitle(flow.spec.cell) : "gate";
  const title = name.replace(/ \w$/, ""); // without its letter
  return [
    {
      id: "gates",
      title: title[0].toUpperCase() + title.slice(1),
      caption: `Mean of the ${name} over batch and units at every step: at 1 the whole state is carried on, at 0 it is forgotten.`,
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: `mean ${name}`, scale: "linear", domain: [0, 1] },
      marks: gated.map(({ gates, suffix, l }, i) =>
        lineMark(gated.length === 1 ? name : (suffix ?? `l${l}`), gates.forget, i),
      ),
    },
  ];
}
