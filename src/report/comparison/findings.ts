import { count, nats, significant } from "../../words/numbers.ts";
import type { ComparedFlow, Comparison } from "./compare.ts";

/** The norm whose profiles are compared, as an axis calls it. */
export const PROFILE_SYMBOLS = {
  loss: { step: "‖∂L/∂h_t‖", layer: "‖∂L/∂h_l‖" },
  probe: { step: "the probe's norm", layer: "the probe's norm" },
};

/** A row of the table, as the heads of the terminal and of the page name them. */
export const comparisonCells = ({
  verdict,
  perStation,
  halfLife,
  rSquared,
  totalGain,
  reach,
  loss,
}: ComparedFlow): string[] => [
  verdict,
  perStation === null ? "" : significant(perStation),
  halfLife === null || rSquared === null || rSquared < 0.9 ? "" : significant(halfLife),
  totalGain === null ? "" : nats(totalGain),
  count(reach),
  loss === null ? "" : significant(loss),
];

/** The one whose gradient keeps its size best; undefined where none comes through. */
function best({ entries }: Comparison): ComparedFlow | undefined {
  const alive = entries.filter(({ verdict }) => verdict !== "dead" && verdict !== "nonfinite");
  return [...alive].sort((a, b) => a.severity - b.severity)[0];
}

/** Which of them keeps the gradient best, in a sentence. */
export function conclusion(comparison: Comparison): string {
  const winner = best(comparison);
  const { axis, entries } = comparison;
  if (winner === undefined) return "None of them brings a gradient back to the first station.";
  const gain =
    winner.totalGain === null
      ? ""
      : ` (${nats(winner.totalGain)} nats over ${count(winner.lnGradientNorm.length - 1)} ${axis}s)`;
  const healthy = entries.filter(({ verdict }) => verdict === "healthy").length;
  const rest = healthy === 0 ? "; none of them is healthy" : "";
  return `The gradient keeps its size best with ${winner.name}${gain}${rest}.`;
}
