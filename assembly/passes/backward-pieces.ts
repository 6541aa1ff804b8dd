import { BLOCK } from "../records/constants";
import { Stream, TimePass } from "../records/pass";
import { backwardLayer } from "./backward";
import { stripsOf } from "./forward-pieces";
import { addPart, TASKS } from "./send-gradient";
import { clearInitialGradient } from "./initial";
import { layerAt, recordsOf } from "./places";
import { spread } from "./pooling";
import { addShare, clearShare, clearSums } from "./profile";
import { readoutGradients, readoutLast, readoutPart, readoutSteps, readoutTasks } from "./readout";
import { stemBackward, stemPart, stemTasks } from "./stem";

/*
 * The time loop backward: one chunk of one panel, as a list of pieces. First the loss; then credit sweeps; the
 * truncated sweeps, block by block; then the streams of the whole sequence. The loss's own stream, number 0, goes last:
 * its δa stay in memory for the contributions.
 *
 * A sweep goes back through some steps layer by layer, and through a layer strip by strip. A strip is one or more whole
 * blocks, whose weight gradients are added on the way. Where one block is too much work for one piece, a strip is a
 * part of a block; the tasks of the block's weight gradients, in `parts` parts each, follow when the block is done.
 *
 * The truncated sweeps share one set of gradients, whose bits depend on the order in which blocks are added. A block of
 * 16 steps is the same whatever the chunk; so all sweeps go through one block before any goes on to the next.
 */

@inline function streamOf(pass: TimePass, s: i32): Stream {
  return changetype<Stream>(pass.streamRecords + <usize>s * offsetof<Stream>());
}

/**
 * The most pieces that `steps` steps have: strips, and where strips are parts of blocks, also the parts of `tasks`
 * tasks for each block.
 */
@inline function stripPieces(pass: TimePass, steps: i32, tasks: i32): i32 {
  return pass.parts == 0
    ? (steps + pass.strip - 1) / pass.strip
    : (steps + BLOCK - 1) / BLOCK * blockPieces(pass, tasks);
}

@inline function blockPieces(pass: TimePass, tasks: i32): i32 { return BLOCK / pass.strip + tasks * pass.parts; }

/**
 * How many tasks a block of a sweep's layer has: with a decoder twice as many, since the decoder may begin inside the
 * block.
 */
@inline function layerTasks(pass: TimePass, stream: Stream): i32 {
  return stream.weightGradients == 0 ? 0 : pass.bottleneck > 0 ? 2 * TASKS : TASKS;
}

@inline function hasStem(pass: TimePass, stream: Stream): bool { return pass.stem > 0 && stream.weightGradients != 0; }

/** The most pieces that a sweep over `steps` steps has. */
function sweepPieces(pass: TimePass, stream: Stream, steps: i32): i32 {
  const own = recordsOf(pass) * stripPieces(pass, steps, layerTasks(pass, stream));
  return hasStem(pass, stream) ? own + stripPieces(pass, steps, stemTasks(pass)) : own;
}

/**
 * Pieces of a chunk's loss: of all its steps, or of the last step and of pooling, which spreads its gradient over the
 * others.
 */
function lossPieces(pass: TimePass): i32 {
  if (pass.lossEvery) return stripPieces(pass, pass.chunk, readoutTasks(pass));
  return 1 + readoutTasks(pass) * pass.parts + (pass.pooled != 0 ? stripsOf(pass) : 0);
}

/** How many pieces a chunk has. */
export function backwardPieces(pass: TimePass): i32 {
  let pieces = lossPieces(pass);
  const whole = pass.streams, windowed = whole + pass.truncations;
  for (let s = 0; s < whole; s++) pieces += sweepPieces(pass, streamOf(pass, s), pass.chunk);
  if (pass.truncations > 0) {
    pieces += pass.chunk / BLOCK * pass.truncations * sweepPieces(pass, streamOf(pass, whole), BLOCK);
  }
  if (pass.credits > 0) pieces += pass.credits * sweepPieces(pass, streamOf(pass, windowed), pass.chunk);
  return pieces;
}

/** Runs one piece of chunk `chunk` of panel p, top layer first. The chunk's states and tape must be stored. */
export function backwardPiece(pass: TimePass, p: i32, chunk: i32, piece: i32): void {
  const from = chunk * pass.chunk, to = min(from + pass.chunk, pass.steps);
  const whole = pass.streams, windowed = whole + pass.truncations, loss = lossPieces(pass);
  if (piece == 0 && to == pass.steps) clearInitialGradient(pass, p);
  if (piece < loss) return lossPiece(pass, p, chunk, piece, from, to);
  piece -= loss;
  if (pass.credits > 0) {
    const own = sweepPieces(pass, streamOf(pass, windowed), pass.chunk);
    if (piece < own * pass.credits) {
      const stream = streamOf(pass, windowed + piece / own), at = piece % own;
      if (at == 0) clearShare(pass, stream);
      sweepPiece(pass, stream, p, chunk, from, to, pass.chunk, at);
      if (at == own - 1) addShare(pass, stream, from, to);
      return;
    }
    piece -= own * pass.credits;
  }
  if (pass.truncations > 0) {
    const own = sweepPieces(pass, streamOf(pass, whole), BLOCK), block = own * pass.truncations;
    if (piece < pass.chunk / BLOCK * block) {
      const first = from + pass.chunk - (piece / block + 1) * BLOCK, at = piece % block;
      if (first >= to) return; // the last chunk may be short
      if (at == 0 && streamOf(pass, whole).sum != 0) clearSums(pass, streamOf(pass, whole));
      return sweepPiece(
        pass, streamOf(pass, whole + at / own), p, chunk, first, min(first + BLOCK, to), BLOCK, at % own,
      );
    }
    piece -= pass.chunk / BLOCK * block;
  }
  for (let s = whole - 1; s >= 0; s--) {
    const own = sweepPieces(pass, streamOf(pass, s), pass.chunk);
    if (piece < own) return sweepPiece(pass, streamOf(pass, s), p, chunk, from, to, pass.chunk, piece);
    piece -= own;
  }
}

function lossPiece(pass: TimePass, p: i32, chunk: i32, piece: i32, from: i32, to: i32): void {
  if (pass.lossEvery) {
    if (pass.parts == 0) {
      const first = from + (stripsOf(pass) - 1 - piece) * pass.strip;
      return readoutSteps(pass, p, chunk, first, min(first + pass.strip, to), true);
    }
    const own = blockPieces(pass, readoutTasks(pass)), at = piece % own, strips = BLOCK / pass.strip;
    const block = from + pass.chunk - (piece / own + 1) * BLOCK, end = min(block + BLOCK, to);
    if (block >= end) return;
    if (at < strips) {
      const first = block + (strips - 1 - at) * pass.strip;
      return readoutSteps(pass, p, chunk, first, min(first + pass.strip, end), false);
    }
    return readoutPart(
      pass, p, chunk, block, end, (at - strips) / pass.parts, (at - strips) % pass.parts, pass.parts,
    );
  }
  const gathers = readoutTasks(pass) * pass.parts;
  if (piece <= gathers) {
    if (to < pass.steps) return;
    const t = pass.steps - 1;
    if (piece > 0) {
      readoutPart(pass, p, chunk, t, to, (piece - 1) / pass.parts, (piece - 1) % pass.parts, pass.parts);
    } else {
      readoutLast(pass, p, chunk);
      if (pass.parts == 0) readoutGradients(pass, p, chunk, t, to);
    }
    return;
  }
  const first = from + (piece - 1 - gathers) * pass.strip;
  spread(pass, p, chunk, first, min(first + pass.strip, to));
}

/**
 * Runs one piece of a sweep over steps last > k ≥ first of a chunk. Its pieces are numbered as if it had `steps` steps.
 */
function sweepPiece(
  pass: TimePass, stream: Stream, p: i32, chunk: i32, first: i32, last: i32, steps: i32, piece: i32,
): void {
  const own = stripPieces(pass, steps, layerTasks(pass, stream)), round = piece / own;
  const stem = round >= recordsOf(pass), at = stem ? piece - recordsOf(pass) * own : piece % own;
  const l = pass.layers - 1 - round / pass.directions, n = l * pass.directions + round % pass.directions;
  const strip = pass.strip;
  if (pass.parts == 0) {
    const begin = first + ((steps + strip - 1) / strip - 1 - at) * strip, end = min(begin + strip, last);
    if (begin >= end) return;
    if (stem) stemBackward(pass, stream, p, chunk, begin, end, true);
    else backwardSteps(pass, stream, n, p, chunk, begin, end, true);
    return;
  }
  const ofBlock = blockPieces(pass, stem ? stemTasks(pass) : layerTasks(pass, stream)), strips = BLOCK / strip;
  const block = first + ((steps + BLOCK - 1) / BLOCK - 1 - at / ofBlock) * BLOCK, until = min(block + BLOCK, last);
  if (block >= until) return;
  const i = at % ofBlock - strips;
  if (i < 0) {
    const begin = block - (i + 1) * strip, end = min(begin + strip, until);
    if (begin >= end) return;
    if (stem) stemBackward(pass, stream, p, chunk, begin, end, false);
    else backwardSteps(pass, stream, n, p, chunk, begin, end, false);
    return;
  }
  const task = i / pass.parts, part = i % pass.parts;
  if (stem) return stemPart(pass, stream, p, chunk, block, until, task, part, pass.parts);
  // where a decoder begins inside a block, its side goes first
  const bottleneck = pass.bottleneck, divided = block < bottleneck && bottleneck < until, encoder = task >= TASKS;
  if (encoder && !divided) return;
  const begin = divided && !encoder ? bottleneck : block, end = divided && encoder ? bottleneck : until;
  addPart(
    pass, stream, layerAt(pass, n, begin), l, p, chunk, begin, end, task % TASKS, part, pass.parts,
  );
}

function backwardSteps(
  pass: TimePass, stream: Stream, n: i32, p: i32, chunk: i32, first: i32, last: i32, adds: bool,
): void {
  const bottleneck = pass.bottleneck;
  if (first >= bottleneck || bottleneck >= last) return backwardLayer(pass, stream, n, p, chunk, first, last, adds);
  backwardLayer(pass, stream, n, p, chunk, bottleneck, last, adds);
  backwardLayer(pass, stream, n, p, chunk, first, bottleneck, adds);
}

/** Adds a panel's share of a profile that a worker computed. The host has copied it to the place of credit sweep c. */
export function addCredit(pass: TimePass, c: i32, from: i32, to: i32): void {
  addShare(pass, streamOf(pass, pass.streams + pass.truncations + c), from, to);
}

/** Sets the sums of the credit sweeps over panels and layers to zero. */
export function clearProfiles(pass: TimePass): void {
  for (let c = 0; c < pass.credits; c++) memory.fill(
    streamOf(pass, pass.streams + pass.truncations + c).profile, 0, <usize>pass.steps << 3,
  );
}
