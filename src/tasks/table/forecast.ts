import { EvanesceError } from "../../base/errors.ts";
import { whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { readingOf, sourceOf, tableFields, targetField } from "./options.ts";
import { readTable } from "./read.ts";
import { inOrderOfTime } from "./series.ts";
import { windowExamples } from "./windows.ts";

/**
 * Several rows ahead of a series, answered after the last step of a window: the target's values, or those of every
 * column of numbers.
 *
 * `inputs [T, B, X]`, `targets [B, ahead·Y]`, row after row, squared error.
 */
export const forecast = defineTask({
  name: "forecast",
  aliases: ["forecasting", "multi_step"],
  kind: "recurrent",
  summary: "predict several rows ahead of a table of your own",
  source: "direct multi-step forecasting, e.g. Ben Taieb et al. 2012",
  baseline:
    "the smallest mean squared error, over the whole series, of simple predictors: each column's mean, persistence (the value at the last step), and with season= the value one season before",
  options: {
    ...tableFields,
    steps: whole("T, the rows of a window", 100),
    ahead: whole("how many rows after the window are answered", 10),
    season: whole("rows of a season (of hourly values 24, say), for the baseline; 0 for none", 0, { least: 0 }),
    target: targetField,
    stride: whole("rows from one window's beginning to the next", 1),
  },
  prepare: function* (options) {
    const { steps, ahead, season, target, stride } = options;
    const reading = { ...readingOf(options), target, targetKind: "number" as const, feedTarget: true };
    const table = inOrderOfTime(yield* readTable(sourceOf(options), reading));
    if (season > steps + ahead) {
      const rule = `at most ${steps + ahead}, the rows of a window and what is answered`;
      throw new EvanesceError("task.season", rule, season, "use more steps, or leave it out");
    }
    return windowExamples(table, { steps, horizon: 1, ahead, season, stride, lossAt: "last", task: "forecast" });
  },
});
