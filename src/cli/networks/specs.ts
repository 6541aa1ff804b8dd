import {
  CELL_TABLE,
  type CellName,
  type CellOptionName,
  CELLS,
  joinsBlocks,
  normalizesActivations,
} from "../../catalogue/index.ts";
import { EvanesceError } from "../../base/errors.ts";
import { type FeedforwardSpec, parseSpec, type RecurrentSpec } from "../../spec/index.ts";
import { FEEDFORWARD_ROWS, type FeedforwardFlags, feedforwardInput } from "./feedforward.ts";
import { RECURRENT_ROWS, type RecurrentFlags, recurrentInput } from "./recurrent.ts";
import { keyOf, longName, type OptionRow } from "./rows.ts";

/*
 * The networks that options describe. An option that changes nothing of its network is refused: whoever gave it expects
 * something of it.
 */

/** When an option says nothing of a network, and what it needs to say something. */
interface Idle<Spec> {
  /** The option, without its dashes; of a cell `cell:leak`. */
  readonly option: string;
  readonly needs: string;
  readonly remedy: string;
  when(spec: Spec): boolean;
}

const BLOCKS = "a residual path, whose blocks it is about";
const withoutBlocks = ({ residual }: FeedforwardSpec) => !joinsBlocks(residual);

const IDLE_FEEDFORWARD: readonly Idle<FeedforwardSpec>[] = [
  {
    option: "norm-position",
    needs: "a normalization of the activations",
    remedy: "add --norm layer, batch or rms",
    when: ({ norm }) => !normalizesActivations(norm),
  },
  { option: "block-layers", needs: BLOCKS, remedy: "add --residual identity", when: withoutBlocks },
  { option: "stochastic-depth", needs: BLOCKS, remedy: "add --residual identity", when: withoutBlocks },
  {
    option: "activation-position",
    needs: "a residual path, where it is not pre",
    remedy: "add --residual identity",
    when: (spec) => withoutBlocks(spec) && spec.activationPosition !== "pre",
  },
  {
    option: "gain",
    needs: "weights that it scales",
    remedy: "choose another --init",
    when: ({ init }) => init.weight === "zeros",
  },
  {
    option: "gain",
    needs: "weights that --lsuv does not rescale",
    remedy: "leave out one of the two",
    when: ({ init, norm }) => init.lsuv && norm === "none",
  },
];

/** Whether a cell takes an option. */
const takes = (cell: CellName, option: string): boolean => CELL_TABLE[cell].options.includes(option as CellOptionName);

const IDLE_RECURRENT: readonly Idle<RecurrentSpec>[] = [
  {
    option: "forget-bias",
    needs: "a cell with a forget gate",
    remedy: "add --cell lstm",
    when: ({ cell }) => CELL_TABLE[cell].keeps?.isForgetGate !== true,
  },
  {
    option: "forget-bias",
    needs: "gates that --chrono does not set",
    remedy: "leave out one of the two",
    when: ({ init }) => init.chrono !== undefined,
  },
  {
    option: "chrono",
    needs: "a cell with a gate that holds the past",
    remedy: "add --cell lstm or gru",
    when: ({ cell }) => !CELL_TABLE[cell].takesChrono,
  },
  {
    option: "init",
    needs: "a cell with a matrix from h to h",
    remedy: "leave it out, or choose another --cell",
    when: ({ cell, init }) => {
      const { recurrentInits } = CELL_TABLE[cell];
      return recurrentInits !== "every" && !recurrentInits.includes(init.recurrent);
    },
  },
  {
    option: "gain",
    needs: "recurrent weights that it scales",
    remedy: "leave it out, or choose another --init",
    when: ({ cell, init }) => !CELL_TABLE[cell].takesGain || init.recurrent === "zeros",
  },
  {
    option: "input-gain",
    needs: "input weights that it scales",
    remedy: "choose another --input-init",
    when: ({ init }) => init.input === "zeros",
  },
];

/** @throws EvanesceError for an option that changes nothing, and as `parseSpec` */
export function feedforwardSpec(flags: FeedforwardFlags): FeedforwardSpec {
  const spec = parseSpec(feedforwardInput(flags)) as FeedforwardSpec;
  requireEffect(FEEDFORWARD_ROWS, IDLE_FEEDFORWARD, flags, spec);
  return spec;
}

/** @throws EvanesceError for an option that changes nothing, and as `parseSpec` */
export function recurrentSpec(flags: RecurrentFlags): RecurrentSpec {
  const spec = parseSpec(recurrentInput(flags)) as RecurrentSpec;
  requireEffect(RECURRENT_ROWS, IDLE_RECURRENT, flags, spec);
  const { name, ...options } = flags.cell ?? { name: spec.cell };
  const idle = Object.keys(options).find((key) => !takes(spec.cell, key));
  if (idle === undefined) return spec;
  const cells = CELLS.filter((cell) => takes(cell, idle));
  throw new EvanesceError(`--cell …:${idle}`, `with one of ${cells.join(", ")}`, name, "leave it out");
}

function requireEffect<Spec>(rows: readonly OptionRow[], rules: readonly Idle<Spec>[], flags: object, spec: Spec) {
  for (const { option, needs, remedy, when } of rules) {
    const row = rows.find((each) => longName(each) === `--${option}`);
    const value = row === undefined ? undefined : (flags as Record<string, unknown>)[keyOf(row)];
    if (value === undefined || !when(spec)) continue;
    throw new EvanesceError(`--${option}`, `together with ${needs}`, value, remedy);
  }
}
