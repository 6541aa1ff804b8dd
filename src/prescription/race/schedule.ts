import type { ParameterShape } from "../../spec/parameters.ts";
import type { Cost } from "../flops.ts";
import type { RaceOptimizer } from "./types.ts";

/*
 * How long a race is and who takes part: a function of the networks' sizes alone. No clock is read, so that the same
 * seed gives the same ranking on any machine.
 */

/** Rates about half a decade apart. Adam's step is about the rate, whatever the gradient; descent's is not. */
export const GRIDS: Readonly<Record<RaceOptimizer, readonly number[]>> = {
  adam: [3e-4, 1e-3, 3e-3, 1e-2, 3e-2],
  sgd: [1e-3, 1e-2, 3e-2, 0.1, 0.3, 1],
};

/** Seeds of every rung but the first, which only sorts out. */
export const SEEDS = 3;
/** Each rung trains so many times as long as the one before. */
const LONGER = 3;

/**
 * Floating-point operations of all trainings together. Two cores of 2024 do about 15e9 a second each in networks of
 * medium size: 40 seconds, and a third more for what is not counted.
 */
const BUDGET = 1.2e12;
/** Of the longest trainings. */
const MOST_UPDATES = 300;
/** Fewer tell nothing: then rather fewer networks and rates. */
const FEWEST_UPDATES = 60;

/** What an update costs beside its pass: reading and writing a parameter, in operations' time; and calls a tensor. */
const PER_PARAMETER = 100;
const PER_TENSOR = 4e4;

/** Operations an update is counted as. */
export const updateCost = ({ flops, parameters }: Cost, table: readonly ParameterShape[]): number =>
  flops + PER_PARAMETER * parameters + PER_TENSOR * table.length;

/** A rung as it is planned. */
export interface RungPlan {
  readonly updates: number;
  readonly seeds: number;
  /** Remedies in it, beside the network as it is. */
  readonly remedies: number;
  /** Learning rates of each. */
  readonly rates: number;
}

/** Remedies and rates of the first rung, and rates that each keeps after it: from the widest field to the narrowest. */
const FIELDS = [
  { remedies: Number.POSITIVE_INFINITY, rates: Number.POSITIVE_INFINITY, kept: 2 },
  { remedies: 16, rates: 5, kept: 2 },
  { remedies: 10, rates: 3, kept: 2 },
  { remedies: 8, rates: 3, kept: 1 },
  { remedies: 4, rates: 2, kept: 1 },
];

/**
 * The rungs of a race: the widest field whose finalists get 60 updates or more out of the budget, else the narrowest.
 *
 * @param costs operations of an update, of the network as it is and of every remedy, in the order they would race
 * @param rates of the grid
 * @param updates of the finalists, where the caller says how many: then all remedies race at all rates
 */
export function planRungs(costs: readonly number[], rates: number, updates: number | undefined): RungPlan[] {
  if (updates !== undefined) return rungsOf(FIELDS[0], costs.length - 1, rates, updates);
  for (const field of FIELDS) {
    const longest = affordable(field, costs, rates);
    if (longest >= FEWEST_UPDATES) return rungsOf(field, costs.length - 1, rates, longest);
  }
  const last = FIELDS[FIELDS.length - 1];
  return rungsOf(last, costs.length - 1, rates, Math.max(affordable(last, costs, rates), LONGER ** 2));
}

/** The most updates of the finalists that the budget allows a field. */
function affordable(field: (typeof FIELDS)[number], costs: readonly number[], rates: number): number {
  const UNIT = 900; // any number of updates: costs are proportional to it
  let operations = 0;
  for (const rung of rungsOf(field, costs.length - 1, rates, UNIT)) {
    const racing = costs.slice(0, rung.remedies + 1); // who will be left is not known: the first stand for all
    const all = costs.slice(0, Math.min(field.remedies, costs.length - 1) + 1);
    const mean = all.reduce((sum, cost) => sum + cost, 0) / all.length;
    operations += racing.length * mean * rung.rates * rung.seeds * rung.updates;
  }
  return Math.min(MOST_UPDATES, Math.floor((BUDGET / operations) * UNIT));
}

function rungsOf(
  field: (typeof FIELDS)[number],
  count: number,
  grid: number,
  updates: number,
): [RungPlan, RungPlan, RungPlan] {
  const remedies = Math.min(field.remedies, count);
  const rates = Math.min(field.rates, grid);
  const kept = Math.min(field.kept, rates);
  const best = (share: number, least: number) => Math.min(remedies, Math.max(least, Math.ceil(remedies / share)));
  return [
    { updates: Math.max(1, Math.round(updates / LONGER ** 2)), seeds: 1, remedies, rates },
    { updates: Math.max(1, Math.round(updates / LONGER)), seeds: SEEDS, remedies: best(2, 3), rates: kept },
    { updates, seeds: SEEDS, remedies: best(5, 2), rates: kept },
  ];
}

/** `count` rates of the grid, round its middle. */
export function middleOf(grid: readonly number[], count: number): readonly number[] {
  const from = Math.floor((grid.length - count) / 2);
  return grid.slice(from, from + count);
}
