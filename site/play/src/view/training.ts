import { significant } from "../../../../src/words/numbers.ts";
import type { Moment } from "../messages.ts";
import type { Surface } from "../model/run.ts";
import { CLIPS, OPTIMIZERS_OFFERED, RATES, type TrainingChoice } from "../model/training-choice.ts";
import { placeOf } from "../model/controls/control.ts";
import { sheetOf, ticks } from "./canvas.ts";
import { colors, LABEL_FONT } from "./colors.ts";
import { byId, element, say } from "./dom.ts";
import { type Chart, createChart } from "./lines.ts";
import { powerText } from "./profile.ts";

/** The functions that the buttons call. */
export interface TrainingWishes {
  readonly play: () => void;
  readonly step: () => void;
  /** @param anew with a new draw of the weights, or the same one */
  readonly rewind: (anew: boolean) => void;
  readonly choose: (choice: TrainingChoice) => void;
}

export interface TrainingView {
  draw(moment: Moment | null, playing: boolean): void;
  show(choice: TrainingChoice): void;
}

/** Losses kept for the chart: longer runs keep only every second, fourth, … of them. */
const MOST_POINTS = 600;

/** Train, pause, step, rewind; the loss, each layer's gradient and update, and the plane of a task with two inputs. */
export function createTraining(wishes: TrainingWishes): TrainingView {
  const choice = createChoice(wishes.choose);
  byId("train").addEventListener("click", wishes.play);
  byId("step").addEventListener("click", wishes.step);
  byId("rewind").addEventListener("click", () => wishes.rewind(false));
  byId("redraw").addEventListener("click", () => wishes.rewind(true));
  const losses = createLosses();
  return {
    show: choice.show,
    draw(moment, playing) {
      say(byId("train"), playing ? "Pause" : "Train");
      byId("train").setAttribute("aria-pressed", String(playing));
      for (const id of ["rewind", "redraw"]) byId<HTMLButtonElement>(id).disabled = moment === null;
      byId("run").hidden = moment === null;
      if (moment === null) return losses.clear();
      const { frame, surface } = moment;
      losses.add(frame.losses, frame.updates, frame.baseline);
      const right = frame.accuracy === null ? "" : `, ${Math.round(100 * frame.accuracy)} % right`;
      const guess = frame.baseline === null ? "" : `; guessing has ${significant(frame.baseline)}`;
      say(
        byId("run-note"),
        frame.stopped ??
          (frame.updates === 0
            ? "No update yet."
            : `Update ${frame.updates.toLocaleString("en-US")}: loss ${significant(frame.recent)}${right}${guess}.`),
      );
      byId("run-note").classList.toggle("bad", frame.stopped !== null);
      drawLayers(byId<HTMLCanvasElement>("layers"), moment);
      byId("surface-figure").hidden = surface === null;
      if (surface !== null) drawSurface(byId<HTMLCanvasElement>("surface"), surface);
    },
  };
}

function createChoice(choose: (choice: TrainingChoice) => void) {
  const optimizer = byId<HTMLSelectElement>("optimizer");
  const rate = byId<HTMLInputElement>("rate");
  const clip = byId<HTMLSelectElement>("clip");
  optimizer.append(...OPTIMIZERS_OFFERED.map(([value, label]) => element("option", { value }, label)));
  clip.append(
    element("option", { value: "" }, "no clipping"),
    ...CLIPS.map((limit) => element("option", { value: limit }, `norm at most ${limit}`)),
  );
  rate.max = String(RATES.length - 1);
  const words = () => {
    const text = String(RATES[Number(rate.value)]);
    say(byId("rate-value"), text);
    rate.setAttribute("aria-valuetext", text);
  };
  const changed = () => {
    words();
    choose({
      optimizer: optimizer.value,
      rate: RATES[Number(rate.value)],
      clip: clip.value === "" ? null : Number(clip.value),
    });
  };
  for (const control of [optimizer, rate, clip]) control.addEventListener("input", changed);
  return {
    show(choice: TrainingChoice) {
      optimizer.value = choice.optimizer;
      rate.value = String(placeOf(RATES.map(Math.log), Math.log(choice.rate)));
      clip.value = choice.clip === null ? "" : String(choice.clip);
      words();
    },
  };
}

/** The losses for the chart; a longer run keeps fewer of them. */
function createLosses() {
  let chart: Chart | undefined;
  let [x, y]: [number[], (number | null)[]] = [[], []];
  let every = 1;
  let seen = 0;
  return {
    clear() {
      [x, y] = [[], []];
      every = 1;
      seen = 0;
    },
    add(fresh: readonly number[], updates: number, baseline: number | null) {
      if (updates < seen) this.clear();
      fresh.forEach((loss, i) => {
        const update = updates - fresh.length + i + 1;
        if (update % every !== 0) return;
        x.push(update);
        y.push(Number.isFinite(loss) ? loss : null);
      });
      seen = updates;
      while (x.length > MOST_POINTS) {
        every *= 2;
        const kept = x.map((_, i) => i).filter((i) => x[i] % every === 0);
        [x, y] = [kept.map((i) => x[i]), kept.map((i) => y[i])];
      }
      chart ??= createChart(byId("loss"), {
        height: 150,
        lines: [
          { label: "guessing", slot: 6, width: 1.5, dash: [4, 4] },
          { label: "loss", slot: 0 },
        ],
        yText: (value) => String(Number(value.toPrecision(3))),
        xText: (value) => String(Math.round(value)),
        yTicks: (low, high) => ticks(low, high, 3),
        yRange: (_, high) => [0, 1.1 * Math.max(high ?? 1, 1e-6)],
        xLabel: () => "update",
      });
      chart.draw(x, [x.map(() => baseline), y]);
    },
  };
}

const LEFT = 62;
const BOTTOM = 20;

/** Each weight's gradient, and how far an update moves it, as bars on a logarithmic axis. */
function drawLayers(canvas: HTMLCanvasElement, { frame: { layers } }: Moment): void {
  const { context, width, height } = sheetOf(canvas);
  const { series, soft, faint } = colors();
  context.font = LABEL_FONT;
  if (layers.length === 0) return;
  const rows = [
    { values: layers.map(({ lnGradient }) => lnGradient / Math.LN10), color: series[0] },
    { values: layers.map(({ lnUpdate }) => lnUpdate / Math.LN10), color: series[1] },
  ];
  const finite = rows.flatMap(({ values }) => values.filter(Number.isFinite));
  const high = Math.ceil(Math.max(0, ...finite) + 0.2);
  const low = Math.floor(Math.min(-4, ...finite));
  const y = (value: number) => 6 + ((high - value) / (high - low)) * (height - 6 - BOTTOM);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticks(low, high, 4).filter(Number.isInteger)) {
    context.fillStyle = faint;
    context.fillRect(LEFT, y(tick), width - LEFT, 1);
    context.fillStyle = soft;
    context.fillText(powerText(tick), LEFT - 6, y(tick));
  }
  const step = (width - LEFT) / layers.length;
  rows.forEach(({ values, color }, k) => {
    context.fillStyle = color;
    values.forEach((value, i) => {
      if (!Number.isFinite(value)) return;
      const bar = Math.max(1, 0.4 * step);
      context.fillRect(LEFT + i * step + 0.1 * step + k * bar, y(value), bar, height - BOTTOM - y(value));
    });
  });
  context.fillStyle = soft;
  context.textBaseline = "bottom";
  context.textAlign = "left";
  context.fillText("← first layer", LEFT, height);
  context.textAlign = "right";
  context.fillText("readout →", width, height);
}

/** The regions in which the network answers each class; dots are samples in the color of their class. */
function drawSurface(canvas: HTMLCanvasElement, { size, extent, values, points }: Surface): void {
  const { context, width, height } = sheetOf(canvas);
  const { series, ground } = colors();
  const [one, other] = [rgb(series[0]), rgb(series[1])];
  const pale = rgb(ground);
  const image = new ImageData(size, size);
  for (let i = 0; i < size * size; i++) {
    const share = values[i];
    const target = share < 0.5 ? one : other;
    const strength = Number.isFinite(share) ? 0.12 + 0.55 * Math.abs(2 * share - 1) : 0;
    const row = size - 1 - Math.floor(i / size); // y grows upward
    for (let c = 0; c < 3; c++) {
      image.data[4 * (row * size + (i % size)) + c] = Math.round(pale[c] + strength * (target[c] - pale[c]));
    }
    image.data[4 * (row * size + (i % size)) + 3] = 255;
  }
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, width, height);
  const [x0, x1, y0, y1] = extent;
  for (let b = 0; b < points.x.length; b++) {
    context.beginPath();
    context.arc(
      ((points.x[b] - x0) / (x1 - x0)) * width,
      (1 - (points.y[b] - y0) / (y1 - y0)) * height,
      3,
      0,
      2 * Math.PI,
    );
    context.fillStyle = series[points.classes[b] === 0 ? 0 : 1];
    context.fill();
    context.strokeStyle = ground;
    context.lineWidth = 1;
    context.stroke();
  }
}

/** Red, green and blue of `#rrggbb`, or of its short form `#rgb`. */
function rgb(color: string): readonly number[] {
  const long = color.length === 4 ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
}
