import type { Command } from "commander";
import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { readSpec } from "../spec.ts";
import { gainOrAuto } from "../values.ts";
import { FEEDFORWARD_NAMES, FEEDFORWARD_ROWS, type FeedforwardFlags } from "./feedforward.ts";
import { RECURRENT_NAMES, RECURRENT_ROWS, type RecurrentFlags } from "./recurrent.ts";
import { feedforwardSpec, recurrentSpec } from "./specs.ts";
import { addRows, keyOf, longName, type OptionRow } from "./rows.ts";

/*
 * For commands that take any network: a spec's file, or the options of `rnn` and `mlp` together. Which kind the options
 * describe is read off the ones only one kind has.
 */

/** Options of both kinds. Those that only one has decide which is meant. */
export type NetworkFlags = Omit<RecurrentFlags, "gain"> & FeedforwardFlags;

const names = (rows: readonly OptionRow[]) => rows.map(longName);
const shared = names(RECURRENT_ROWS).filter((name) => names(FEEDFORWARD_ROWS).includes(name));
const only = (rows: readonly OptionRow[]) => rows.filter((row) => !shared.includes(longName(row)));

/** What an option both kinds have means, in words that suit both. */
const IN_BOTH: Readonly<Record<string, Partial<OptionRow>>> = {
  "--init": { description: "initialization of the hidden or recurrent weights" },
  "--norm": { description: "normalization; of a recurrent network none or layer (default: none)" },
  "--gain": {
    description: "factor on those weights; auto, of a deep network: torch.nn.init.calculate_gain (default: 1)",
    parse: gainOrAuto("--gain"),
  },
};

/** Every option that describes a network. */
const ROWS: readonly OptionRow[] = [
  ...only(RECURRENT_ROWS),
  ...only(FEEDFORWARD_ROWS),
  ...RECURRENT_ROWS.filter((row) => shared.includes(longName(row))).map((row) => ({
    ...row,
    ...IN_BOTH[longName(row)],
  })),
];

export const addNetworkOptions = (command: Command): Command => addRows(command, ROWS);

const given = (rows: readonly OptionRow[], flags: NetworkFlags) =>
  rows.filter((row) => flags[keyOf(row) as keyof NetworkFlags] !== undefined);

/**
 * The network of a command line: the spec in the file `path`, or what the options describe, a recurrent network where
 * they do not say.
 *
 * @param kind what the command's other options (a task's) already say
 * @throws EvanesceError for options beside a file or of two kinds, and as `parseSpec`
 */
export function networkOf(path: string | undefined, flags: NetworkFlags, kind?: NetworkSpec["kind"]): NetworkSpec {
  const [recurrent] = given(only(RECURRENT_ROWS), flags);
  const [feedforward] = given(only(FEEDFORWARD_ROWS), flags);
  if (path !== undefined) {
    const [idle] = given(ROWS, flags);
    if (idle === undefined) return readSpec(path);
    throw new EvanesceError(
      longName(idle),
      "not beside a spec's file",
      path,
      "write it into the spec, or leave it out",
    );
  }
  if (recurrent !== undefined && feedforward !== undefined) {
    const rule = `not beside ${longName(recurrent)}, which a recurrent network has`;
    throw new EvanesceError(longName(feedforward), rule, "both", "leave out one of the two");
  }
  const deep = feedforward !== undefined || (recurrent === undefined && kind === "feedforward");
  if (!deep && flags.gain === "auto") {
    throw new EvanesceError("--gain", "a number for a recurrent network", "auto", "write it in digits, or add --depth");
  }
  return deep ? feedforwardSpec(flags) : recurrentSpec(flags as RecurrentFlags);
}

/** Options by the path that messages know them by; of a network that both kinds' options may describe. */
export const NETWORK_NAMES: Readonly<Record<string, string>> = { ...RECURRENT_NAMES, ...FEEDFORWARD_NAMES };
