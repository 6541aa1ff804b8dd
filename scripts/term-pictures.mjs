// The pictures of terms in docs/reading.md that no command draws. Each is made from the numbers of real passes. The page
// names them: ![…](./pictures/term-NAME.svg). `node scripts/quotes.mjs` draws them again after `npm run build`.

/** The example of docs/reading.md: `evanesce mlp --depth 20 --width 64 --activation tanh --gain 0.6`. */
const EXAMPLE = { kind: "feedforward", depth: 20, width: 64, activation: "tanh", init: { gain: 0.6 } };
/** Networks whose severity is shown: a healthy one, the example, and the one of docs/index.md. */
const JUDGED = [
  {
    name: "ReLU, He, 50 layers",
    network: { kind: "feedforward", depth: 50, activation: "relu", init: { weight: "he_normal" } },
  },
  { name: "the example", network: EXAMPLE },
  { name: "sigmoid, 50 layers", network: { kind: "feedforward", depth: 50, activation: "sigmoid" } },
];
/** ln 1000, the bound of a healthy path. */
const BOUND = Math.log(1000);

const range = (from, to, step) => Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
const line = (name, x, y, slot, points = false) => ({ kind: "line", name, x, y, slot, points });
const ruleX = (name, x) => ({ kind: "rule", name, at: { x } });
const ruleY = (name, y) => ({ kind: "rule", name, at: { y } });

/** A nat: how a number shrinks with each nat. */
const nat = () => {
  const nats = range(-6, 0, 0.1);
  const marked = [-Math.log(10), -1, -Math.LN2];
  return {
    id: "term-nat",
    title: "A nat as a factor",
    caption:
      "The factor that belongs to a change in nats. A change of −0.69 nats halves a number, −1 nat leaves 0.37 of it, and −2.3 nats leave a tenth.",
    x: { label: "change, nats", scale: "linear" },
    y: { label: "what is left of 1", scale: "linear" },
    marks: [
      ruleY("1/2", 0.5),
      ruleY("1/10", 0.1),
      line("e to the number of nats", nats, nats.map(Math.exp), 0),
      line("−2.3, −1 and −0.69 nats", marked, marked.map(Math.exp), 1, true),
    ],
  };
};

/** The last layers of the probe's profile, and the fitted line that gives its half-life. */
const halfLife = ({ probe }) => {
  const profile = [...probe.lnGradientNorm].slice(-7);
  const last = probe.lnGradientNorm.length - 1;
  const { halfLife: life, perStation } = probe.decay;
  const layers = range(last - 6, last, 1);
  const fine = range(last - 6, last, 0.1); // a line of so many places is drawn without markers
  const start = profile.at(-1);
  return {
    id: "term-half-life",
    title: "Half-life",
    caption: `The norm of the gradient at the last seven layers of the example, and the straight line that fits the whole profile. Between two vertical lines are ${life.toFixed(2)} layers, and the line falls to half.`,
    x: { label: "layer l", scale: "linear", whole: true, end: "loss ▲" },
    y: { label: "gradient norm, 1 at the last layer", scale: "decades" },
    marks: [
      ...["1", "1/2", "1/4", "1/8"].map((name, k) => ruleX(name, last - k * life)),
      line(
        "fitted line",
        fine,
        fine.map((l) => perStation * (l - last)),
        2,
      ),
      line(
        "measured",
        layers,
        profile.map((ln) => ln - start),
        0,
        true,
      ),
    ],
  };
};

/** How far back the gradient keeps a thousandth of its size. */
const reach = ({ probe }, { evidence }) => {
  const last = probe.lnGradientNorm.length - 1;
  const { stations } = evidence.reach;
  const profile = [...probe.lnGradientNorm].map((ln) => ln - probe.lnGradientNorm[last]);
  return {
    id: "term-reach",
    title: "Reach",
    caption: `The norm of a random cotangent at every layer of the example, 1 at the last layer. It stays above a thousandth at ${stations} layers: the reach is ${stations}.`,
    x: { label: "layer l", scale: "linear", whole: true, end: "loss ▲" },
    y: { label: "gradient norm, 1 at the last layer", scale: "decades" },
    marks: [
      ruleY("1/1,000", -BOUND),
      ruleX(`${stations} layers back`, last - stations),
      line("a random cotangent", range(0, last, 1), profile, 0),
    ],
  };
};

/** Severity over the change along the path, with three measured networks. */
const severity = (judged) => {
  const sizes = range(0, 80, 0.5);
  return {
    id: "term-severity",
    title: "Severity",
    caption: `Severity as a function of the change along the path, and three networks: ${judged.map(({ name, size, value }) => `${name}: ${size.toFixed(1)} nats, severity ${value.toFixed(2)}`).join("; ")}. At the bound of the verdict, 6.9 nats, severity is ½.`,
    x: { label: "|g|, the worst change along the path, nats", scale: "linear" },
    y: { label: "severity", scale: "linear", domain: [0, 1] },
    marks: [
      ruleX("bound of the verdict: 6.9 nats", BOUND),
      line(
        "|g|/(|g| + 6.9)",
        sizes,
        sizes.map((size) => size / (size + BOUND)),
        0,
      ),
      ...judged.map(({ name, size, value }, i) => line(name, [size], [value], i + 1, true)),
    ],
  };
};

/** The stations of the example as circles; the area of a circle shows ln of the gradient's norm. */
const stations = ({ lnGradientNorm }) => {
  const [left, gap, middle] = [90, 28, 66];
  const count = lnGradientNorm.length;
  const [least, most] = [Math.min(...lnGradientNorm), Math.max(...lnGradientNorm)];
  const x = (s) => left + gap * s;
  const circle = (ln, s) => {
    const share = (ln - least) / (most - least);
    const radius = Math.sqrt(9 + 112 * share).toFixed(1);
    return `<circle cx="${x(s)}" cy="${middle}" r="${radius}" fill="#0072b2"/>`;
  };
  const label = (s) => `<text x="${x(s)}" y="${middle + 34}" text-anchor="middle">${s}</text>`;
  const end = x(count - 1);
  const caption = `The ${count} stations of the example, one for each layer. The loss is at the right. The gradient goes from right to left and becomes smaller, as the circles show on a logarithmic scale.`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${end + 100} 130" width="${end + 100}" height="130" role="img" aria-labelledby="term-stations-title term-stations-desc" font-size="12" font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">`,
    `<title id="term-stations-title">Stations</title><desc id="term-stations-desc">${caption}</desc>`,
    `<rect width="${end + 100}" height="130" fill="#ffffff"/><g fill="#1b1b1b">`,
    `<text x="8" y="${middle + 4}">input</text><text x="${end + 40}" y="${middle + 4}">loss</text>`,
    `<text x="${(left + end) / 2}" y="18" text-anchor="middle">the gradient goes from the loss to the input</text>`,
    [0, 5, 10, 15, count - 1].map(label).join(""),
    `<text x="${(left + end) / 2}" y="${middle + 54}" text-anchor="middle">station (layer)</text></g>`,
    `<path d="M${end},30H${left}m8,-5l-8,5l8,5" fill="none" stroke="#1b1b1b" stroke-width="1.5"/>`,
    [...lnGradientNorm].map(circle).join(""),
    "</svg>",
  ].join("");
};

/**
 * The text of every picture, by name.
 *
 * @param {typeof import("../dist/index.js")} library the built library
 * @param {typeof import("../dist/report/pages.js")} report the built entry of figures
 */
export function termPictures({ propagate, diagnose }, { figureToSvg }) {
  const flow = propagate({ network: EXAMPLE });
  const judged = JUDGED.map(({ name, network }) => {
    const { severity: value, evidence } = diagnose(propagate({ network }));
    return { name, value, size: Math.abs(evidence.worst.gain) };
  });
  const figures = [nat(), halfLife(flow), reach(flow, diagnose(flow)), severity(judged)];
  return {
    "term-stations": stations(flow),
    ...Object.fromEntries(figures.map((figure) => [figure.id, figureToSvg(figure)])),
  };
}
