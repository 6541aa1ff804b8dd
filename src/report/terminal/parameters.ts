import type { GradientFlow, ParameterFlow } from "../../flow/index.ts";
import { power } from "../numbers.ts";
import { cut, padEnd, padStart } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** Rows shown; of more, the first and the last. */
const MOST_ROWS = 10;

/** Every parameter's gradient norm beside its own norm. */
export function parameterTable(theme: Theme, { parameters }: GradientFlow): string[] {
  if (parameters.length === 0) return [];
  const columns = ["∂L/∂W", "W", "ratio"].map((name) => theme.text(name === "ratio" ? name : `‖${name}‖`));
  const shapeOf = ({ shape }: ParameterFlow) => `[${shape.join(", ")}]`;
  const shapes = Math.max(...parameters.map((parameter) => shapeOf(parameter).length));
  const room = theme.width - shapes - 3 * 11 - 4;
  const names = Math.min(room, Math.max(...parameters.map(({ name }) => name.length), 9));
  const line = (name: string, shape: string, values: readonly string[]) =>
    `${padEnd(cut(theme, name, names), names)}  ${padEnd(shape, shapes)}${values.map((value) => padStart(value, 11)).join("")}`;
  const rows = parameters.map((parameter) => {
    const { name, lnGradientNorm: gradient, lnNorm } = parameter;
    const share = lnNorm === Number.NEGATIVE_INFINITY ? "" : theme.text(power(gradient - lnNorm));
    return line(name, shapeOf(parameter), [theme.text(power(gradient)), theme.text(power(lnNorm)), share]);
  });
  const head = theme.paint(line("Gradients", "", columns), "dim");
  if (rows.length <= MOST_ROWS) return [head, ...rows];
  const half = MOST_ROWS / 2;
  const left = theme.text(`… ${rows.length - MOST_ROWS} more between: see --json`);
  return [head, ...rows.slice(0, half), theme.paint(left, "dim"), ...rows.slice(-half)];
}
