/** In the loop over figures: the report of a map's cell, below the map. */
export const CELL = `  let chosen;
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

`;
