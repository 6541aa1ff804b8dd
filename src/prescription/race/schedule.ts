import type { ParameterShape } from "../../spec/parameters.ts";
import type { Cost } from "../flops.ts";
import type { RaceOptimizer } from "./types.ts";

/*
 * The length of a race and its field. Both depend only on the sizes of the networks. No clock is read, so the same seed
 * gives the same ranking on every machine.
 */

/** Rates, each about three times the one before. A step of Adam has about the size of the rate; one of SGD does not. */
export const GRIDS: Readonly<Record<RaceOptimizer, readonly number[]>> = {
  adam: [3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
  sgd: [1e-3, 1e-2, 3e-2, 0.1, 0.3, 1],
};

/** Number of seeds of the finalists. */
export const SEEDS = 3;
/** Each round trains this many times as long as the one before. */
const LONGER = 3;
/** Lengths of trainings in a race. A short race leaves out the longest, so that its first round has ten updates. */
const LENGTHS = 4;
const LEAST_FIRST = 10;

/**
 * Floating-point operations of all trainings together: 2 cores · 12e9 operations a second · 50 seconds.
 * `npm run bench:race` measured 10e9 to 12e9 on one thread of a two-core machine of 2024 under load. Small recurrent
 * networks run up to five times slower than this count says.
 */
const BUDGET = 2 * 12e9 * 50;
/** Most updates of the longest trainings. */
const MOST_UPDATES = 2500;
/** Least updates of the finalists. If the budget does not allow them, fewer networks and rates take part. */
const FEWEST_UPDATES = 60;
/** Updates of the finalists of any race, also where they exceed the budget: an LSTM of 128 units over 1,000 steps. */
const LEAST_UPDATES = 6;

/**
 * The cost of an update apart from the products of its pass, in operations of the same time: memory traffic and Adam's
 * square root for every parameter, calls and measurements for every tensor. `npm run bench:race` fits both by least
 * squares over networks of many sizes: 40 to 100 for each parameter and 3e4 to 8e4 for each tensor, in three runs on a
 * machine under load. The values decide how long a race is, so they are fixed: a new measurement must not change a
 * ranking.
 */
const PER_PARAMETER = 100;
const PER_TENSOR = 4e4;

/** Cost of one update in operations. */
export const updateCost = ({ flops, parameters }: Cost, table: readonly ParameterShape[]): number =>
  flops + PER_PARAMETER * parameters + PER_TENSOR * table.length;

/** The plan of one round: one seed, on which every network and rate that is left trains anew. */
export interface RungPlan {
  readonly updates: number;
  /** Its seed, counted from the first seed of the race. */
  readonly seed: number;
  /** Number of remedies, without the network as it is. */
  readonly remedies: number;
  /** Number of learning rates of each remedy, and of the network as it is. */
  readonly rates: number;
  readonly ownRates: number;
}

/**
 * Remedies and rates of the first round, and rates of the third and the fourth, from the widest field to the narrowest.
 */
const FIELDS = [
  { remedies: Number.POSITIVE_INFINITY, rates: Number.POSITIVE_INFINITY, kept: 2 },
  { remedies: 16, rates: 5, kept: 2 },
  { remedies: 10, rates: 3, kept: 2 },
  { remedies: 8, rates: 3, kept: 1 },
  { remedies: 4, rates: 2, kept: 1 },
];

/**
 * Plans the rounds of a race: the widest field whose finalists get at least 60 updates from the budget, else the
 * narrowest.
 *
 * @param costs operations of an update, for the network as it is and for every remedy in the order of admission
 * @param rates number of rates in the grid
 * @param updates updates of the finalists, if the caller chose them; then all remedies take part at all rates
 */
export function planRungs(costs: readonly number[], rates: number, updates: number | undefined): RungPlan[] {
  if (updates !== undefined) return rungsOf(FIELDS[0], costs.length - 1, rates, updates);
  for (const field of FIELDS) {
    const longest = affordable(field, costs, rates);
    if (longest >= FEWEST_UPDATES) return rungsOf(field, costs.length - 1, rates, longest);
  }
  const last = FIELDS[FIELDS.length - 1];
  return rungsOf(last, costs.length - 1, rates, Math.max(affordable(last, costs, rates), LEAST_UPDATES));
}

/** The most updates of the finalists that the budget allows for a field. */
function affordable(field: (typeof FIELDS)[number], costs: readonly number[], rates: number): number {
  const all = costs.slice(0, Math.min(field.remedies, costs.length - 1) + 1);
  const mean = all.reduce((sum, cost) => sum + cost, 0) / all.length; // nobody knows yet which networks will stay
  // the cost is proportional to the updates as long as the number of rounds is the same
  const most = (unit: number) => {
    const operations = mean * updatesOf(rungsOf(field, costs.length - 1, rates, unit));
    return Math.floor((BUDGET / operations) * unit);
  };
  const long = most(LONGEST_SHORT * 10);
  return long >= LONGEST_SHORT ? Math.min(MOST_UPDATES, long) : Math.min(LONGEST_SHORT - 1, most(LONGEST_SHORT / 3));
}

/** Updates of all trainings of a race together. */
export const updatesOf = (plans: readonly RungPlan[]): number =>
  plans.reduce((sum, { remedies, rates, ownRates, updates }) => sum + (remedies * rates + ownRates) * updates, 0);

/** Races whose finalists have fewer updates have a length less. */
const LONGEST_SHORT = LEAST_FIRST * LONGER ** (LENGTHS - 1);

/** Remedies that take part in a round, and rates; the network as it is has as many rates unless `own` says more. */
interface Share {
  readonly remedies: number;
  readonly rates: number;
  readonly own?: number;
}

/**
 * Short trainings show which remedies are hopeless, but not which of the good ones is the best: the first after N
 * updates is often another one than the first after 3 N. So the first rounds are cheap, on one seed each, and nearly
 * half of all updates are those of the longest trainings. The first round shows least, so it keeps two thirds. Nor do
 * short trainings show which rate is the best, so two rates stay until the finalists have trained once at full length:
 * the loss of a good remedy can be three times as large at the next rate of the grid. Each round has another seed, so
 * a remedy does not leave the race by one unlucky draw. The network as it is often begins to learn late: it keeps every
 * rate for two rounds and one rate more in the third, so that no remedy wins because a rate was dropped by chance.
 *
 * The finalists train at full length on one seed after another, and are judged by the mean over all of them. After two
 * seeds the best two are left (successive rejects: Audibert, Bubeck and Munos 2010): the third seed decides between
 * them.
 */
function rungsOf(field: (typeof FIELDS)[number], count: number, grid: number, updates: number): RungPlan[] {
  const remedies = Math.min(field.remedies, count);
  const best = (share: number, least: number) => Math.min(remedies, Math.max(least, Math.ceil(remedies / share)));
  const lengths = updates < LONGEST_SHORT ? LENGTHS - 1 : LENGTHS;
  const short = [
    { remedies, rates: field.rates },
    { remedies: best(1.5, 5), rates: field.kept + 1, own: field.rates },
    { remedies: best(4, 4), rates: field.kept, own: field.kept + 1 },
  ].slice(0, lengths - 1);
  const finalists = lengths < LENGTHS ? best(4, 4) : best(8, 2);
  const long = [
    { remedies: finalists, rates: field.kept },
    ...Array(SEEDS - 2).fill({ remedies: finalists, rates: 1 }),
    { remedies: Math.min(remedies, 2), rates: 1 },
  ];
  const plan = (of: Share, updates: number, seed: number): RungPlan => {
    const most = (rates: number) => Math.min(rates, field.rates, grid);
    return { updates, seed, remedies: of.remedies, rates: most(of.rates), ownRates: most(of.own ?? of.rates) };
  };
  return [
    ...short.map((of, i) => plan(of, Math.max(1, Math.round(updates / LONGER ** (lengths - 1 - i))), i)),
    ...long.map((of, seed) => plan(of, updates, seed)),
  ];
}

/** The `count` rates in the middle of the grid. */
export function middleOf(grid: readonly number[], count: number): readonly number[] {
  const from = Math.floor((grid.length - count) / 2);
  return grid.slice(from, from + count);
}
