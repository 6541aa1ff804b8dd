import type { GradientFlow, Ledger } from "../../../../src/flow/index.ts";
import { nats } from "../../../../src/words/numbers.ts";
import { sheetOf, ticks } from "./canvas.ts";
import { colors, LABEL_FONT } from "./colors.ts";
import { RIGHT } from "./lines.ts";
import { atMost, byId, element, TEXT_MS, whenSeen } from "./dom.ts";

export interface LedgerView {
  draw(flow: GradientFlow): void;
}

/** Plain names of a ledger's factors, and their colors' slots as in every report. */
const FACTORS: Readonly<Record<string, readonly [name: string, slot: number]>> = {
  gate: ["slopes of the activation", 0],
  weights: ["weights", 1],
  norm: ["normalization", 2],
  skip: ["shortcut", 3],
  carry: ["carry gate", 2],
  hidden: ["way through the hidden weights", 3],
  above: ["layer above", 5],
  scale: ["scale of the branch", 4],
  injected: ["losses on the way", 4],
  interference: ["routes that meet", 6],
};

const MOST_BARS = 100;
const LEFT = 62;
const TOP = 8;
const BOTTOM = 22;

/** The effect of each factor on the gradient at every station: the parts of a bar add up to the change. */
export function createLedger(): LedgerView {
  const canvas = byId<HTMLCanvasElement>("ledger");
  const legend = byId("ledger-legend");
  const drawBarsSeen = whenSeen(canvas, (bins: Bins, flow: GradientFlow) => drawBars(canvas, bins, flow));
  let keys: string | null = null;
  const sayTotals = atMost(TEXT_MS, (bins: Bins) => {
    const totals = bins.parts.map(({ name, slot, values }) => ({ name, slot, total: sum(values) }));
    const wanted = totals.map(({ name }) => name).join();
    if (wanted !== keys) {
      keys = wanted;
      legend.replaceChildren(
        ...totals.map(({ name, slot }) =>
          element("li", { class: `slot${slot}` }, element("span", { class: "name" }, name), element("b")),
        ),
        element("li", { class: "net" }, element("span", { class: "name" }, "together"), element("b")),
      );
    }
    const numbers = legend.querySelectorAll("b");
    totals.forEach(({ total }, i) => {
      numbers[i].textContent = nats(total);
    });
    numbers[totals.length].textContent = `${nats(sum(bins.net))} nats`;
  });
  return {
    draw(flow) {
      const ledger = flow.layers.at(-1)?.ledger ?? flow.layers[0]?.ledger;
      if (ledger === undefined) return;
      const bins = binned(ledger);
      drawBarsSeen(bins, flow);
      sayTotals(bins);
    },
  };
}

interface Bins {
  readonly parts: readonly { readonly name: string; readonly slot: number; readonly values: Float64Array }[];
  readonly net: Float64Array;
  /** Number of intervals per bar. */
  readonly each: number;
}

/** Sums over bars of equal length; an interval after an exact zero has no defined gain and counts as 0. */
function binned({ factors, total }: Ledger): Bins {
  const bars = Math.max(1, Math.min(MOST_BARS, total.length));
  const edge = (i: number) => Math.round((i * total.length) / bars);
  const summed = (values: Float64Array) =>
    Float64Array.from({ length: bars }, (_, i) => {
      let all = 0;
      for (let s = edge(i); s < edge(i + 1); s++) if (Number.isFinite(values[s])) all += values[s];
      return all;
    });
  const parts = Object.entries(factors)
    .filter(([, values]) => values.some((value) => value !== 0 && Number.isFinite(value)))
    .map(([key, values], i) => {
      const [name, slot] = FACTORS[key] ?? [key, (5 + i) % 8];
      return { name, slot, values: summed(values) };
    });
  return { parts, net: summed(total), each: total.length / bars };
}

/** The least height of the axis, in nats: without it, rounding errors would look as large as causes. */
const LEAST = 0.05;

function drawBars(canvas: HTMLCanvasElement, { parts, net, each }: Bins, { axis }: GradientFlow): void {
  const { context, width, height } = sheetOf(canvas);
  const { series, soft, faint, ink } = colors();
  if (parts.length === 0) {
    context.font = LABEL_FONT;
    context.fillStyle = ink;
    context.textAlign = "center";
    context.fillText("Nothing to take apart: every value is NaN or zero.", width / 2, height / 2);
    return;
  }
  const reach = (sign: 1 | -1) =>
    Math.max(...net.map((_, i) => parts.reduce((all, { values }) => all + Math.max(0, sign * values[i]), 0)));
  const most = Math.max(reach(1), reach(-1), LEAST);
  const [up, down] = [reach(1), reach(-1)].map((value) => Math.max(value, 0.06 * most));
  const y = (value: number) => TOP + ((up - value) / (up + down)) * (height - TOP - BOTTOM);
  const step = (width - LEFT - RIGHT) / net.length;
  context.font = LABEL_FONT;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks(-down, up, 4)) {
    context.fillStyle = faint;
    context.fillRect(LEFT, Math.round(y(tick)), width - LEFT - RIGHT, 1);
    context.fillStyle = soft;
    context.fillText(tick === 0 ? "0" : `${tick > 0 ? "+" : "−"}${Math.abs(tick)}`, LEFT - 6, y(tick));
  }
  for (let i = 0; i < net.length; i++) {
    let [above, below] = [0, 0];
    for (const { slot, values } of parts) {
      const value = values[i];
      const from = value > 0 ? above : below;
      context.fillStyle = series[slot];
      const [top, bottom] = [Math.min(y(from), y(from + value)), Math.max(y(from), y(from + value))];
      context.fillRect(LEFT + i * step, top, Math.max(0.6, step - (step > 4 ? 1 : 0)), bottom - top);
      if (value > 0) above += value;
      else below += value;
    }
  }
  context.strokeStyle = ink;
  context.lineWidth = 1.5;
  context.beginPath();
  net.forEach((value, i) => {
    const x = LEFT + (i + 0.5) * step;
    if (i === 0) context.moveTo(x, y(value));
    else context.lineTo(x, y(value));
  });
  context.stroke();
  context.fillStyle = soft;
  context.textBaseline = "bottom";
  context.textAlign = "left";
  context.fillText(axis === "step" ? "← first step" : "← first layer", LEFT, height);
  context.textAlign = "right";
  const bar = each > 1.01 ? `a bar is ${Math.round(each)} ${axis}s;  ` : "";
  context.fillText(`${bar}loss →`, width - RIGHT, height);
}

const sum = (values: ArrayLike<number>): number =>
  Array.prototype.reduce.call(values, (all, value) => (all as number) + value, 0) as number;
