/** Makes elements of SVG and HTML, and ticks of an axis. */
export const DRAWING = `const draw = (parent, name, attributes, text) => {
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

`;
