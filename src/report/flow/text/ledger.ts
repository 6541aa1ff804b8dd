import type { GradientFlow, Ledger } from "../../../flow/index.ts";
import { nats } from "../../../words/numbers.ts";
import { cut, LABEL, padEnd, padStart } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** The sum of a factor along the whole axis, in nats; −∞ if it made the gradient exactly zero. */
interface FactorSum {
  readonly name: string;
  readonly nats: number;
}

/** At most this many layers of a stack are shown; layers in the middle are left out. */
const MOST_LAYERS = 8;

/**
 * The factors that changed the gradient between its last and its first station: one bar for each factor, and each layer
 * of a stack apart. If every step has a loss, the probe's ledger is shown, because the gradient's ledger contains those
 * losses.
 */
export function ledgerBars(theme: Theme, flow: GradientFlow): string[] {
  const ofProbe = flow.task.lossAt === "every" && flow.task.loss !== "none" && flow.probe?.ledgers !== undefined;
  const chosen = ofProbe ? flow.probe.ledgers : flow.layers.map(({ ledger }) => ledger);
  const ledgers = chosen.flatMap((ledger, layer) => (ledger === undefined ? [] : [{ layer, ...sumsOf(ledger) }]));
  const names = flow.layers.map(({ suffix }, layer) => suffix ?? `l${layer}`);
  const filled = ledgers.filter(({ factors }) => factors.length > 0);
  if (filled.length === 0) return [];
  const stack = flow.layers.length > 1;
  const most = Math.max(...filled.flatMap(({ factors }) => factors.map((factor) => rank(factor.nats))));
  const last = flow.lnGradientNorm.length - 1;
  const span = `from ${flow.axis} ${last} back to 0`;
  const blocks = filled.map(({ layer, factors, total }, i) => {
    const whose = [ofProbe ? "probe" : "loss", stack ? names[layer] : ""].filter(Boolean).join(", ");
    const head = `${whose === "" ? "" : `${whose}: `}${nats(total)} nats ${span}`;
    return [
      theme.paint(padEnd(i === 0 ? "Ledger" : "", LABEL), "dim") + theme.text(head),
      ...factors.map((factor) => bar(theme, factor, factors, most)),
    ];
  });
  if (blocks.length <= MOST_LAYERS) return blocks.flat();
  const half = MOST_LAYERS / 2;
  const left = theme.text(`… ${blocks.length - MOST_LAYERS} layers between: see --json`);
  return [...blocks.slice(0, half).flat(), theme.paint(" ".repeat(LABEL) + left, "dim"), ...blocks.slice(-half).flat()];
}

/** Sums over the intervals with a defined gain, the largest first, without factors that are zero everywhere. */
function sumsOf({ factors, total }: Ledger): { factors: FactorSum[]; total: number } {
  const sum = (values: Float64Array) => values.reduce((all, value) => (Number.isNaN(value) ? all : all + value), 0);
  const defined = total.some((value) => !Number.isNaN(value));
  const sums = Object.entries(factors).map(([name, values]) => ({
    name,
    nats: sum(values),
    used: values.some(Boolean),
  }));
  return {
    factors: defined ? sums.filter(({ used }) => used).sort((a, b) => rank(b.nats) - rank(a.nats)) : [],
    total: sum(total),
  };
}

const rank = (value: number) => (value === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : Math.abs(value));

/** `gate        ████████████  −40.4 nats  100 %`: the share of all nats of this layer, with signs ignored. */
function bar(theme: Theme, { name, nats: amount }: FactorSum, all: readonly FactorSum[], most: number): string {
  const text = `${padStart(theme.text(nats(amount)), 9)} nats `;
  const whole = all.reduce((sum, factor) => sum + rank(factor.nats), 0);
  const share =
    whole === Number.POSITIVE_INFINITY ? (amount === Number.NEGATIVE_INFINITY ? 1 : 0) : rank(amount) / whole;
  const percent = padStart(whole > 0 ? `${Math.round(100 * share)} %` : "", 6);
  const label = padEnd(cut(theme, theme.text(`  ${name}`), LABEL + 3), LABEL + 4);
  const room = theme.width - label.length - text.length - percent.length - 1;
  const length = rank(amount) === most ? room : (rank(amount) / most) * room;
  const drawn = theme.ascii ? "#".repeat(Math.round(length)) : eighths(length);
  return label + padEnd(theme.paint(drawn, amount < 0 ? "bad" : "good"), room + 1) + text + theme.paint(percent, "dim");
}

/** A bar of `length` characters; its end is drawn in eighths of a character. */
function eighths(length: number): string {
  const parts = Math.round(length * 8);
  return "█".repeat(Math.floor(parts / 8)) + ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][parts % 8];
}
