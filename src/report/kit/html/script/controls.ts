/** Ends the loop over figures: pointer, keyboard and legend. */
export const CONTROLS = `  let drag;
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
