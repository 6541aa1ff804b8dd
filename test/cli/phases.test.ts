/** The phases of a run that its rate, or the scale of its data, keeps from learning: each by a command. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { evanesce } from "./command.ts";

const file = (name: string) => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const deep = "--depth 3 --width 16";
const adding = "--cell gru --hidden 8 --task adding --steps 8 --batch 16 --seed 3";

it.each([
  [
    "diverging",
    `--cell lstm --hidden 32 --csv ${file("raw_prices.csv")} --task csv:standardize=false --steps 10 --optimizer sgd --lr 4 --updates 12 --seed 1`,
    /diverging, loss 2\.73e31 since update 4, .* the learning rate is too large/,
    /Lower the learning rate: 3\.6e-4 to 0\.36/,
  ],
  [
    "above-trivial",
    `${deep} --activation sigmoid --csv ${file("regression_int.csv")} --task csv:standardize=false --updates 400 --lr 1e-4`,
    /loss flat at 6,388, above the trivial baseline 3,686 since update 1/,
    /Scale inputs and targets/,
  ],
  [
    "rate-too-small",
    `${adding} --updates 120 --optimizer adam --lr 1e-8`,
    /the weights move by 5\.3e-8 of their norm an update at most: the learning rate is too small/,
    /Raise the learning rate: 1\.9e-5 to 0\.019/,
  ],
  [
    "rate-too-large",
    `${deep} --activation tanh --task gaussian --optimizer adam --lr 1 --updates 200`,
    /the weights move by 0\.21 of their norm an update at most: the learning rate is too large/,
    /Lower the learning rate/,
  ],
])("%s", async (phase, options, says, next) => {
  const { code, stdout, stderr } = await evanesce(["train", ...options.split(" ")]);
  expect(code, stderr).toBe(0);
  const [headline] = stdout.split("\n");
  expect(headline).toBe(phase.toUpperCase().replaceAll("-", " "));
  const text = stdout.replace(/\s+/g, " ");
  expect(text).toMatch(says);
  expect(text).toMatch(next);
});
