import { PLANE, type Place } from "../model/plane.ts";
import { onResize, sheetOf } from "./canvas.ts";
import { colors, LABEL_FONT, onColors } from "./colors.ts";
import { byId, say, whenSeen } from "./dom.ts";

export interface PlaneView {
  /** @param place null if the network's weights have no σ_w; `line` is null if no plane applies */
  draw(place: Place | null, line: readonly Place[] | null, why: string): void;
}

const LEFT = 34;
const BOTTOM = 30;
const TOP = 6;
const RIGHT = 8;

/** σ_w across, σ_b upward: left of the line gradients vanish, right of it they explode. @param onMove a point was dragged */
export function createPlane(onMove: (place: Place) => void): PlaneView {
  const canvas = byId<HTMLCanvasElement>("plane");
  const keys = byId("plane-keys");
  keys.tabIndex = 0;
  keys.setAttribute("role", "application");
  let shown: { place: Place | null; line: readonly Place[] | null; why: string } = { place: null, line: null, why: "" };
  const redraw = whenSeen(canvas, () => paint(canvas, shown.place, shown.line));
  onResize(canvas, redraw);
  onColors(redraw);

  // the plane's position when the drag began: during the drag, changing words above can move the plane
  let box = canvas.getBoundingClientRect();
  const at = (event: PointerEvent): Place => {
    const share = (value: number) => Math.min(1, Math.max(0, value));
    return {
      sigmaW: PLANE.sigmaW * share((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)),
      sigmaB: PLANE.sigmaB * share(1 - (event.clientY - box.top - TOP) / (box.height - TOP - BOTTOM)),
    };
  };
  /** The point follows the pointer at once; the effect on the gradient is shown when it has been measured. */
  const move = (event: PointerEvent) => {
    const place = at(event);
    shown = { ...shown, place };
    redraw();
    onMove(place);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (shown.line === null) return;
    canvas.setPointerCapture(event.pointerId);
    box = canvas.getBoundingClientRect();
    move(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) move(event);
  });
  keys.addEventListener("keydown", (event) => {
    const { place, line } = shown;
    const [dw, db] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [
      0, 0,
    ];
    if (line === null || place === null || (dw === 0 && db === 0)) return;
    event.preventDefault();
    const by = event.shiftKey ? 0.2 : 0.02;
    const bounded = (value: number, most: number) => Math.min(most, Math.max(0, value));
    onMove({
      sigmaW: bounded(place.sigmaW + dw * by, PLANE.sigmaW),
      sigmaB: bounded(place.sigmaB + db * by, PLANE.sigmaB),
    });
  });
  return {
    draw(place, line, why) {
      shown = { place, line, why };
      say(byId("plane-note"), why);
      keys.setAttribute(
        "aria-label",
        place === null || line === null
          ? "The plane does not apply to this network."
          : `σ_w ${place.sigmaW.toFixed(2)}, σ_b ${place.sigmaB.toFixed(2)}. Arrow keys move the point; with Shift they move it further.`,
      );
      redraw();
    },
  };
}

function paint(canvas: HTMLCanvasElement, place: Place | null, line: readonly Place[] | null): void {
  const { context, width, height } = sheetOf(canvas);
  const { series, soft, faint, ink, ground } = colors();
  const x = (sigmaW: number) => LEFT + (sigmaW / PLANE.sigmaW) * (width - LEFT - RIGHT);
  const y = (sigmaB: number) => height - BOTTOM - (sigmaB / PLANE.sigmaB) * (height - TOP - BOTTOM);
  context.font = LABEL_FONT;
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM);
  context.clip();
  if (line !== null) {
    context.fillStyle = `${series[1]}33`;
    context.fillRect(LEFT, 0, width, height);
    context.beginPath();
    context.moveTo(LEFT, height);
    context.lineTo(x(line[0]?.sigmaW ?? PLANE.sigmaW), height);
    for (const { sigmaW, sigmaB } of line) context.lineTo(x(sigmaW), y(sigmaB));
    context.lineTo(LEFT, y(Math.max(PLANE.sigmaB, line.at(-1)?.sigmaB ?? 0)));
    context.closePath();
    context.fillStyle = ground;
    context.fill();
    context.fillStyle = `${series[0]}33`;
    context.fill();
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.beginPath();
    line.forEach(({ sigmaW, sigmaB }, i) => {
      if (i === 0) context.moveTo(x(sigmaW), y(sigmaB));
      else context.lineTo(x(sigmaW), y(sigmaB));
    });
    context.stroke();
    context.fillStyle = ink;
    context.textBaseline = "top";
    const onLine = line[0] === undefined || line[0].sigmaW > PLANE.sigmaW;
    context.textAlign = "left";
    context.fillText("gradients vanish", LEFT + 6, TOP + 6);
    if (onLine) context.fillText(`the line stands at σ_w ≈ ${line[0]?.sigmaW.toFixed(1) ?? "∞"} →`, LEFT + 6, TOP + 22);
    else {
      context.textAlign = "right";
      context.textBaseline = "bottom";
      context.fillText("gradients explode", width - RIGHT - 6, height - BOTTOM - 6);
    }
  } else {
    context.fillStyle = faint;
    context.fillRect(LEFT, 0, width, height);
  }
  context.restore();
  if (place !== null && line !== null) {
    context.beginPath();
    context.arc(x(Math.min(place.sigmaW, PLANE.sigmaW)), y(Math.min(place.sigmaB, PLANE.sigmaB)), 8, 0, 2 * Math.PI);
    context.fillStyle = series[3];
    context.fill();
    context.strokeStyle = ground;
    context.lineWidth = 2.5;
    context.stroke();
  }
  context.fillStyle = soft;
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const tick of [0, 1, 2, 3]) context.fillText(String(tick), x(tick), height - BOTTOM + 4);
  context.fillText("σ_w, weights", x(1.5), height - BOTTOM + 16);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of [0, 1, 2, 3]) context.fillText(String(tick), LEFT - 5, y(tick) + (tick === 3 ? 5 : 0));
  context.save();
  context.translate(9, y(1.5));
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText("σ_b, biases", 0, 0);
  context.restore();
}
