import { type Random, random } from "../base/random.ts";
import { real, whole } from "../base/option-fields.ts";
import { defineTask, type Drawing, drawing, evenClasses, float32, GUESSING, int32 } from "./task.ts";

const noise = (value: number) =>
  real("standard deviation of a Gaussian added to both coordinates", value, { least: 0 });

/** Points of the plane: a class uniform over C, then a `point` on the curve of this class, then Gaussian noise. */
function plane(
  name: string,
  C: number,
  deviation: number,
  point: (cls: number, stream: Random) => [number, number],
): Drawing {
  const facts = {
    name,
    inputSize: 2,
    ...evenClasses(C),
  } as const;
  return drawing(facts, ({ batch: B, seed }) => {
    const stream = random(seed, `task/${name}`);
    const inputs = float32(B, 2);
    const targets = int32(B);
    for (let b = 0; b < B; b++) {
      targets[b] = stream.below(C);
      const [x, y] = point(targets[b], stream);
      inputs[2 * b] = x + deviation * stream.normal();
      inputs[2 * b + 1] = y + deviation * stream.normal();
    }
    return { inputs, targets };
  });
}

/**
 * Spirals with C arms: the arm of class c is turned by 2πc/C; the radius r is U[0, 1] and the angle 2π·turns·r.
 *
 * `inputs [B, 2]`, `targets [B]`, cross-entropy.
 */
export const spirals = defineTask({
  name: "spirals",
  aliases: ["spiral", "two_spirals"],
  kind: "feedforward",
  summary: "classify points by the arm of a spiral",
  source: "Lang and Witbrock 1988, with random instead of evenly spaced points",
  baseline: GUESSING,
  options: {
    classes: whole("number of arms C", 2, { least: 2 }),
    turns: real("number of turns of an arm around the origin", 1.5, { least: 0 }),
    noise: noise(0.02),
  },
  prepare: ({ classes: C, turns, noise: deviation }) =>
    plane("spirals", C, deviation, (cls, stream) => {
      const radius = stream.uniform();
      const angle = 2 * Math.PI * (turns * radius + cls / C);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
});

/**
 * Concentric circles: class c is the circle of radius (c + 1)/C around the origin.
 *
 * `inputs [B, 2]`, `targets [B]`, cross-entropy.
 */
export const circles = defineTask({
  name: "circles",
  aliases: ["circle", "concentric_circles", "rings"],
  kind: "feedforward",
  summary: "classify points by the one of several concentric circles that they lie on",
  source: "make_circles of Pedregosa et al. 2011 (scikit-learn), with radii (c + 1)/C",
  baseline: GUESSING,
  options: { classes: whole("number of circles C", 2, { least: 2 }), noise: noise(0.05) },
  prepare: ({ classes: C, noise: deviation }) =>
    plane("circles", C, deviation, (cls, stream) => {
      const angle = 2 * Math.PI * stream.uniform();
      return [((cls + 1) / C) * Math.cos(angle), ((cls + 1) / C) * Math.sin(angle)];
    }),
});
