/** A canvas that is as sharp as the screen, and its size in CSS pixels. */
export interface Sheet {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Sizes that the browser has reported: to ask for one between two changes of the page lays the page out each time. */
const sizes = new WeakMap<Element, Size>();
const redraws = new WeakMap<Element, () => void>();
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const { width, height } = contentRect;
    const before = sizes.get(target);
    sizes.set(target, { width, height });
    if (before !== undefined && (before.width !== width || before.height !== height)) redraws.get(target)?.();
  }
});

/** Calls `redraw` when the size of a canvas has changed. */
export function onResize(canvas: HTMLCanvasElement, redraw: () => void): void {
  redraws.set(canvas, redraw);
}

function sizeOf(canvas: HTMLCanvasElement): Size {
  const known = sizes.get(canvas);
  if (known !== undefined && known.width > 0) return known;
  observer.observe(canvas);
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  sizes.set(canvas, size);
  return size;
}

/** Empties a canvas and sets it to the size at which it is shown. */
export function sheetOf(canvas: HTMLCanvasElement): Sheet {
  const ratio = Math.min(3, devicePixelRatio || 1);
  const { width, height } = sizeOf(canvas);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Even steps of 1, 2 or 5 times a power of ten, about `count` of them between the ends. */
export function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
