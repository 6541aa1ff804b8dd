import type { Command } from "commander";
import { diagnose } from "../diagnosis/index.ts";
import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import { nearest } from "../base/nearest.ts";
import { compareFlows, type FlowResult } from "../report/index.ts";
import { commandLine } from "./command-line.ts";
import type { Host } from "./host.ts";
import { type ShowFlags, showResult } from "./show.ts";

/** What `--compare` names: an option of the command, and its values. */
export interface CompareFlags {
  readonly compare?: string;
}

/** @param main the option that is varied where none is named: `cell` */
export function addCompareOption(command: Command, main: string): Command {
  return command.option(
    "--compare <A,B,…>",
    `several values of --${main} in one report; OPTION=A,B,… of any other option`,
  );
}

/** What is measured beside a flow has no place in a comparison. */
const ALONE = [
  ...["truncate", "credit", "clipNorm", "clipValue", "clipUnit", "spectrum"],
  ...["noise", "histogram", "learningRate", "lastStep"],
];

/**
 * The changes to a command's flags that `--compare` asks for, each with its name.
 * @throws EvanesceError for an option the command does not have, fewer than two values, or flags of what is not
 * compared
 */
export function comparedFlags(
  { compare = "" }: CompareFlags,
  flags: object,
  command: Command,
  main: string,
): { readonly name: string; readonly change: Readonly<Record<string, unknown>> }[] {
  const alone = ALONE.find((key) => (flags as Record<string, unknown>)[key] !== undefined);
  if (alone !== undefined) {
    const option = command.options.find((each) => each.attributeName() === alone)?.long ?? alone;
    throw new EvanesceError("--compare", `not beside ${option}`, compare, `leave out ${option}`);
  }
  const [, named, list] = /^(?:(?:--)?([\w-]+)=)?(.*)$/s.exec(compare) as unknown as [
    string,
    string | undefined,
    string,
  ];
  const long = `--${named ?? main}`;
  const option = command.options.find((each) => each.long === long && each.required);
  if (option === undefined) {
    const names = command.options.flatMap((each) => (each.required && each.long ? [each.long.slice(2)] : []));
    const near = nearest(named ?? main, names);
    const remedy = near === undefined ? `\`evanesce help ${command.name()}\` lists them` : `did you mean ${near}?`;
    throw new EvanesceError("--compare", "an option of this command", long, remedy);
  }
  if (command.getOptionValueSource(option.attributeName()) === "cli") {
    const given = (flags as Record<string, unknown>)[option.attributeName()];
    throw new EvanesceError(long, "not beside --compare, which varies it", given, "leave it out");
  }
  const values = list
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
  if (values.length < 2) {
    throw new EvanesceError(
      "--compare",
      "at least two values, with commas between",
      compare,
      `e.g. --compare tanh,relu`,
    );
  }
  const parse = option.parseArg as ((text: string, previous: unknown) => unknown) | undefined;
  return values.map((value) => ({
    name: named === undefined || named === main ? value : `${named} ${value}`,
    change: { [option.attributeName()]: parse === undefined ? value : parse(value, undefined) },
  }));
}

/** Measures a command once for each value, and shows the flows beside each other. */
export async function compareRuns<Flags extends CompareFlags & ShowFlags>(
  flags: Flags,
  command: Command,
  main: string,
  host: Host,
  run: (flags: Flags) => Promise<GradientFlow>,
): Promise<void> {
  const asked = comparedFlags(flags, flags, command, main);
  const results: FlowResult[] = [];
  for (const { change } of asked) {
    const flow = await run({ ...flags, ...change });
    results.push({ flow, diagnosis: diagnose(flow), extras: {} });
  }
  await showComparison(
    results,
    asked.map(({ name }) => name),
    flags,
    host,
  );
}

/** Prints a comparison as the flags ask, and writes the files asked for. */
export async function showComparison(
  results: readonly FlowResult[],
  names: readonly string[] | undefined,
  flags: ShowFlags,
  host: Host,
): Promise<void> {
  const command = commandLine(host);
  await showResult({ schema: "evanesce.comparison/1", result: compareFlows(results, names), command }, flags, host);
}
