import { dense } from "./dense.ts";
import { fixup } from "./fixup.ts";
import { highway } from "./highway.ts";
import { identity } from "./identity.ts";
import { none } from "./none.ts";
import type { ResidualFacts } from "./residual.ts";
import { scaled } from "./scaled.ts";
import { skipinit } from "./skipinit.ts";

export type { ResidualFacts };

/** Every skip path of a deep network, in the order that lists show them. */
export const RESIDUAL_TABLE = {
  none,
  identity,
  scaled,
  fixup,
  skipinit,
  highway,
  dense,
} as const satisfies Readonly<Record<string, ResidualFacts>>;

export type ResidualName = keyof typeof RESIDUAL_TABLE;

export const RESIDUALS = Object.keys(RESIDUAL_TABLE) as [ResidualName, ...ResidualName[]];

export const residualFacts = (name: ResidualName): ResidualFacts => RESIDUAL_TABLE[name];

/** Whether a block's input joins its output again, in a sum or a mixture. */
export const joinsBlocks = (name: ResidualName): boolean => ["sum", "mixture"].includes(residualFacts(name).join);
