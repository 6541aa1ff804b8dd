import type { GradientFlow } from "../../../../src/flow/index.ts";
import { atMost, byId, say, TEXT_MS, whenSeen } from "./dom.ts";
import { ticks } from "./canvas.ts";
import { createChart } from "./lines.ts";
import { powerText } from "./profile.ts";

/** The text that replaces missing lines. */
const NONE = "There is no number to draw.";

export interface ActivationsView {
  draw(flow: GradientFlow): void;
}

/** The state of the units at every station: shares from 0 to 1, and the spread of the activations. */
export function createActivations(): ActivationsView {
  const note = byId("activations-note");
  const chart = createChart(byId("activations"), {
    height: 190,
    lines: [
      { label: "share of slope that is left", slot: 0 },
      { label: "saturated", slot: 1, dash: [5, 3] },
      { label: "off for every sample", slot: 3, dash: [8, 3, 2, 3] },
      { label: "gate to the past", slot: 4, dash: [10, 3] },
    ],
    yText: (value) => value.toFixed(value === Math.round(value) ? 0 : 2),
    xText: (value) => String(Math.round(value)),
    yTicks: () => [0, 0.25, 0.5, 0.75, 1],
    yRange: (_, high) => [0, Math.max(1.02, high ?? 1)],
    xLabel: () => "←  input                 loss  →",
    none: () => NONE,
  });
  const spread = createChart(byId("spread"), {
    height: 130,
    lines: [{ label: "spread of the activations", slot: 2 }],
    yText: powerText,
    xText: (value) => String(Math.round(value)),
    yTicks: (low, high) => ticks(low, high, 3).filter((place) => Number.isInteger(place)),
    yRange: (low, high) => [Math.floor(Math.min(-1, low ?? 0)), Math.ceil(Math.max(1, high ?? 0))],
    none: () => NONE,
  });
  return {
    draw: atMost(
      TEXT_MS,
      whenSeen(byId("activations"), (flow: GradientFlow) => {
        const { statistics, layers, lnGradientNorm } = flow;
        const length = lnGradientNorm.length;
        const x = Array.from({ length }, (_, i) => i);
        const row = (values: ArrayLike<number> | undefined, of: (value: number) => number = (value) => value) =>
          x.map((i) => {
            const value = values === undefined ? Number.NaN : of(values[i]);
            return Number.isFinite(value) ? Math.min(value, 1e6) : null;
          });
        const top = layers.at(-1);
        chart.draw(x, [
          // the ledger's interval s is what happens between s and s + 1
          row(slopesOf(flow)),
          row(statistics?.saturated),
          row(statistics?.dead),
          row(top?.gates?.forget),
        ]);
        byId("spread").hidden = statistics === undefined;
        if (statistics !== undefined) spread.draw(x, [row(statistics.variance, (value) => Math.log10(value) / 2)]);
        say(
          note,
          statistics === undefined
            ? "Share of the gradient that the activation's slopes let through at each step; of a gated cell also how far the gate to the past is open."
            : "Share of the gradient that the activation's slopes let through at each layer; saturated units sit where the slope is almost 0; units that are off for every sample learn nothing. Below it the standard deviation of the activations, which should neither die out nor grow without end.",
        );
      }),
    ),
  };
}

/** e^(the ledger's factor `gate`): the factor of φ' on the gradient's norm. */
function slopesOf({ layers, lnGradientNorm }: GradientFlow): Float64Array | undefined {
  const gate = layers.at(-1)?.ledger?.factors.gate;
  if (gate === undefined) return undefined;
  return Float64Array.from({ length: lnGradientNorm.length }, (_, i) =>
    i < gate.length ? Math.exp(gate[i]) : Number.NaN,
  );
}
