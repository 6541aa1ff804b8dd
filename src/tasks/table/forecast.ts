import { EvanesceError } from "../../base/errors.ts";
import { whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { readingOf, sourceOf, tableFields, targetField } from "./options.ts";
import { readTable } from "./read.ts";
import { inOrderOfTime } from "./series.ts";
import { windowExamples } from "./windows.ts";

/**
 * Predict several future rows of a series after the last step of a window: the values of the target, or of every column
 * of numbers.
 *
 * `inputs [T, B, X]`, `targets [B, ahead·Y]`, row after row, squared error.
 */
export const forecast = defineTask({
  name: "forecast",
  aliases: ["forecasting", "multi_step"],
  kind: "recurrent",
  summary: "predict several future rows of your own table",
  source: "direct multi-step forecasting, e.g. Ben Taieb et al. 2012",
  baseline:
    "the smallest mean squared error of simple predictors over the whole series: each column's mean, persistence (the value at the last step), and with season= the value one season earlier",
  options: {
    ...tableFields,
    steps: whole("number of rows T in a window", 100),
    ahead: whole("number of rows after the window that are predicted", 10),
    season: whole("number of rows in a season, for the baseline (24 for hourly values); 0 for none", 0, { least: 0 }),
    target: targetField,
    stride: whole("number of rows between the starts of two windows", 1),
  },
  prepare: function* (options) {
    const { steps, ahead, season, target, stride } = options;
    const reading = { ...readingOf(options), target, targetKind: "number" as const, feedTarget: true };
    const table = inOrderOfTime(yield* readTable(sourceOf(options), reading));
    if (season > steps + ahead) {
      const rule = `at most ${steps + ahead}, the rows of a window and the predicted rows`;
      throw new EvanesceError("task.season", rule, season, "use more steps, or leave it out");
    }
    return yield* windowExamples(table, { steps, horizon: 1, ahead, season, stride, lossAt: "last", task: "forecast" });
  },
});
