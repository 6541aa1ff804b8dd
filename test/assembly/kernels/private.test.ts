/** One file for all suites of kernels that the core does not export, so that these are compiled once. */
import "./contributions.ts";
import "./doubles.ts";
import "./halves.ts";
import "./lanes.ts";
import "./losses.ts";
import "./magnitudes.ts";
import "./pack.ts";
import "./tiles.ts";
import "./vector.ts";
