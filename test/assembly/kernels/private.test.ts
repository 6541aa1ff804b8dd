/** One file, so that the kernels the core keeps to itself are compiled once for all their suites. */
import "./contributions.ts";
import "./halves.ts";
import "./lanes.ts";
import "./losses.ts";
import "./magnitudes.ts";
import "./pack.ts";
import "./tiles.ts";
import "./vector.ts";
