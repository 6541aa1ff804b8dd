/**
 * The page's only script: beside a pointer over a figure, what stands at that place. The page is whole without it. A figure's numbers are in
 * the script element behind it; `data-plot` of its drawing holds the plot's edges in pixels and the ends of x.
 */
export const SCRIPT = `
for (const numbers of document.querySelectorAll("figure > script")) {
  const figure = numbers.parentElement;
  const { x: name, series } = JSON.parse(numbers.textContent);
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
      let place;
      tip.replaceChildren();
      const head = tip.appendChild(document.createElement("b"));
      for (const { name, slot, x: places, text } of series) {
        let i = 0, step = places.length;
        while (step > 1) { step = Math.ceil(step / 2); if (places[i + step] <= x) i += step; }
        if (i + 1 < places.length && places[i + 1] - x < x - places[i]) i++;
        place ??= places[i];
        const line = tip.appendChild(document.createElement("span"));
        line.style.setProperty("--c", "var(--s" + slot % 8 + ")");
        line.textContent = name + "  " + text[i];
      }
      head.textContent = name + " " + (Number.isInteger(place) ? place.toLocaleString("en") : place.toPrecision(4));
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
