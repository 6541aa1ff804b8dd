/*
 * Refuses keys of a recurrent spec that exclude each other.
 */
import { CELL_TABLE, type CellName } from "../catalogue/index.ts";

/** Reports the key, the rule that it breaks, and the remedy. */
type Refuse = (path: string[], rule: string, remedy: string) => void;

/** Refuses random masks that exclude each other, or that do not fit the cell. */
export function refuseMasks(
  {
    cell,
    dropout,
    variationalDropout,
    recurrentDropout,
    zoneout,
    timeSkip,
    stem,
  }: {
    readonly cell: CellName;
    readonly dropout?: number | undefined;
    readonly variationalDropout?: number | undefined;
    readonly recurrentDropout?: number | undefined;
    readonly zoneout?: number | undefined;
    readonly timeSkip?: object | undefined;
    readonly stem?: object | undefined;
  },
  refuse: Refuse,
): void {
  const { recurrentMatrix, unzoned } = CELL_TABLE[cell];
  if (dropout !== undefined && variationalDropout !== undefined) {
    refuse(
      ["variationalDropout"],
      "not together with dropout, which masks the same numbers",
      "leave one of the two out",
    );
  }
  if (variationalDropout !== undefined && stem !== undefined) {
    refuse(["variationalDropout"], "not together with a stem", "leave one of the two out");
  }
  if (recurrentDropout !== undefined && !recurrentMatrix) {
    refuse(["recurrentDropout"], `none for the cell ${cell}: it has no matrix from h to h`, "leave it out");
  }
  if (zoneout === undefined) return;
  if (unzoned !== undefined) refuse(["zoneout"], `none for the cell ${cell}: ${unzoned}`, "leave it out, or use lstm");
  if (recurrentDropout !== undefined) {
    refuse(
      ["zoneout"],
      "not together with recurrentDropout, because both are noise of the state",
      "leave one of the two out",
    );
  }
  if (timeSkip !== undefined) refuse(["zoneout"], "not together with timeSkip", "leave one of the two out");
}

/** Refuses a projection that the cells do not have, or that does not fit the other keys. */
export function refuseProjection(
  {
    projection,
    zoneout,
    constraint,
  }: {
    readonly projection?: number | undefined;
    readonly zoneout?: number | undefined;
    readonly constraint: string;
  },
  own: readonly { readonly cell: CellName; readonly hidden: number; readonly norm: string }[],
  refuse: Refuse,
): void {
  if (projection === undefined) return;
  const other = own.find(({ cell }) => CELL_TABLE[cell].projected === undefined);
  if (other !== undefined) {
    refuse(["projection"], `none for the cell ${other.cell}`, "leave it out, or use lstm in every layer");
    return;
  }
  const narrowest = Math.min(...own.map(({ hidden }) => hidden));
  if (projection >= narrowest) {
    refuse(["projection"], `below ${narrowest}, the width of a layer`, "leave it out, or raise hidden");
    return;
  }
  if (own.some(({ norm }) => norm !== "none")) {
    refuse(["projection"], "none together with norm", "leave one of the two out");
  }
  if (zoneout !== undefined) refuse(["projection"], "none together with zoneout", "leave one of the two out");
  if (constraint !== "none") {
    const rule = "none together with constraint, because W_hh of a gate is [H, P]";
    refuse(["projection"], rule, "leave one of the two out");
  }
}
