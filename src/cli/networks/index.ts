import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { group, type Group, keyOf, longName, type Option, type ValuesOf } from "../options/option.ts";
import { gainOrAuto } from "../options/parsers.ts";
import { type ModelValues, requireNoModelOptions } from "../options/model.ts";
import { isSpec, type NetworkFile, openFile, readNetworkFile } from "../spec.ts";
import { FEEDFORWARD, feedforwardSpec } from "./feedforward.ts";
import { RECURRENT, recurrentSpec } from "./recurrent.ts";

/*
 * For commands that take any network: a file, or the options of `rnn` and `mlp` together. Options that only one kind
 * has decide the kind.
 */

const shared = RECURRENT.options
  .map(longName)
  .filter((name) => FEEDFORWARD.options.some((each) => longName(each) === name));
const onlyIn = (options: readonly Option[]) => options.filter((each) => !shared.includes(longName(each)));

/** The help of options that both kinds have, in words for both. */
const IN_BOTH: Readonly<Record<string, Partial<Option>>> = {
  "--dropout": {
    help: "dropout between recurrent layers, or after every activation of a deep network (default: none)",
  },
  "--init": { help: "initialization of the hidden or recurrent weights" },
  "--norm": { help: "normalization; for a recurrent network none or layer (default: none)" },
  "--gain": {
    help: "factor on these weights; for a deep network auto takes torch.nn.init.calculate_gain (default: 1)",
    parse: gainOrAuto,
  },
};

/** The declaration of an option that both kinds have. */
function both(recurrent: Option): Option {
  const feedforward = FEEDFORWARD.options.find((each) => longName(each) === longName(recurrent)) as Option;
  return {
    ...recurrent,
    ...(feedforward.names === undefined ? {} : { names: feedforward.names }),
    fills: [recurrent.fills ?? [], feedforward.fills ?? []].flat(),
    ...IN_BOTH[longName(recurrent)],
  };
}

/** Every option that describes a network of either kind. */
export const NETWORK = group("Network", [
  ...onlyIn(RECURRENT.options),
  ...onlyIn(FEEDFORWARD.options),
  ...RECURRENT.options.filter((each) => shared.includes(longName(each))).map(both),
] as const) as Group as Group<readonly [...typeof RECURRENT.options, ...typeof FEEDFORWARD.options]>;

type NetworkValues = ValuesOf<typeof NETWORK>;

const firstSet = (options: readonly Option[], values: NetworkValues) =>
  options.find((each) => values[keyOf(each) as keyof NetworkValues] !== undefined);

/**
 * The network of a command line: the spec or the model in the file `path`, or the network that the options describe. If
 * they do not decide the kind, it is recurrent. For a model file, `--activation`, `--cell`, `--pooling` and `--decoder`
 * give facts that the file does not hold.
 *
 * @param kind the kind that other options of the command (those of a task) require
 * @param weighted whether the command line has weights for a spec; then the options for model files apply to them
 * @throws EvanesceError for options of a network together with a file, or of both kinds; and as `parseSpec`,
 * `readModel`
 */
export async function networkOf(
  path: string | undefined,
  values: NetworkValues,
  choices: ModelValues,
  { kind, weighted = false }: { readonly kind?: NetworkSpec["kind"] | undefined; readonly weighted?: boolean } = {},
): Promise<NetworkFile> {
  if (path !== undefined) return await networkIn(path, values, choices, weighted);
  if (!weighted) requireNoModelOptions(choices, undefined);
  return { spec: described(values, kind), model: undefined };
}

async function networkIn(
  path: string,
  { activation, cell, pooling, decoder, ...others }: NetworkValues,
  choices: ModelValues,
  weighted: boolean,
): Promise<NetworkFile> {
  const file = openFile(path);
  const ofSpec = isSpec(file.bytes);
  const assumed = [activation, cell, pooling, decoder].some((value) => value !== undefined);
  const unused = firstSet(
    NETWORK.options,
    (assumed && ofSpec ? { ...others, activation, cell, pooling, decoder } : others) as NetworkValues,
  );
  if (unused !== undefined) {
    const remedy = "write it into the spec, or leave it out";
    throw new EvanesceError(longName(unused), "not together with a file of a spec or a model", path, remedy);
  }
  return await readNetworkFile(
    file,
    ofSpec
      ? choices
      : {
          ...choices,
          activation: activation === undefined ? undefined : [activation].flat().join(),
          cell: cell === undefined ? undefined : [cell.name].flat().join(),
          pooling,
          decoder: decoder === true ? undefined : decoder,
        },
    weighted,
  );
}

function described(values: NetworkValues, kind: NetworkSpec["kind"] | undefined): NetworkSpec {
  const recurrent = firstSet(onlyIn(RECURRENT.options), values);
  const feedforward = firstSet(onlyIn(FEEDFORWARD.options), values);
  if (recurrent !== undefined && feedforward !== undefined) {
    const rule = `not together with ${longName(recurrent)}, an option of recurrent networks`;
    throw new EvanesceError(longName(feedforward), rule, "both", "leave out one of the two");
  }
  const { gain, ...others } = values;
  if (feedforward !== undefined || (recurrent === undefined && kind === "feedforward")) return feedforwardSpec(values);
  if (gain === "auto") {
    throw new EvanesceError("--gain", "a number for a recurrent network", "auto", "write a number, or add --depth");
  }
  return recurrentSpec({ ...others, gain });
}
