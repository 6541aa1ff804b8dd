import { EvanesceError } from "../base/errors.ts";

/**
 * Runs `work`. If a message is about a field that an option filled, it is changed to name the option: `--cell: one of
 * …` instead of `network.cell: …`.
 *
 * @param options the options of the command, by the fields that they fill
 */
export async function inOptionNames<Result>(
  options: Readonly<Record<string, string>>,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EvanesceError) {
      const option = options[error.where] ?? layerOption(options, error.where) ?? namedOption(error.where);
      if (option !== undefined) error.message = option + error.message.slice(error.where.length);
      error.message = error.message.replace(TABLE_OPTION, "$1--task csv:$2");
    }
    throw error;
  }
}

/** The first option of a table that a remedy names. */
const TABLE_OPTION =
  /(; (?:[^;]*?[ (])?)((?:missing|decimal|date-format|dates|header|columns|drop|na|skip|target|target-kind)=[^ ;,)])/;

/** `--activation, layer 2`: the option whose list holds an entry for each layer. */
function layerOption(options: Readonly<Record<string, string>>, where: string): string | undefined {
  const [, layer, field] = /^network\.layerwise\.(\d+)\.(.+)$/.exec(where) ?? [];
  const option = options[`network.${field}`];
  return option === undefined ? undefined : `${option}, layer ${layer}`;
}

/** Options that are written as NAME:option=value; the key is the beginning of the field's path. */
const NAMED: Readonly<Record<string, string>> = {
  "task.": "--task",
  "optimizer.": "--optimizer",
  "schedule.": "--schedule",
  "network.cellOptions.": "--cell",
};

function namedOption(where: string): string | undefined {
  const start = Object.keys(NAMED).find((each) => where.startsWith(each));
  return start === undefined ? undefined : `${NAMED[start]} …:${where.slice(start.length)}`;
}
