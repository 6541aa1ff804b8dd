/**
 * Begins the loop over figures, which `CONTROLS` ends: reads a drawing, and lays it out for the width of the window and
 * the part that is shown.
 */
export const LAYOUT = `for (const json of document.querySelectorAll("figure .chart > script")) {
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

`;
