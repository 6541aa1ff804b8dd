import { Gradient, TimePass } from "../records/pass";
import { denseOf } from "./dense";
import { clearTokens, endTokens, tokenPieces } from "./embedding";
import { clearInputColumns } from "./inputs";
import { gradientOf, layerOf, slotOf, weightRecordsOf } from "./places";
import { addTotal, clear, flush } from "./totals";

/*
 * The gradients of a pass at the beginning and at the end of a panel: the panel's own are set to zero, and later added
 * to the sums over panels. Panels are added in their order, whichever worker computed them. Both are lists of pieces:
 * each gradient has as many parts as the weight gradients of a block.
 *
 * A gradient has a record for each panel in flight and one for their sum; the records of the truncated set follow
 * these.
 */

/** How many gradients a pass has: of every layer and its inner matrix, of readout, stem and head. */
@inline function gradientsOf(pass: TimePass): i32 { return 2 * weightRecordsOf(pass) + 1 + pass.stem + pass.head; }

/** The first record of gradient i; 0 where the pass has none. */
function recordsAt(pass: TimePass, i: i32): usize {
  const layers = weightRecordsOf(pass);
  if (i < layers) return layerOf(pass, i).gradient;
  if ((i -= layers) < layers) return layerOf(pass, i).innerGradient;
  if ((i -= layers) == 0) return pass.outputs > 0 ? pass.readoutGradient : 0;
  return --i < pass.stem
    ? denseOf(pass.stemRecords, i).gradient
    : denseOf(pass.headRecords, i - pass.stem).gradient;
}

/** Whether gradient i has a truncated set: truncation does not change the gradients of readout and head. */
@inline function hasTruncated(pass: TimePass, i: i32): bool {
  return pass.truncations > 0 && i < gradientsOf(pass) - pass.head && i != 2 * weightRecordsOf(pass);
}

@inline function partsOf(pass: TimePass): i32 { return max(pass.parts, 1); }

/** How many pieces the beginning of a panel has. */
export function beginPieces(pass: TimePass): i32 { return gradientsOf(pass) * partsOf(pass); }

/** Sets the gradients of panel p to zero; with the first panel those of the sum as well. */
export function beginPanel(pass: TimePass, p: i32, piece: i32): void {
  const parts = partsOf(pass), slot = slotOf(pass, p);
  if (piece == 0) {
    clearInputColumns(pass, p);
    if (pass.embedding != 0) {
      clearTokens(pass, slot);
      if (p == 0) clearTokens(pass, pass.inFlight);
    }
  }
  clearPart(pass, slot, piece / parts, piece % parts, parts);
  if (p == 0) clearPart(pass, pass.inFlight, piece / parts, piece % parts, parts);
}

/** Sets the sums over panels to zero. */
export function clearSums(pass: TimePass): void {
  for (let i = 0; i < gradientsOf(pass); i++) clearPart(pass, pass.inFlight, i, 0, 1);
  if (pass.embedding != 0) clearTokens(pass, pass.inFlight);
}

function clearPart(pass: TimePass, slot: i32, i: i32, part: i32, parts: i32): void {
  const first = recordsAt(pass, i);
  if (first == 0) return;
  clear(gradientOf(first, slot), part, parts);
  if (hasTruncated(pass, i)) clear(gradientOf(first, pass.inFlight + 1 + slot), part, parts);
}

/** How many pieces the end of a panel has: for each gradient the move to float64 and the addition, then the tokens. */
export function endPieces(pass: TimePass): i32 {
  return 2 * gradientsOf(pass) * partsOf(pass) + (pass.embedding == 0 ? 0 : tokenPieces(pass));
}

/** Runs one piece of adding the gradients of a panel in flight to the sums. */
export function endPiece(pass: TimePass, slot: i32, piece: i32): void {
  const parts = partsOf(pass), i = piece / (2 * parts), at = piece % (2 * parts);
  if (i >= gradientsOf(pass)) return endTokens(pass, slot, piece - 2 * gradientsOf(pass) * parts);
  const first = recordsAt(pass, i), behind = pass.inFlight + 1;
  if (first == 0) return;
  addPart(gradientOf(first, slot), gradientOf(first, pass.inFlight), at, parts);
  if (!hasTruncated(pass, i)) return;
  addPart(gradientOf(first, behind + slot), gradientOf(first, behind + pass.inFlight), at, parts);
}

/** Runs all pieces of it. */
export function endPanel(pass: TimePass, slot: i32): void {
  for (let piece = 0; piece < endPieces(pass); piece++) endPiece(pass, slot, piece);
}

@inline function addPart(panel: Gradient, sum: Gradient, at: i32, parts: i32): void {
  if (at < parts) flush(panel, at, parts);
  else addTotal(sum, panel, at - parts, parts);
}
