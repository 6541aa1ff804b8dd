import { defineCell, OPEN } from "./cell.ts";
import { leakyLayout } from "./leaky.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const leaky_learned = defineCell({
  title: "leaky_learned RNN",
  equations: "h = (1 − α) h' + α φ(a), α = σ(leak), a number a unit",
  source: "Tallec and Ollivier 2018, equation 4 (leaky RNN), its α learned",
  activation: "option",
  options: ["activation", "leak"],
  vectors: [
    {
      name: "leak",
      value: sigmoid,
      slope: (x) => sigmoid(x) * sigmoid(-x),
      start: ({ options: { leak } }) => Math.log(leak / (1 - leak)),
    },
  ],
  opens: { parameters: [{ name: "leak", from: 0, to: 1, value: -OPEN }] },
  layout: leakyLayout((_, [alpha]) => [alpha.map((a) => 1 - a), alpha]),
});
