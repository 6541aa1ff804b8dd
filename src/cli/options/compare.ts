import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { diagnose } from "../../diagnosis/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { FlowResult } from "../../report/index.ts";
import type { CommandLine } from "../command.ts";
import { commandLine } from "../command-line.ts";
import type { CommandContext } from "../context.ts";
import { type Presentation, showResult } from "../show-result.ts";
import { GRADIENTS } from "./gradients.ts";
import { MEASURE } from "./measure.ts";
import { group, keyOf, longName, type NoMore, option } from "./option.ts";
import { STATISTICS } from "./statistics.ts";

/** @param main the option that varies if none is named: `cell` */
export const compare = (main: string) =>
  group("Comparison", [
    option(
      "--compare <A,B,…>",
      `compare several values of --${main} in one report; OPTION=A,B,… compares values of another option`,
    ),
  ]);

/** Options whose results a comparison cannot show. */
const NOT_COMPARED = [...MEASURE.options, ...GRADIENTS.options, ...STATISTICS.options].filter(
  ({ flags }) => !flags.startsWith("--no-"),
);

/**
 * The changes to a command line that `--compare` requests, each with its name.
 * @throws EvanesceError for an option that the command does not have, for fewer than two values, or for options that
 *   cannot be compared
 */
function comparedValues(
  text: string,
  { command, options, explicit }: Omit<CommandLine<unknown>, "with">,
  main: string,
): { readonly name: string; readonly change: Readonly<Record<string, unknown>> }[] {
  const excluded = NOT_COMPARED.find((each) => explicit[keyOf(each)] !== undefined);
  if (excluded !== undefined) {
    const name = longName(excluded);
    throw new EvanesceError("--compare", `not together with ${name}`, text, `leave out ${name}`);
  }
  const [, named, list] = /^(?:(?:--)?([\w-]+)=)?(.*)$/s.exec(text) as unknown as [string, string | undefined, string];
  const long = `--${named ?? main}`;
  const withValue = options.filter(({ flags }) => flags.includes("<"));
  const varied = withValue.find((each) => longName(each) === long);
  if (varied === undefined) {
    const near = nearest(
      named ?? main,
      withValue.map((each) => longName(each).slice(2)),
    );
    const remedy = near === undefined ? `\`evanesce help ${command}\` lists them` : `did you mean ${near}?`;
    throw new EvanesceError("--compare", "an option of this command", long, remedy);
  }
  const key = keyOf(varied);
  if (explicit[key] !== undefined) {
    throw new EvanesceError(long, "not together with --compare, which varies it", explicit[key], "leave it out");
  }
  const values = list
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  if (values.length < 2) {
    const rule = "at least two values, separated by commas";
    throw new EvanesceError("--compare", rule, text, "e.g. --compare tanh,relu");
  }
  return values.map((value) => ({
    name: named === undefined || named === main ? value : `${named} ${value}`,
    change: { [key]: varied.parse === undefined ? value : varied.parse(value, long) },
  }));
}

/** Measures once for each value, and shows the flows in one report. */
export async function compareRuns<Made>(
  text: string,
  line: CommandLine<Made>,
  main: string,
  output: Presentation,
  context: CommandContext,
  run: (request: Made) => Promise<GradientFlow>,
): Promise<void> {
  const asked = comparedValues(text, line, main);
  const results: FlowResult[] = [];
  for (const { change } of asked) {
    const flow = await run(line.with(change));
    results.push({ flow, diagnosis: diagnose(flow), extras: {} });
  }
  const names = asked.map(({ name }) => name);
  await showComparison(results, names, output, context);
}

/** Prints a comparison as the options request, and writes the requested files. */
export async function showComparison<Output extends Presentation>(
  results: readonly FlowResult[],
  names: readonly string[] | undefined,
  output: NoMore<Output, Presentation>,
  context: CommandContext,
): Promise<void> {
  const { compareFlows } = await import("../../report/comparison/compare.ts");
  const result = { schema: "evanesce.comparison/1", result: compareFlows(results, names) } as const;
  const presentation: Presentation = output;
  await showResult({ ...result, command: commandLine(context) }, presentation, context);
}
