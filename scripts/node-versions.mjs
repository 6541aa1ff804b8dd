// Runs the packed package on Node 20, 22 and 24, from the npm package of Node's binaries, and compares what they print:
// the same bits, and
// the bits of the wide build on Node 24. Run after `npm run build`: node scripts/node-versions.mjs
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const VERSIONS = ["20.19", "22", "24"];
const COMMANDS = [
  ["rnn", "--steps", "200", "--hidden", "32", "--batch", "8", "--json"],
  ["rnn", "--cell", "lstm", "--steps", "50", "--hidden", "17", "--batch", "21", "--threads", "2", "--json"],
  ["mlp", "--depth", "30", "--width", "33", "--batch", "9", "--activation", "gelu", "--json"],
  ["train", "--depth", "3", "--width", "16", "--task", "spirals", "--updates", "20", "--json"],
];

/** The first Node whose V8 joins two vectors in one register. */
const WIDE_FROM = "24";

/** What `--build wide` prints with its name and the command taken out must be the other build's bits. */
function compareWide(node, main, bits) {
  const bare = (text) => text.replace(/"build": ?"\w+"/, "").replace(" --build wide", "");
  for (const [i, args] of COMMANDS.entries()) {
    const options = { encoding: "utf8", maxBuffer: 1 << 28 };
    const { status, stdout, stderr } = spawnSync(node, [main, ...args, "--build", "wide"], options);
    // a processor that gains nothing refuses it
    if (stderr.includes("a processor on which wide is faster")) return console.log(`not compared: ${stderr.trim()}`);
    if (status === 0 && bare(stdout) === bare(bits[i])) continue;
    console.error(`the wide build prints other bits: evanesce ${args.join(" ")}\n${stderr}`);
    process.exitCode = 1;
  }
}

const folder = mkdtempSync(join(tmpdir(), "evanesce-node-"));
const npm = (...args) =>
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });
try {
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  npm("install", "--silent", "--no-audit", "--no-fund", `./${tarball}`);
  const platform = `node-${process.platform}-${process.arch}`;
  const printed = VERSIONS.map((version) => {
    npm("install", "--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", `${platform}@${version}`);
    const node = join(folder, "node_modules", platform, "bin", "node");
    const main = join(folder, "node_modules/evanesce/dist/cli/main.js");
    const bits = COMMANDS.map((args) => execFileSync(node, [main, ...args], { encoding: "utf8", maxBuffer: 1 << 28 }));
    const exact = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    if (version === WIDE_FROM) compareWide(node, main, bits);
    console.log(`${exact}: ${COMMANDS.length} commands, ${bits.join("").length} characters`);
    return bits;
  });
  for (const [i, bits] of printed.entries()) {
    for (const [c, text] of bits.entries()) {
      if (text === printed[0][c]) continue;
      console.error(
        `Node ${VERSIONS[i]} prints other bits than Node ${VERSIONS[0]}: evanesce ${COMMANDS[c].join(" ")}`,
      );
      process.exitCode = 1;
    }
  }
  if (!process.exitCode) console.log("the same bits on all");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
