import type { Case } from "./case.ts";
import type { Fault } from "./plant.ts";

/** A share of trials with its 95 % interval. */
export interface Rate {
  readonly hits: number;
  readonly trials: number;
}

/** Wilson's interval (1927) at 95 %. It is within 0 … 1, and its width is not 0 even if nothing failed. Null without trials. */
export function wilson({ hits, trials }: Rate): readonly [low: number, high: number] | null {
  if (trials === 0) return null;
  const z = 1.959963984540054;
  const p = hits / trials;
  const center = (p + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half = (z / (1 + (z * z) / trials)) * Math.sqrt((p * (1 - p)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

export const rate = <Item>(items: readonly Item[], hit: (item: Item) => boolean): Rate => ({
  hits: items.filter(hit).length,
  trials: items.length,
});

/** How often each pair of truth and verdict occurs. */
export type Confusion = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function confusion<Item>(
  items: readonly Item[],
  truth: (item: Item) => string,
  said: (item: Item) => string,
): Confusion {
  const counts: Record<string, Record<string, number>> = {};
  for (const item of items) {
    const row = truth(item);
    const column = said(item);
    counts[row] ??= {};
    counts[row][column] = (counts[row][column] ?? 0) + 1;
  }
  return counts;
}

export const isSick = ({ truth }: Case): boolean => truth.verdict !== "healthy";
export const isRight = ({ truth, ours }: Case): boolean => truth.verdict === ours.verdict;
/** Converged, on a plateau, or without anything to learn. */
export const isSettled = ({ truth }: Case): boolean => truth.state !== null && truth.state !== "nonfinite";
/** Whether its knobs were turned, to find the true cause. */
const isTurned = ({ truth }: Case): boolean => truth.cause !== null;
export const hasCause = ({ truth }: Case): boolean => truth.cause?.cause != null;

/** The scores of the diagnosis. */
export interface Summary {
  readonly cases: number;
  readonly verdict: Rate;
  /** Of networks farther than a factor of 3 from the border. */
  readonly clearVerdict: Rate;
  /** Healthy networks, with any labels, whose verdict was not healthy. */
  readonly falseAlarms: Rate;
  /** The same for networks that have converged, are on a plateau, or have constant labels. */
  readonly settledAlarms: Rate;
  /** Sick networks whose verdict was healthy. */
  readonly missed: Rate;
  /** The named cause is right, among networks with a known cause. */
  readonly cause: Rate;
  /** Sick networks whose cause is not shown by any single reversal. */
  readonly ambiguous: Rate;
  readonly state: Rate;
  /** The true layer is among at most three named layers, for faults of one layer with a named cause. */
  readonly place: Rate;
}

export function summarize(cases: readonly Case[]): Summary {
  const sick = cases.filter(isSick);
  const healthy = cases.filter((one) => !isSick(one));
  const alarm = ({ ours }: Case) => ours.verdict !== "healthy";
  const named = sick.filter(hasCause).filter(({ truth, ours }) => ours.cause === truth.cause?.cause);
  return {
    cases: cases.length,
    verdict: rate(cases, isRight),
    clearVerdict: rate(
      cases.filter(({ truth }) => truth.clear),
      isRight,
    ),
    falseAlarms: rate(healthy, alarm),
    settledAlarms: rate(healthy.filter(isSettled), alarm),
    missed: rate(sick, (one) => !alarm(one)),
    cause: { hits: named.length, trials: sick.filter(hasCause).length },
    ambiguous: rate(sick.filter(isTurned), (one) => !hasCause(one)),
    state: rate(
      cases.filter(({ truth }) => truth.state !== null),
      ({ truth, ours }) => truth.state === ours.state,
    ),
    place: rate(
      named.filter(({ layer }) => layer !== null),
      ({ layer, ours: { stations } }) =>
        stations[0] <= (layer as number) && stations[1] >= (layer as number) && stations[1] - stations[0] <= 2,
    ),
  };
}

/** One tool, compared with the truth. */
export interface ToolScore {
  readonly tool: string;
  /** Sick networks on which it raises any alarm. */
  readonly alarms: Rate;
  readonly falseAlarms: Rate;
  readonly settledAlarms: Rate;
  /** Its verdict is right, if it can give the true one; NaN and infinities count as exploding. */
  readonly right: Rate;
  readonly cannotSay: readonly string[];
}

const SAYS: Readonly<Record<string, readonly string[]>> = {
  "SageMaker Debugger": ["healthy", "vanishing", "dead", "nonfinite"],
  AutoTrainer: ["healthy", "vanishing", "exploding", "dead", "nonfinite"],
  DeepDiagnosis: ["healthy", "vanishing", "dead"],
  TheDeepChecker: ["healthy", "vanishing", "exploding", "dead", "nonfinite"],
  Deeplearning4j: [],
};
const VERDICTS = ["healthy", "vanishing", "exploding", "dead", "nonfinite", "mixed"];

export function scoreTools(cases: readonly Case[]): ToolScore[] {
  const score = (tool: string, says: readonly string[], said: (one: Case) => string): ToolScore => {
    const healthy = cases.filter((one) => !isSick(one));
    const alarm = (one: Case) => said(one) !== "healthy";
    return {
      tool,
      alarms: rate(cases.filter(isSick), alarm),
      falseAlarms: rate(healthy, alarm),
      settledAlarms: rate(healthy.filter(isSettled), alarm),
      right: rate(
        cases.filter(({ truth }) => says.includes(truth.verdict)),
        (one) => said(one) === one.truth.verdict || (one.truth.verdict === "nonfinite" && said(one) === "exploding"),
      ),
      cannotSay: VERDICTS.filter((verdict) => !says.includes(verdict)),
    };
  };
  const ours = score("evanesce", VERDICTS, ({ ours: { verdict } }) => verdict);
  return [ours, ...Object.entries(SAYS).map(([tool, says]) => score(tool, says, ({ presets }) => presets[tool]))];
}

/** One row of the benchmark. */
export interface RowScore {
  readonly fault: Fault;
  readonly seeds: number;
  /** The commonest true verdict and its share. */
  readonly truth: string;
  readonly truthShare: number;
  readonly verdict: Rate;
  /** The commonest true cause, "–" if there is none. */
  readonly trueCause: string;
  readonly cause: Rate;
  readonly ambiguous: number;
}

export function scoreRows(faults: readonly Fault[], cases: readonly Case[]): RowScore[] {
  return faults.flatMap((fault, row) => {
    const own = cases.filter((one) => one.row === row);
    if (own.length === 0) return [];
    const [truth, count] = commonest(own.map((one) => one.truth.verdict));
    const known = own.filter(hasCause);
    return {
      fault,
      seeds: own.length,
      truth,
      truthShare: count / own.length,
      verdict: rate(own, isRight),
      trueCause: known.length === 0 ? "–" : commonest(known.map((one) => one.truth.cause?.cause as string))[0],
      cause: rate(known, ({ truth, ours }) => truth.cause?.cause === ours.cause),
      ambiguous: own.filter((one) => isSick(one) && isTurned(one) && !hasCause(one)).length,
    };
  });
}

function commonest(names: readonly string[]): [name: string, count: number] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most));
}
