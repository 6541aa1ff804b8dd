/** In the loop over figures: shows the values at a place, under the pointer or the keyboard's cursor. */
export const VALUES = `  let tip, cross, cursor;
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

`;
