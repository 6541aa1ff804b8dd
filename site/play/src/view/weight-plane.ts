import type { ActivationName } from "../../../../src/catalogue/index.ts";
import type { Whole } from "../model/controls/control.ts";
import { type Place, placeOf, planeOf } from "../model/plane.ts";
import { atMost, TEXT_MS } from "./dom.ts";
import { createPlane } from "./plane.ts";

/**
 * The plane of first weights, with the line on which the gradient keeps its length.
 *
 * @param move called when the point is dragged
 * @param lineOf computes the line of an activation, once
 */
export function createWeightPlane(
  move: (place: Place) => void,
  lineOf: (name: ActivationName) => Promise<readonly Place[]>,
) {
  const plane = createPlane(move);
  const lines = new Map<string, readonly Place[] | null>(); // null while it is computed
  let latest: Whole;
  const draw = () => {
    const name = planeOf(latest);
    if (name === null) {
      plane.draw(null, null, "Gates, shortcuts and normalizations have no such line: the plane is for plain layers.");
      return;
    }
    const line = lines.get(name);
    if (line === undefined) {
      lines.set(name, null);
      void lineOf(name).then((found) => {
        lines.set(name, found);
        draw();
      });
    }
    plane.draw(
      placeOf(latest),
      line ?? [],
      `First weights of a ${name} network. Drag the point: on the line the gradient keeps its length.`,
    );
  };
  const drawSoon = atMost(TEXT_MS, draw);
  return {
    show(whole: Whole): void {
      latest = whole;
      drawSoon();
    },
  };
}
