/**
 * A file imports only from layers below its own, types included. Every import of src and assembly is read and judged.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
// plain JavaScript without declarations
const { styleFaults } = await import(`${root}scripts/check-style.mjs`);

/**
 * Layers from the lowest up: a folder (all it holds) or a file. The longest match names a file's layer; a line is one
 * layer.
 */
const LAYERS = {
  src: [
    ["base"],
    ["words"],
    ["wasm/generated"],
    ["formats"],
    ["catalogue"],
    ["spec"],
    ["models"],
    ["tasks/batch.ts"],
    ["parallel"],
    ["wasm"],
    ["tasks"],
    ["flow"],
    ["network"],
    ["theory"],
    ["metrics"],
    ["measure"],
    ["diagnosis"],
    ["records"],
    ["training"],
    ["prescription"],
    ["sweeps"],
    ["experiments"],
    ["monitor"],
    ["report/kit"],
    ["report/flow"],
    [
      "report/trace",
      "report/prescription",
      "report/prediction",
      "report/claims",
      "report/comparison",
      "report/monitor",
      "report/map",
    ],
    ["report/registry.ts", "report/to-json.ts"],
    ["report/pages.ts", "report/index.ts"],
    ["monitor/text.ts"],
    ["monitor/index.ts"],
    ["cli"],
    ["record.ts"],
    ["core.ts"],
    ["display.ts"],
    ["index.ts"],
  ],
  assembly: [
    ["records"],
    ["math"],
    ["kernels"],
    ["probes"],
    ["layers"],
    ["passes/routes.ts"],
    ["cells"],
    ["passes"],
    ["probes/jacobian"],
    ["optimizers"],
    ["index.ts"],
  ],
} as const;

type Tree = keyof typeof LAYERS;

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = (tree: string): string[] =>
  readdirSync(join(root, tree), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules/"));

/** Every import, export … from, import() and import type of a tree's own files, as paths inside the tree. */
function imports(tree: string): Import[] {
  const all = new Set(files(tree));
  return [...all].flatMap((from) => {
    const code = readFileSync(join(root, tree, from), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, path]) => {
      const target = join(dirname(from), path).replaceAll("\\", "/");
      const to = [target, `${target}.ts`, `${target}/index.ts`].find((file) => all.has(file));
      return { from, to: to ?? target };
    });
  });
}

/** The rank of a file's layer; −1 where no layer holds it. */
function rank(tree: Tree, file: string): number {
  const place = (names: readonly string[]) =>
    Math.max(...names.map((name) => (file === name || file.startsWith(`${name}/`) ? name.length : 0)));
  const longest = Math.max(...LAYERS[tree].map(place));
  return longest === 0 ? -1 : LAYERS[tree].findIndex((names) => place(names) === longest);
}

/** Files that the build makes. */
const GENERATED = [
  "binary",
  "binary-relaxed",
  "binary-wide",
  "cell-sizes",
  "constants",
  "exports",
  "kinds",
  "records",
  "sources",
].map((name) => `wasm/generated/${name}.ts`);

/** Every circle of imports: each file of it once, the first again at its end. */
function circles(tree: string): string[] {
  const reached = new Map<string, string[]>();
  for (const { from, to } of imports(tree)) reached.set(from, [...(reached.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of reached.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of reached.keys()) visit(file, []);
  return found;
}

describe.each(["src", "assembly"] as const)("%s", (tree) => {
  it("has a layer for every file", () => {
    expect(files(tree).filter((file) => rank(tree, file) < 0)).toEqual([]);
  });

  it("imports only what exists", () => {
    const known = new Set([...files(tree), ...GENERATED]);
    expect(imports(tree).filter(({ to }) => !known.has(to))).toEqual([]);
  });

  it("has no circles of imports", () => {
    expect(circles(tree)).toEqual([]);
  });

  it("imports only from its own layer and those below", () => {
    const upward = imports(tree).filter(({ from, to }) => rank(tree, to) > rank(tree, from));
    expect(upward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it("members of a layer that is a list do not import each other", () => {
    const sideways = imports(tree).filter(({ from, to }) => {
      const layer: readonly string[] = LAYERS[tree][rank(tree, from)];
      const memberOf = (file: string) => layer.find((name) => file === name || file.startsWith(`${name}/`));
      return rank(tree, to) === rank(tree, from) && memberOf(from) !== memberOf(to);
    });
    expect(sideways).toEqual([]);
  });
});

it.each(["bench", "site", "test"])("%s has no circles of imports", (tree) => {
  expect(circles(tree)).toEqual([]);
});

describe("src", () => {
  const between = (layer: string, allowed: readonly string[]) =>
    imports("src")
      .filter(({ from, to }) => from.startsWith(`${layer}/`) && !to.startsWith(`${layer}/`))
      .filter(({ to }) => !allowed.some((name) => to === name || to.startsWith(`${name}/`)))
      .map(({ from, to }) => `${from} imports ${to}`);

  it("theory reads specs only, metrics reads flows only", () => {
    expect(between("theory", ["base", "catalogue", "spec"])).toEqual([]);
    expect(between("metrics", ["base", "words", "flow", "spec", "catalogue"])).toEqual([]);
  });

  it("diagnosis and reports see no network and no memory", () => {
    expect([...between("diagnosis", ["base", "spec", "catalogue", "flow", "theory", "metrics", "words"])]).toEqual([]);
    expect(imports("src").filter(({ from, to }) => from.startsWith("report/") && /^(wasm|network)/.test(to))).toEqual(
      [],
    );
  });

  it("only the engine compiles and grows WASM memory", () => {
    const users = files("src").filter((file) => {
      if (GENERATED.includes(file)) return false;
      const code = readFileSync(join(root, "src", file), "utf8");
      return /memory\.grow|instantiateSync|WebAssembly\.(instantiate|compile)|new WebAssembly\.|assemblyscript\/loader/.test(
        code,
      );
    });
    expect(users.sort()).toEqual(["parallel/program.ts", "wasm/engine.ts"]); // a worker has its own instance
  });

  it("nothing outside wasm/ imports the core's exports or its binary", () => {
    const outside = imports("src").filter(
      ({ from, to }) => /^wasm\/generated\/(binary|exports|sources)/.test(to) && !from.startsWith("wasm/"),
    );
    expect(outside).toEqual([]);
  });

  it("src never imports assembly, tests or benchmarks", () => {
    const leaving = files("src").filter((file) =>
      [...readFileSync(join(root, "src", file), "utf8").matchAll(/from "(\.[^"]+)"/g)].some(([, path]) =>
        relative(join(root, "src"), join(root, "src", dirname(file), path)).startsWith(".."),
      ),
    );
    expect(leaving).toEqual([]);
  });

  // these time the turns they give their host, the build they choose, and locks and limits of workers: no number of a
  // result depends on them
  it("no clock and no Math.random outside the command line", () => {
    const users = files("src").filter((file) => {
      const code = readFileSync(join(root, "src", file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
      return (
        !file.startsWith("cli/") &&
        !/^(base\/cooperative-work|base\/time-slicing|wasm\/wide|(sweeps|parallel)\/node\/.*)\.ts$/.test(file) &&
        /Math\.random|Date\.now|new Date\(|performance\.now/.test(code)
      );
    });
    expect(users).toEqual([]);
  });
});

it("comments keep to 120 columns, files are kebab-case, the core's decorators stand on the line they decorate", () => {
  expect(styleFaults(), "npm run lint says where; node scripts/check-style.mjs --write mends comments").toEqual([]);
});
