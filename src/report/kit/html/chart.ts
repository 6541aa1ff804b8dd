import type { Figure } from "../figure/figure.ts";
import { type Markup, markup } from "../markup.ts";
import { heatScaleForPage, legendOf, swatchForPage } from "../svg/index.ts";
import { formula, type Prose } from "./prose.ts";

/** A figure in a page: its quantity and legend as text, the drawing, the caption, a link to its numbers. */
export function figureBlock(figure: Figure, drawn: Markup, address: string | undefined, prose: Prose): Markup {
  const entries = legendOf(figure).map(
    (entry) => markup`<li data-series="${entry.key}">${swatchForPage(entry)}<span>${formula(entry.name)}</span></li>`,
  );
  const link =
    address !== undefined &&
    markup`<p class="links"><a download="${figure.id}.csv" href="${address}">Numbers of this figure (CSV)</a></p>`;
  return markup`<figure id="${figure.id}"><div class="head"><p class="quantity">${prose(figure.y.label)}</p>${heatScaleForPage(figure)}${
    entries.length > 0 && markup`<ul class="legend">${entries}</ul>`
  }</div><div class="chart">${drawn}</div><figcaption>${prose(figure.caption)}${link}</figcaption></figure>`;
}
