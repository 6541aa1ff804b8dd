/** In the loop over figures: the buttons above a figure, and zooming. */
export const ZOOM = `  const reset = tools(figure, chart);
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

`;
