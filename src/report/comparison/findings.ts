import { count, nats, significant } from "../../words/numbers.ts";
import type { ComparedFlow, Comparison } from "./compare.ts";

/** The symbol of the norm whose profiles are compared. */
export const PROFILE_SYMBOLS = {
  loss: { step: "‖∂L/∂h_t‖", layer: "‖∂L/∂h_l‖" },
  probe: { step: "the probe's norm", layer: "the probe's norm" },
};

/** A row of the table, in the order of its headings. */
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

/** The flow whose gradient keeps its size best; undefined if no gradient arrives. */
function best({ entries }: Comparison): ComparedFlow | undefined {
  const alive = entries.filter(({ verdict }) => verdict !== "dead" && verdict !== "nonfinite");
  return [...alive].sort((a, b) => a.severity - b.severity)[0];
}

/** A sentence that says which of them keeps the gradient best. */
export function conclusion(comparison: Comparison): string {
  const winner = best(comparison);
  const { axis, entries } = comparison;
  if (winner === undefined) return "In none of them does a gradient arrive at the first station.";
  const gain =
    winner.totalGain === null
      ? ""
      : ` (${nats(winner.totalGain)} nats over ${count(winner.lnGradientNorm.length - 1)} ${axis}s)`;
  const healthy = entries.filter(({ verdict }) => verdict === "healthy").length;
  const rest = healthy === 0 ? "; none of them is healthy" : "";
  return `The gradient keeps its size best with ${winner.name}${gain}${rest}.`;
}
