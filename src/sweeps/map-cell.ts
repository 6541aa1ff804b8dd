import type { CellEnd, PlacedCell } from "./types.ts";

/** A cell of a map: with its end, or without one yet. */
export interface MapCell {
  readonly cell: PlacedCell;
  readonly end: CellEnd | { readonly result?: never; readonly failed?: never };
}
