import { requireKnown, requireObject } from "../base/options-check.ts";
import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Fields, maybe, parseOptions, real, sameName, whole } from "../base/option-fields.ts";

/*
 * Schedules of the learning rate: the formulas of torch.optim.lr_scheduler with one step for each update. η is the
 * learning rate of the optimizer, and t = 0, 1, … is the number of updates before.
 */

export const SCHEDULE_NAMES = ["constant", "step", "cosine", "warmup", "one_cycle", "plateau"] as const;
/** The name of a schedule. */
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/** Options of schedules. Each schedule takes those of its row in `SCHEDULES`. */
export interface ScheduleOptions {
  /**
   * Number of updates of the schedule: of a period, a half wave, a warm-up or a cycle. By default that of the run, if
   * it is known.
   */
  readonly steps?: number | undefined;
  /** Factor for each period or plateau. */
  readonly factor?: number | undefined;
  /** The smallest learning rate. */
  readonly least?: number | undefined;
  /** Warm-up: the factor at its start and after its end. */
  readonly startFactor?: number | undefined;
  readonly endFactor?: number | undefined;
  /**
   * One-cycle: the share of the cycle in which the rate rises, and the divisors of η at the start and at the end of the
   * cycle.
   */
  readonly rise?: number | undefined;
  readonly divideStart?: number | undefined;
  readonly divideEnd?: number | undefined;
  /**
   * Plateau: observations without an improvement, the size of an improvement, observations to skip after a reduction,
   * and updates of one observation.
   */
  readonly patience?: number | undefined;
  readonly threshold?: number | undefined;
  readonly cooldown?: number | undefined;
  readonly every?: number | undefined;
}

/** A schedule's name, or its name and options. */
export type ScheduleInput = ScheduleName | ({ readonly name: ScheduleName } & ScheduleOptions);

/** Numbers that a schedule keeps from update to update. */
export type ScheduleMemory = Record<string, number>;

type Options = Readonly<Record<string, number>>;

/** One schedule: its formula, its options, its rate. */
export interface ScheduleRow {
  /** The formula, and PyTorch's class. */
  readonly source: string;
  readonly options: Fields;
  readonly rate: (options: Options, eta: number, t: number, memory: ScheduleMemory) => number;
  /** Uses the loss of an update. */
  readonly observe?: (options: Options, eta: number, loss: number, memory: ScheduleMemory) => void;
}

const wholeRun = (describe: string) =>
  maybe("a whole number ≥ 1", describe, (input) =>
    Number.isInteger(input) && (input as number) >= 1 ? (input as number) : undefined,
  );

/** A value that goes from a to b along half a cosine while `share` goes from 0 to 1. */
const halfWave = (a: number, b: number, share: number) => b + ((a - b) / 2) * (Math.cos(Math.PI * share) + 1);

/** The schedules with PyTorch's formulas and defaults. A new schedule is a new row. */
export const SCHEDULES: Readonly<Record<ScheduleName, ScheduleRow>> = {
  constant: { source: "η", options: {}, rate: (_, eta) => eta },
  step: {
    source: "η factor^⌊t/steps⌋; StepLR",
    options: {
      steps: whole("number of updates of a period", 1000),
      factor: real("the factor of each period", 0.1, { least: 0 }),
    },
    rate: ({ steps, factor }, eta, t) => eta * factor ** Math.floor(t / steps),
  },
  cosine: {
    source: "least + (η − least)(1 + cos(π t/steps))/2 (Loshchilov and Hutter 2017, equation 5); CosineAnnealingLR",
    options: {
      steps: wholeRun("number of updates of the half wave; by default that of the run"),
      least: real("the learning rate at its end", 0, { least: 0 }),
    },
    rate: ({ steps, least }, eta, t) => halfWave(eta, least, t / steps),
  },
  warmup: {
    source: "η (startFactor + (endFactor − startFactor) min(t, steps)/steps); LinearLR",
    options: {
      steps: whole("updates of the warm-up", 5),
      startFactor: real("the factor at its start", 1 / 3, { least: 0 }),
      endFactor: real("the factor after its end", 1, { least: 0 }),
    },
    rate: ({ steps, startFactor, endFactor }, eta, t) =>
      eta * (startFactor + ((endFactor - startFactor) * Math.min(t, steps)) / steps),
  },
  one_cycle: {
    source:
      "half a cosine from η/divideStart up to η, another down to η/(divideStart divideEnd) (Smith and Topin 2018); OneCycleLR with anneal_strategy cos, cycle_momentum False",
    options: {
      steps: wholeRun("number of updates of the cycle; by default that of the run"),
      rise: real("share of the cycle in which the rate rises", 0.3, { least: 0, most: 1 }),
      divideStart: real("ratio of η to the first rate", 25, { least: 1 }),
      divideEnd: real("ratio of the first rate to the last", 1e4, { least: 1 }),
    },
    rate: ({ steps, rise, divideStart, divideEnd }, eta, t) => {
      const top = rise * steps - 1;
      const at = Math.min(t, steps - 1);
      const start = eta / divideStart;
      if (at <= top) return halfWave(start, eta, top === 0 ? 1 : at / top);
      return halfWave(eta, start / divideEnd, (at - top) / (steps - 1 - top));
    },
  },
  plateau: {
    source:
      "multiplies the rate by factor when the mean loss of `every` updates has not fallen below (1 − threshold) of its best for more than patience observations; ReduceLROnPlateau",
    options: {
      factor: real("the factor of each reduction", 0.1, { least: 0, most: 1 }),
      patience: whole("number of observations without improvement that are tolerated", 10, { least: 0 }),
      threshold: real("the relative improvement that counts", 1e-4, { least: 0 }),
      cooldown: whole("number of observations to skip after a reduction", 0, { least: 0 }),
      least: real("the smallest learning rate", 0, { least: 0 }),
      every: whole("number of updates whose mean loss is one observation", 1),
    },
    rate: (_, eta, __, { rate = eta }) => rate,
    observe: ({ factor, patience, threshold, cooldown, least, every }, eta, loss, memory) => {
      const seen = (memory.seen ?? 0) + 1;
      const sum = (memory.sum ?? 0) + loss;
      Object.assign(memory, { seen: seen % every, sum: seen === every ? 0 : sum });
      if (seen < every) return;
      const mean = sum / every;
      const better = memory.best === undefined || mean < memory.best * (1 - threshold);
      let bad = better ? 0 : (memory.bad ?? 0) + 1;
      if (better) memory.best = mean;
      if ((memory.cooling ?? 0) > 0) {
        memory.cooling--;
        bad = 0;
      }
      if (bad > patience) {
        const rate = memory.rate ?? eta;
        const next = Math.max(rate * factor, least);
        if (rate - next > LEAST_CHANGE) memory.rate = next;
        memory.cooling = cooldown;
        bad = 0;
      }
      memory.bad = bad;
    },
  },
};

/** The eps of ReduceLROnPlateau: a smaller change of the rate is not made. */
const LEAST_CHANGE = 1e-8;

/** A schedule with all its options. */
export interface Schedule {
  readonly name: ScheduleName;
  readonly options: Readonly<Record<string, number>>;
  /** The learning rate of the update that follows t others. */
  rate(eta: number, t: number, memory: ScheduleMemory): number;
  observe(eta: number, loss: number, memory: ScheduleMemory): void;
}

/**
 * Checks a schedule and adds its defaults.
 *
 * @param steps number of updates of the run, for schedules over the whole run
 * @throws EvanesceError that names an option that the schedule does not have, or that breaks its rule
 */
export function parseSchedule(input: ScheduleInput = "constant", steps?: number): Schedule {
  const named = typeof input === "string" ? { name: input } : input;
  requireObject("schedule", named, 'give a name, or { name: "cosine", steps: 1000 }');
  const { name: spelled, ...own } = named;
  const name = typeof spelled === "string" ? sameName(SCHEDULE_NAMES, spelled) : undefined;
  if (name === undefined) {
    const near = typeof spelled === "string" ? nearest(spelled, SCHEDULE_NAMES) : undefined;
    const remedy = `${near === undefined ? "" : `did you mean ${near}? `}choose one of ${SCHEDULE_NAMES.join(", ")}`;
    throw new EvanesceError("schedule.name", "the name of a schedule", spelled, remedy);
  }
  const row = SCHEDULES[name as ScheduleName];
  requireKnown("schedule", own, Object.keys(row.options));
  const parsed = parseOptions("schedule", row.options, own as Record<string, unknown>) as Options;
  if ("steps" in row.options && parsed.steps === undefined && steps === undefined) {
    throw new EvanesceError(
      "schedule.steps",
      "a whole number ≥ 1",
      undefined,
      "give the number of updates of the schedule",
    );
  }
  const options: Options = "steps" in row.options ? { ...parsed, steps: parsed.steps ?? (steps as number) } : parsed;
  return {
    name: name as ScheduleName,
    options,
    rate: (eta, t, memory) => row.rate(options, eta, t, memory),
    observe: (eta, loss, memory) => row.observe?.(options, eta, loss, memory),
  };
}
