/**
 * The only script of a page. The page is complete without it. With it, figures use the width of the window, show the
 * values under the pointer or the keyboard's cursor, zoom, and show or hide series; and a print shows folded parts.
 *
 * The JSON beside a drawing holds the numbers of the figure. `data-plot` of the drawing holds the edges of the plot,
 * the line of the x axis and the ends of both axes. When a figure changes its size, `.plot` and `.strips` are stretched
 * by their view boxes, `.pinned` elements are moved, and `.grid` and `.ticks` are drawn again.
 */
export const SCRIPT = `
"use strict";
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
const contents = document.querySelector("nav details");
const wideScreen = matchMedia("(min-width:1280px)");
const unfold = () => { if (contents) contents.open = wideScreen.matches; };
wideScreen.addEventListener("change", unfold);
unfold();

const draw = (parent, name, attributes, text) => {
  const element = parent.appendChild(document.createElementNS(parent.namespaceURI, name));
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  return element;
};
const make = (parent, name, className, text) => {
  const element = parent.appendChild(document.createElement(name));
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const niceStep = (least) => {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) * power;
};
const multiples = (low, high, most, whole) => {
  let step = niceStep((high - low) / Math.max(1, most - 1) || 1);
  if (whole) step = Math.max(1, step);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
};
const plain = (value) => {
  const short = Number(value.toPrecision(12));
  const size = Math.abs(short);
  const text = size !== 0 && (size >= 1e6 || size < 1e-4) ? short.toExponential() : short.toLocaleString("en", { maximumSignificantDigits: 12 });
  return text.replace("e+", "e").replace(/^-/, "\\u2212");
};
/** Ticks as [value, text, exponent]: 10 to a power where there is one. */
const ticksOf = (axis, low, high, count) => {
  if (axis.scale === "names") {
    const all = axis.names.map((name, i) => [i, name]).filter(([i]) => i > low && i < high);
    const every = Math.max(1, Math.ceil(all.length / count));
    return all.filter((_, i) => i % every === 0);
  }
  if (axis.scale !== "decades") return multiples(low, high, count, axis.whole).map((value) => [value, plain(value)]);
  const [from, to] = [low / Math.LN10, high / Math.LN10];
  if (to - from >= 2) return multiples(from, to, Math.max(3, count), true).map((k) => [k * Math.LN10, k === 0 ? "1" : "10", k === 0 || k === 1 ? undefined : k]);
  const base = Math.floor(from);
  const digits = to - from < 0.6 ? multiples(10 ** (from - base), 10 ** (to - base), count) : [1, 2, 5, 10, 20, 50, 100];
  return digits.filter((digit) => digit > 0 && Math.log10(digit) + base >= from && Math.log10(digit) + base <= to).map((digit) => {
    const value = base * Math.LN10 + Math.log(digit);
    if (base >= -3 && base <= 2) return [value, plain(digit * 10 ** base)];
    const over = digit >= 10 ? Math.floor(Math.log10(digit)) : 0;
    const first = digit / 10 ** over;
    return [value, (first === 1 ? "" : plain(first) + "\\u00d7") + "10", base + over];
  });
};
const writeTick = (parent, x, y, anchor, [, text, exponent], most) => {
  const fits = text.length > most ? text.slice(0, Math.max(1, most - 1)) + "\\u2026" : text;
  const element = draw(parent, "text", { x, y, "text-anchor": anchor, fill: "var(--soft)" }, fits);
  if (fits !== text) draw(element, "title", {}, text);
  if (exponent !== undefined) draw(element, "tspan", { dy: "-0.45em", "font-size": "78%" }, String(exponent).replace("-", "\\u2212"));
};

for (const json of document.querySelectorAll("figure .chart > script")) {
  const chart = json.parentElement;
  const figure = chart.closest("figure");
  const svg = chart.querySelector("svg");
  const data = JSON.parse(json.textContent);
  const [left, right, top, bottom, axisY, x0, x1, y0, y1] = svg.dataset.plot.split(" ").map(Number);
  const [baseWidth, height] = [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
  const [plot, strips] = [svg.querySelector(".plot"), svg.querySelector(".strips")];
  const pinned = [...svg.querySelectorAll(".pinned [transform]")].map((element) => {
    const [, x, y] = /translate\\(([^,]+),([^)]+)\\)/.exec(element.getAttribute("transform"));
    return { element, x: Number(x), y: Number(y), side: element.dataset.side };
  });
  const end = svg.querySelector(".end");
  const font = 12;
  const whole = { x: left, y: top, width: right - left, height: bottom - top };
  let view = whole; // what is shown, in the drawing's first coordinates
  let width = baseWidth, gutter = left;
  const plotRight = () => width - (baseWidth - right);
  const X = (x) => gutter + (x - view.x) / view.width * (plotRight() - gutter);
  const Y = (y) => top + (y - view.y) / view.height * (bottom - top);
  const valueX = (x) => x0 + (x - left) / (right - left) * (x1 - x0);
  const valueY = (y) => y1 - (y - top) / (bottom - top) * (y1 - y0);
  const placeX = (value) => left + (value - x0) / (x1 - x0) * (right - left);
  const placeY = (value) => bottom - (value - y0) / (y1 - y0) * (bottom - top);
  const inside = ({ x, y, side }) => (side || (x >= view.x - 1 && x <= view.x + view.width + 1)) && y >= view.y - 16 && y <= view.y + view.height + 4;

  const layOut = () => {
    gutter = Math.min(left, data.y.scale === "names" ? width * 0.42 : left);
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    svg.setAttribute("width", width);
    svg.setAttribute("height", height);
    const room = plotRight() - gutter;
    for (const [part, y, high] of [[plot, view.y, view.height], [strips, 0, height]]) {
      if (!part) continue;
      part.setAttribute("x", gutter);
      part.setAttribute("width", room);
      part.setAttribute("viewBox", [view.x, y, view.width, high].join(" "));
    }
    for (const pin of pinned) {
      const place = pin.side === "left" ? gutter + pin.x - left : pin.side === "right" ? plotRight() + pin.x - right : X(pin.x);
      pin.element.setAttribute("transform", "translate(" + place + "," + Y(pin.y) + ")");
      pin.element.classList.toggle("outside", !inside(pin));
    }
    svg.dataset.plot = [gutter, plotRight(), top, bottom, axisY, valueX(view.x), valueX(view.x + view.width), valueY(view.y + view.height), valueY(view.y)].join(" ");
    svg.classList.toggle("small", width < 480);
    end?.setAttribute("x", plotRight());
    const grid = svg.querySelector(".grid"), ticks = svg.querySelector(".ticks");
    grid.replaceChildren();
    ticks.replaceChildren();
    const [low, high] = [valueY(view.y + view.height), valueY(view.y)];
    const rows = data.y.scale === "names" ? (bottom - top) / (font * 1.2) : (bottom - top) / 36;
    for (const tick of ticksOf(data.y, low, high, Math.max(3, Math.floor(rows)))) {
      const y = Y(placeY(tick[0]));
      if (data.grid) draw(grid, "path", { d: "M" + gutter + "," + y + "H" + plotRight() });
      writeTick(ticks, gutter - 6, y + font * 0.35, "end", tick, Math.floor((gutter - 8) / 6.6));
    }
    if (data.y.scale === "linear" && low < 0 && high > 0) draw(grid, "path", { d: "M" + gutter + "," + Y(placeY(0)) + "H" + plotRight(), stroke: "var(--soft)" });
    draw(ticks, "path", { d: "M" + gutter + "," + axisY + "H" + plotRight(), stroke: "var(--soft)" });
    const longest = data.x.scale === "names" ? Math.max(...data.x.names.map((name) => name.length)) : 7;
    for (const tick of ticksOf(data.x, valueX(view.x), valueX(view.x + view.width), Math.max(2, Math.min(12, Math.floor(room / (longest * 6.6 + 16)))))) {
      const x = X(placeX(tick[0]));
      draw(ticks, "path", { d: "M" + x + "," + axisY + "v4", stroke: "var(--soft)" });
      writeTick(ticks, x, axisY + font + 6, "middle", tick, 40);
    }
  };
  new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now < 1 || now === width) return;
    width = now;
    hide();
    layOut();
  }).observe(chart);

  let tip, cross, cursor;
  const hide = () => { tip?.remove(); cross?.remove(); tip = cross = undefined; };
  const shown = (key) => !hidden.has(key);
  const hidden = new Set();
  const nearest = (places, x) => {
    let i = 0, step = places.length;
    while (step > 1) { step = Math.ceil(step / 2); if (places[i + step] <= x) i += step; }
    return i + 1 < places.length && places[i + 1] - x < x - places[i] ? i + 1 : i;
  };
  /** Says what is at a value of x; of a map or a list, in the row at a value of y. */
  const say = (x, y) => {
    let series = data.series.filter(({ key }) => shown(key)), row;
    if (data.rows) {
      row = Math.round(y);
      if (!(row >= 0 && row < data.series.length)) return hide();
      series = [data.series[row]];
    }
    if (series.length === 0) return hide();
    const far = Math.abs(valueX(view.x + view.width) - valueX(view.x)) * 0.012;
    const lead = series.find(({ single }) => !single) ?? series[0];
    const place = lead.x[nearest(lead.x, x)];
    if (!tip) {
      tip = make(chart, "div", "tip");
      cross = make(chart, "div", "cross");
    }
    tip.replaceChildren();
    const head = make(tip, "b");
    for (const { name, slot, x: places, text, single } of series) {
      const i = nearest(places, place);
      if (single && Math.abs(places[i] - place) > far) continue; // measured elsewhere
      const line = make(tip, "span", undefined, name + "  " + text[i]);
      line.style.setProperty("--c", "var(--s" + slot % 8 + ")");
    }
    const value = data.x.scale === "decades" ? Math.exp(place) : place;
    const where = data.x.names ? data.x.names[place] : Number.isInteger(value) ? value.toLocaleString("en") : plain(Number(value.toPrecision(4)));
    const named = data.x.label + " " + where;
    head.textContent = row === undefined ? named : data.rows[row] + (series[0].x.length > 1 ? ", " + named : "");
    const scale = svg.getBoundingClientRect().width / width;
    const px = X(placeX(place)) * scale;
    cross.style.left = px + "px";
    cross.style.top = top * scale + "px";
    cross.style.height = (bottom - top) * scale + "px";
    const side = px > chart.clientWidth / 2 ? px - tip.offsetWidth - 10 : px + 10;
    tip.style.left = Math.max(0, Math.min(chart.clientWidth - tip.offsetWidth, side)) + "px";
    tip.style.top = (top + 6) * scale + "px";
    cursor = { x: place, y: row };
  };
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    const scale = box.width / width;
    return [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
  };
  const backX = (x) => view.x + (x - gutter) / (plotRight() - gutter) * view.width;
  const backY = (y) => view.y + (y - top) / (bottom - top) * view.height;
  const within = (value, low, high) => Math.min(high, Math.max(low, value));

  const reset = tools(figure, chart);
  function tools() {
    const bar = make(figure.querySelector(".head"), "div", "tools");
    const button = (text, name, act) => {
      const one = make(bar, "button", undefined, text);
      one.type = "button";
      one.setAttribute("aria-label", name + ": " + data.title);
      one.addEventListener("click", act);
      return one;
    };
    if (svg.querySelector(".smoothed")) {
      const smooth = button("Smoothing", "Smoothing", () => {
        const off = svg.classList.toggle("unsmoothed");
        smooth.setAttribute("aria-pressed", String(!off));
      });
      smooth.setAttribute("aria-pressed", "true");
    }
    button("+", "Zoom in", () => zoomBy(0.5));
    button("\\u2212", "Zoom out", () => zoomBy(2));
    const back = button("Whole", "Show the whole figure", () => zoomTo(whole));
    back.disabled = true;
    return back;
  }
  const zoomTo = (next) => {
    const [wide, high] = [Math.min(whole.width, Math.max(whole.width / 500, next.width)), Math.min(whole.height, Math.max(whole.height / 500, next.height))];
    view = { width: wide, height: high, x: within(next.x, left, right - wide), y: within(next.y, top, bottom - high) };
    reset.disabled = wide === whole.width && high === whole.height;
    hide();
    layOut();
  };
  const zoomBy = (factor) => {
    const middle = cursor ? within(placeX(cursor.x), view.x, view.x + view.width) : view.x + view.width / 2;
    const share = (middle - view.x) / view.width;
    zoomTo({ ...view, width: view.width * factor, x: middle - share * view.width * factor });
  };

  let chosen;
  /** Shows the report of the map's cell under the cursor, below the map. */
  const report = () => {
    const cell = data.reports?.[cursor?.y]?.[cursor?.x];
    if (!cell) return;
    if (!chosen) {
      chosen = document.createElement("div");
      chosen.className = "cell";
      chosen.setAttribute("aria-live", "polite");
      chart.after(chosen);
    }
    chosen.replaceChildren();
    make(chosen, "h3", undefined, cell.title);
    const facts = make(chosen, "dl");
    for (const [label, text] of cell.facts) {
      const fact = make(facts, "div");
      make(fact, "dt", undefined, label);
      make(fact, "dd", undefined, text);
    }
    if (cell.profile) curve(cell.profile);
    if (cell.page) {
      const link = make(make(chosen, "p"), "a", undefined, "The whole report of this network");
      link.href = cell.page;
    }
    if (cell.command) make(make(make(chosen, "p", undefined, cell.page ? "" : "The whole report of its first network:"), "pre"), "code", undefined, cell.command);
  };
  const curve = ({ label, y }) => {
    const known = y.filter((value) => value !== null);
    if (known.length < 2) return;
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const short = (value) => plain(Math.abs(value) < (high - low) * 1e-3 ? 0 : Number(value.toPrecision(3)));
    const box = document.createElementNS(svg.namespaceURI, "svg");
    for (const [key, value] of [["viewBox", "0 0 320 96"], ["role", "img"], ["aria-label", label + ": " + short(low) + " to " + short(high)]]) box.setAttribute(key, value);
    const points = y.map((value, i) => [4 + 312 * i / (y.length - 1), 90 - 84 * (value - low) / (high - low || 1), value]);
    let path = "", pen = "M";
    for (const [x, at, value] of points) {
      if (value === null) pen = "M";
      else { path += pen + x.toFixed(1) + " " + at.toFixed(1); pen = "L"; }
    }
    draw(box, "path", { d: path, fill: "none", stroke: "var(--s0)", "stroke-width": 2 });
    chosen.append(box);
    make(chosen, "p", "range", label + ", " + short(low) + " to " + short(high));
  };
  for (const link of svg.querySelectorAll("a[href^='#place-']")) link.addEventListener("click", (event) => { if (data.reports) event.preventDefault(); });

  let drag;
  svg.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    if (event.pointerType !== "touch" && event.button === 0 && x >= gutter && x <= plotRight() && y >= top && y <= bottom) {
      drag = { x, y };
      svg.setPointerCapture(event.pointerId);
    }
    move(event);
  });
  const selection = (x, y) => {
    const [a, b] = [within(Math.min(drag.x, x), gutter, plotRight()), within(Math.max(drag.x, x), gutter, plotRight())];
    const [c, d] = [within(Math.min(drag.y, y), top, bottom), within(Math.max(drag.y, y), top, bottom)];
    return d - c < 24 ? [a, b, top, bottom] : [a, b, c, d];
  };
  const move = (event) => {
    const [x, y] = at(event);
    if (drag && Math.abs(x - drag.x) > 6) {
      hide();
      drag.box ??= make(chart, "div", "selection");
      const [a, b, c, d] = selection(x, y);
      const scale = svg.getBoundingClientRect().width / width;
      Object.assign(drag.box.style, { left: a * scale + "px", top: c * scale + "px", width: (b - a) * scale + "px", height: (d - c) * scale + "px" });
      return;
    }
    if (x < gutter - 4 || x > plotRight() + 4) return hide();
    say(valueX(within(backX(x), left, right)), valueY(backY(y)));
  };
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", (event) => {
    const done = drag;
    drag = undefined;
    if (!done?.box) return report();
    done.box.remove();
    drag = done;
    const [a, b, c, d] = selection(...at(event));
    drag = undefined;
    zoomTo({ x: backX(a), width: backX(b) - backX(a), y: backY(c), height: backY(d) - backY(c) });
  });
  svg.addEventListener("pointercancel", () => { drag?.box?.remove(); drag = undefined; hide(); });
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("dblclick", () => zoomTo(whole));
  for (const title of svg.querySelectorAll(":scope > title")) {
    svg.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  svg.removeAttribute("aria-labelledby");

  chart.tabIndex = 0;
  chart.setAttribute("role", "group");
  chart.setAttribute("aria-label", data.title + ". Left and right read the values, plus and minus zoom, 0 shows the whole figure." + (data.reports ? " Enter shows the report of a cell." : ""));
  const spoken = make(chart, "p", "spoken");
  spoken.setAttribute("aria-live", "polite");
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rowed = data.rows !== undefined;
    const places = (rowed ? data.series[within(cursor?.y ?? 0, 0, data.series.length - 1)] : data.series.find(({ key, single }) => shown(key) && !single) ?? data.series[0])?.x ?? [];
    const visible = places.filter((x) => placeX(x) >= view.x - 1 && placeX(x) <= view.x + view.width + 1);
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step !== undefined || (up && rowed)) {
      let i = cursor ? nearest(visible, cursor.x) : step < 0 ? visible.length : -1;
      if (step !== undefined) i += step;
      say(visible[within(i, 0, visible.length - 1)], within((cursor?.y ?? 0) + (up ?? 0), 0, data.series.length - 1));
      spoken.textContent = tip ? [...tip.children].map((line) => line.textContent).join("; ") : "";
    } else if (event.key === "+" || event.key === "=") zoomBy(0.5);
    else if (event.key === "-") zoomBy(2);
    else if (event.key === "Enter" && data.reports && cursor) report();
    else if (event.key === "0" || event.key === "Escape") zoomTo(whole);
    else return;
    event.preventDefault();
  });

  for (const entry of figure.querySelectorAll(".legend li")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...entry.childNodes);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const { series: key } = entry.dataset;
      const off = shown(key);
      if (off) hidden.add(key);
      else hidden.delete(key);
      button.setAttribute("aria-pressed", String(!off));
      for (const mark of svg.querySelectorAll("[data-series]")) if (mark.dataset.series === key) mark.classList.toggle("off", off);
    });
    entry.append(button);
  }
  layOut();
}
`;
