import { THRESHOLDS } from "../../src/diagnosis/thresholds.ts";
import { PARTS, type Sick } from "./networks.ts";

/** One network: the first remedy of the race, and its result in the search. */
export interface Scored extends Pick<Sick, "kind" | "part" | "severity"> {
  /** Updates of the race's longest trainings, and of all its trainings together. */
  readonly finalists: number;
  readonly raced: number;
  /** Whether `prescribe` finds a remedy, and whether the advice of the diagnosis, which trains nothing, has options. */
  readonly prescribed: boolean;
  readonly advised: boolean;
  readonly first: string;
  /** Whether a network of the race left the trivial loss. If none did, the order of the path is used. */
  readonly conclusive: boolean;
  readonly trivial: number | null;
  readonly best: string;
  readonly bestLoss: number;
  /** Loss of the first remedy / loss of the best, each at its best rate in the search; and at the rate that the race chose. */
  readonly ratio: number;
  readonly ratioAtRate: number | null;
  /** Loss of the best remedy of the second search / loss of the best, both in the first search; null without it. */
  readonly second: number | null;
  /** The same for the unchanged network, and for the remedy that the path alone ranks first. */
  readonly untreated: number;
  readonly byPath: number;
}

interface Plan {
  readonly updates: number;
  readonly schedule: string;
  readonly longer: number;
  readonly rates: readonly number[];
  readonly seeds: number;
}

const LIMIT = 1.25;
/** Share of the trivial loss below which the diagnosis calls a run converged. */
const SOLVED = THRESHOLDS.converged;
const isSolved = ({ ratio, bestLoss, trivial }: Scored) => trivial !== null && ratio * bestLoss <= SOLVED * trivial;

export function formatRemedies(scored: readonly Scored[], { updates, schedule, longer, rates, seeds }: Plan): string {
  const parts = PARTS.map((part) => scored.filter((one) => one.part === part));
  const twice = scored.some(({ second }) => second !== null);
  const columns = [...parts, scored];
  const line = (label: string, cells: readonly string[]) =>
    label.padEnd(54) + cells.map((cell) => cell.padStart(16)).join("");
  const counted = (label: string, fits: (one: Scored) => boolean) =>
    line(
      label,
      columns.map((ones) => `${ones.filter(fits).length} of ${ones.length}`),
    );
  const range = (of: (one: Scored) => number) =>
    `${Math.min(...scored.map(of)).toLocaleString("en")} to ${Math.max(...scored.map(of)).toLocaleString("en")}`;
  return [
    `Search: every remedy and none, rates ${rates.join(", ")}, ${updates} updates of Adam (${schedule}), ${seeds} other seeds.`,
    `Race: a ${longer}th of the updates of the search in all, ${range(({ raced }) => raced)}; its finalists get ${range(({ finalists }) => finalists)}, on 3 seeds.`,
    "",
    line("", ["fresh kinds", "held-out kinds", "tuned kinds", "all"]),
    counted(`first within ${LIMIT} × the best loss`, ({ ratio }) => ratio <= LIMIT),
    counted(
      `  or both solved: below ${100 * SOLVED} % of the trivial loss`,
      (one) => one.ratio <= LIMIT || isSolved(one),
    ),
    counted("  at the rate the race chose", ({ ratioAtRate }) => (ratioAtRate ?? Number.POSITIVE_INFINITY) <= LIMIT),
    ...(twice
      ? [
          line(
            "  best of a second search, with other seeds (ceiling)",
            columns.map((ones) => {
              const twice = ones.filter(({ second }) => second !== null);
              return `${twice.filter(({ second }) => (second as number) <= LIMIT).length} of ${twice.length}`;
            }),
          ),
        ]
      : []),
    counted("  ranked by the path alone (--fast)", ({ byPath }) => byPath <= LIMIT),
    counted("first within 2 × the best loss", ({ ratio }) => ratio <= 2),
    counted("first is the best itself", ({ first, best }) => first === best),
    counted("first no worse than no treatment", ({ ratio, untreated }) => ratio <= untreated),
    counted("no treatment within the limit", ({ untreated }) => untreated <= LIMIT),
    counted("race conclusive", ({ conclusive }) => conclusive),
    counted("a remedy is prescribed", ({ prescribed }) => prescribed),
    counted("  and the diagnosis has advice with options", ({ prescribed, advised }) => prescribed && advised),
    "",
    `${"kind".padEnd(24)}${"network".padEnd(26)}${"first".padEnd(28)}${"÷ best".padStart(8)}${twice ? "ceiling".padStart(9) : ""}${"by path".padStart(9)}${"none".padStart(8)}  best`,
    ...scored.map((one) =>
      [
        one.kind.padEnd(24),
        one.severity.padEnd(26),
        `${one.first}${one.conclusive ? "" : " (by path)"}`.padEnd(28),
        ratioText(one.ratio).padStart(8),
        twice ? (one.second === null ? "–" : ratioText(one.second)).padStart(9) : "",
        ratioText(one.byPath).padStart(9),
        ratioText(one.untreated).padStart(8),
        `  ${one.best} ${one.bestLoss.toPrecision(3)}${one.trivial === null ? "" : ` of ${one.trivial.toPrecision(3)}`}`,
      ].join(""),
    ),
  ].join("\n");
}

const ratioText = (ratio: number) => (ratio >= 1000 ? ratio.toExponential(1) : ratio.toFixed(2));
