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
  /** What the repeats say; null without them. */
  readonly repeated: Repeats | null;
  /** The same as `ratio` for the unchanged network, and for the remedy that the path alone ranks first. */
  readonly untreated: number;
  readonly byPath: number;
}

/** Losses in the repeats / the lowest mean loss there: of the race's first, of the search's best, of no remedy. */
interface Repeats {
  readonly best: string;
  readonly bestLoss: number;
  readonly ratio: number;
  readonly search: number;
  readonly none: number;
}

interface Plan {
  readonly updates: number;
  readonly schedule: string;
  readonly longer: number;
  readonly rates: readonly number[];
  readonly seeds: { readonly search: number; readonly repeats: number };
  /** Held-out samples of the repeats. */
  readonly samples: number;
}

const LIMIT = 1.25;
/** Share of the trivial loss below which the diagnosis calls a run converged. */
const SOLVED = THRESHOLDS.converged;
const isSolved = ({ trivial }: Scored, { ratio, bestLoss }: { ratio: number; bestLoss: number }) =>
  trivial !== null && ratio * bestLoss <= SOLVED * trivial;

export function formatRemedies(
  scored: readonly Scored[],
  { updates, schedule, longer, rates, seeds, samples }: Plan,
): string {
  const parts = PARTS.map((part) => scored.filter((one) => one.part === part));
  const again = scored.some(({ repeated }) => repeated !== null);
  const columns = [...parts, scored];
  const line = (label: string, cells: readonly string[]) =>
    label.padEnd(54) + cells.map((cell) => cell.padStart(16)).join("");
  const counted = (label: string, fits: (one: Scored) => boolean) =>
    line(
      label,
      columns.map((ones) => `${ones.filter(fits).length} of ${ones.length}`),
    );
  const repeats = (label: string, fits: (one: Scored, by: Repeats) => boolean) =>
    line(
      label,
      columns.map((ones) => {
        const known = ones.filter(({ repeated }) => repeated !== null);
        return `${known.filter((one) => fits(one, one.repeated as Repeats)).length} of ${known.length}`;
      }),
    );
  const range = (of: (one: Scored) => number) =>
    `${Math.min(...scored.map(of)).toLocaleString("en")} to ${Math.max(...scored.map(of)).toLocaleString("en")}`;
  return [
    `Search: every remedy and none, rates ${rates.join(", ")}, ${updates} updates of Adam (${schedule}), ${seeds.search} other seeds.`,
    `Race: a ${longer}th of the updates of the search in all, ${range(({ raced }) => raced)}; its finalists get ${range(({ finalists }) => finalists)}, on 3 seeds.`,
    "",
    line("", ["fresh kinds", "held-out kinds", "tuned kinds", "all"]),
    counted(`first within ${LIMIT} × the best loss`, ({ ratio }) => ratio <= LIMIT),
    counted(
      `  or both solved: below ${100 * SOLVED} % of the trivial loss`,
      (one) => one.ratio <= LIMIT || isSolved(one, one),
    ),
    counted("  at the rate the race chose", ({ ratioAtRate }) => (ratioAtRate ?? Number.POSITIVE_INFINITY) <= LIMIT),
    counted("  ranked by the path alone (--fast)", ({ byPath }) => byPath <= LIMIT),
    counted("first within 2 × the best loss", ({ ratio }) => ratio <= 2),
    counted("first is the best itself", ({ first, best }) => first === best),
    counted("first no worse than no treatment", ({ ratio, untreated }) => ratio <= untreated),
    counted("no treatment within the limit", ({ untreated }) => untreated <= LIMIT),
    ...(again
      ? [
          `The best of the search again, on ${seeds.repeats} more seeds and ${samples.toLocaleString("en")} held-out samples`,
          repeats("  first within the limit", (_, { ratio }) => ratio <= LIMIT),
          repeats("    or both solved", (one, by) => by.ratio <= LIMIT || isSolved(one, by)),
          repeats("  best of the search within the limit (ceiling)", (_, { search }) => search <= LIMIT),
          repeats("    or both solved", (one, { search, bestLoss }) => {
            return search <= LIMIT || isSolved(one, { ratio: search, bestLoss });
          }),
          repeats("  first no worse than no treatment", (_, { ratio, none }) => ratio <= none),
        ]
      : []),
    counted("race conclusive", ({ conclusive }) => conclusive),
    counted("a remedy is prescribed", ({ prescribed }) => prescribed),
    counted("  and the diagnosis has advice with options", ({ prescribed, advised }) => prescribed && advised),
    "",
    `${"kind".padEnd(28)}${"network".padEnd(26)}${"first".padEnd(28)}${"÷ best".padStart(8)}${again ? `${"again".padStart(8)}${"ceiling".padStart(9)}` : ""}${"by path".padStart(9)}${"none".padStart(8)}  best`,
    ...scored.map((one) =>
      [
        `${one.kind} `.padEnd(28),
        one.severity.padEnd(26),
        `${one.first}${one.conclusive ? "" : " (by path)"}`.padEnd(28),
        ratioText(one.ratio).padStart(8),
        again ? ratioOrDash(one.repeated?.ratio).padStart(8) + ratioOrDash(one.repeated?.search).padStart(9) : "",
        ratioText(one.byPath).padStart(9),
        ratioText(one.untreated).padStart(8),
        `  ${one.best} ${one.bestLoss.toPrecision(3)}${one.trivial === null ? "" : ` of ${one.trivial.toPrecision(3)}`}`,
      ].join(""),
    ),
  ].join("\n");
}

const ratioOrDash = (ratio: number | undefined) => (ratio === undefined ? "–" : ratioText(ratio));
const ratioText = (ratio: number) => (ratio >= 1000 ? ratio.toExponential(1) : ratio.toFixed(2));
