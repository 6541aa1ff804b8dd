import { defineCell } from "./cell.ts";
import { leakyLayout } from "./leaky.ts";

export const residual = defineCell({
  title: "residual RNN",
  equations: "h = h' + φ(a)",
  source: "He et al. 2016 over time; Yue et al. 2018",
  activation: "option",
  options: ["activation"],
  addsToState: true,
  layout: leakyLayout(() => [1, 1]),
});
