import uPlot from "uplot";
import { colors, LABEL_FONT, onColors } from "./colors.ts";

/** One line: a value for each x; null if there is none. */
export interface Line {
  readonly label: string;
  /** Of the palette. */
  readonly slot: number;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** This line and the next are the edges of a band; then the next has no name in the legend. */
  readonly band?: true;
}

/** A level across the whole chart, with its name at the left. */
export interface Level {
  readonly at: number;
  readonly label: string;
}

export interface ChartOptions {
  readonly lines: readonly Line[];
  readonly height: number;
  /** The text of a value of y, and of x. */
  readonly yText: (value: number) => string;
  readonly xText: (value: number) => string;
  /** Places of the y axis between its ends. */
  readonly yTicks: (low: number, high: number) => number[];
  /** The ends of the y axis for what is drawn. */
  readonly yRange: (low: number | null, high: number | null) => [number, number];
  readonly levels?: () => readonly Level[];
  readonly xLabel?: () => string;
  /** The text if there is no number at all. */
  readonly none?: () => string;
}

/** A chart of lines whose numbers can change many times a second. */
export interface Chart {
  /** @param y a row for each line */
  draw(x: readonly number[], y: readonly (readonly (number | null)[])[]): void;
}

/** A uPlot chart in `place`, with the width of `place`. */
export function createChart(place: HTMLElement, options: ChartOptions): Chart {
  let data: uPlot.AlignedData = [[], ...options.lines.map(() => [])];
  let plot: uPlot | undefined;
  let named = "";
  const build = () => {
    plot?.destroy();
    plot = new uPlot(settings(options, place.clientWidth || 320), data, place);
    named = "";
  };
  /** The legend names the lines that are there. */
  const name = () => {
    const there = options.lines.map((_, i) => options.lines[i - 1]?.band !== true && isDrawn(data[i + 1]));
    if (there.join() === named) return;
    named = there.join();
    place.querySelectorAll<HTMLElement>(".u-series").forEach((row, i) => {
      row.hidden = i > 0 && !there[i - 1];
    });
  };
  new ResizeObserver(() => {
    if (plot !== undefined && plot.width !== place.clientWidth)
      plot.setSize({ width: place.clientWidth, height: options.height });
  }).observe(place);
  onColors(build);
  return {
    draw(x, y) {
      data = [x as number[], ...(y as (number | null)[][])];
      if (plot === undefined) build();
      else plot.setData(data);
      name();
    },
  };
}

/** Steps of the x axis: stations and updates are whole numbers. */
const WHOLE = [1, 2, 5]
  .flatMap((digit) => [0, 1, 2, 3, 4, 5].map((power) => digit * 10 ** power))
  .sort((a, b) => a - b);
/** Room at the right of every plot, in CSS pixels: the ledger's canvas leaves as much. */
export const RIGHT = 18;

function settings(options: ChartOptions, width: number): uPlot.Options {
  const { lines, height, yText, xText, yTicks, yRange, levels, xLabel, none } = options;
  const { ink, soft, faint, ground, series } = colors();
  const axis = {
    stroke: soft,
    grid: { stroke: faint, width: 1 },
    ticks: { stroke: faint, width: 1, size: 4 },
    font: LABEL_FONT,
  };
  const bands = lines.flatMap(({ band, slot }, i): uPlot.Band[] =>
    band === true ? [{ series: [i + 1, i + 2], fill: `${series[slot]}2e` }] : [],
  );
  return {
    width,
    height,
    padding: [null, RIGHT, null, null],
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => yRange(low, high) },
    },
    axes: [
      {
        ...axis,
        incrs: WHOLE,
        values: (_, splits) => splits.map(xText),
        size: xLabel === undefined ? 26 : 44,
        space: 60,
      },
      {
        ...axis,
        size: 62,
        splits: (_, __, low, high) => yTicks(low, high),
        values: (_, splits) => splits.map(yText),
      },
    ],
    series: [
      { label: "at", value: (_, value) => (value === null ? "–" : xText(value)) },
      ...lines.map(
        ({ label, slot, dash, width: stroke }): uPlot.Series => ({
          label,
          stroke: series[slot],
          width: stroke ?? 2,
          ...(dash === undefined ? {} : { dash: [...dash] }),
          points: { show: false },
          value: (_, value) => (value === null ? "–" : yText(value)),
        }),
      ),
    ],
    ...(bands.length === 0 ? {} : { bands }),
    legend: { show: true, live: true },
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    hooks: {
      // values stand in the legend while the pointer is over the chart
      setCursor: [(plot) => plot.root.parentElement?.classList.toggle("pointed", plot.cursor.idx !== null)],
      draw: [
        (plot) => {
          const { ctx, bbox } = plot;
          const ratio = devicePixelRatio || 1;
          ctx.save();
          ctx.font = `${12 * ratio}px system-ui, Arial, sans-serif`;
          for (const { at, label } of levels?.() ?? []) {
            const y = plot.valToPos(at, "y", true);
            if (y < bbox.top || y > bbox.top + bbox.height) continue;
            ctx.strokeStyle = soft;
            ctx.setLineDash([2 * ratio, 4 * ratio]);
            ctx.beginPath();
            ctx.moveTo(bbox.left, y);
            ctx.lineTo(bbox.left + bbox.width, y);
            ctx.stroke();
            ctx.textBaseline = "bottom";
            ctx.textAlign = "left";
            ctx.setLineDash([]);
            ctx.lineJoin = "round";
            ctx.lineWidth = 4 * ratio;
            ctx.strokeStyle = ground;
            ctx.strokeText(label, bbox.left + 6 * ratio, y - 2 * ratio); // an outline, because lines may cross the label
            ctx.lineWidth = ratio;
            ctx.fillStyle = ink;
            ctx.fillText(label, bbox.left + 6 * ratio, y - 2 * ratio);
          }
          if (none !== undefined && isEmpty(plot.data)) {
            ctx.fillStyle = ink;
            ctx.textBaseline = "middle";
            ctx.textAlign = "center";
            ctx.fillText(none(), bbox.left + bbox.width / 2, bbox.top + bbox.height / 2);
          }
          if (xLabel !== undefined) {
            ctx.fillStyle = ink;
            ctx.textBaseline = "top";
            ctx.textAlign = "center";
            ctx.fillText(xLabel(), bbox.left + bbox.width / 2, bbox.top + bbox.height + 25 * ratio);
          }
          ctx.restore();
        },
      ],
    },
  };
}

/** Whether a line has two neighboring values: a single value draws nothing. */
function isDrawn(row: uPlot.AlignedData[number]): boolean {
  for (let i = 1; i < row.length; i++) if (row[i] != null && row[i - 1] != null) return true;
  return false;
}

const isEmpty = ([, ...rows]: uPlot.AlignedData): boolean => !rows.some(isDrawn);
