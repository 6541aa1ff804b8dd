import type { CellEnd, PlacedCell } from "./types.ts";

/** A cell of a map, with its end if it has ended. */
export interface MapCell {
  readonly cell: PlacedCell;
  readonly end: CellEnd | { readonly result?: never; readonly failed?: never };
}
