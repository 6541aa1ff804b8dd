/**
 * The page's only script: paper shows what is folded on a screen; and beside a pointer over a figure stands what is at
 * that place. The page is whole without it. A figure's numbers are in the script element behind it; `data-plot` of its
 * drawing holds the plot's edges in pixels and the ends of x.
 */
export const SCRIPT = `
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
for (const numbers of document.querySelectorAll("figure > script")) {
  const figure = numbers.parentElement;
  const { x: name, log, names, rows, series } = JSON.parse(numbers.textContent);
  for (const svg of figure.querySelectorAll("svg")) {
    const [left, right, top, bottom, low, high] = svg.dataset.plot.split(" ").map(Number);
    svg.setAttribute("aria-label", svg.querySelector("title").textContent);
    let tip, cross;
    const hide = () => { tip?.remove(); cross?.remove(); tip = cross = undefined; };
    const show = (event) => {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const at = (event.clientX - box.left) / scale;
      if (at < left - 4 || at > right + 4) return hide();
      const x = low + (Math.min(right, Math.max(left, at)) - left) / (right - left) * (high - low);
      if (!tip) {
        tip = document.createElement("div"); tip.className = "tip";
        cross = document.createElement("div"); cross.className = "cross";
        figure.append(tip, cross);
      }
      let shown = series, row;
      if (rows) {
        const share = (bottom - (event.clientY - box.top) / scale) / (bottom - top);
        row = Math.floor(share * series.length);
        if (!(row >= 0 && row < series.length)) return hide();
        shown = [series[row]];
      }
      let place;
      tip.replaceChildren();
      const head = tip.appendChild(document.createElement("b"));
      for (const { name, slot, x: places, text } of shown) {
        let i = 0, step = places.length;
        while (step > 1) { step = Math.ceil(step / 2); if (places[i + step] <= x) i += step; }
        if (i + 1 < places.length && places[i + 1] - x < x - places[i]) i++;
        place ??= places[i];
        const line = tip.appendChild(document.createElement("span"));
        line.style.setProperty("--c", "var(--s" + slot % 8 + ")");
        line.textContent = name + "  " + text[i];
      }
      const value = log ? Math.exp(place) : place;
      const where = names ? names[place] : Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(4)));
      head.textContent = (rows ? rows[row] : name + " " + where) + (rows && shown[0].x.length > 1 ? ", " + name + " " + where : "");
      const home = figure.getBoundingClientRect();
      const px = box.left - home.left + (left + (place - low) / (high - low) * (right - left)) * scale;
      cross.style.cssText = "left:" + px + "px;top:" + (box.top - home.top + top * scale) + "px;height:" + (bottom - top) * scale + "px";
      const side = px > home.width / 2 ? px - tip.offsetWidth - 10 : px + 10;
      tip.style.left = Math.max(0, Math.min(home.width - tip.offsetWidth, side)) + "px";
      tip.style.top = box.top - home.top + (top + 6) * scale + "px";
    };
    for (const title of svg.querySelectorAll("title")) title.remove();
    svg.addEventListener("pointermove", show);
    svg.addEventListener("pointerdown", show);
    svg.addEventListener("pointerleave", hide);
  }
}
`;
