/**
 * File formats: bytes in, arrays out. Nothing here uses a file system, so all of it runs in a browser; `name` is the
 * file's name in messages.
 */
export * from "./array.ts";
export { gunzip, isGzip } from "./gzip.ts";
export { readIdx } from "./idx.ts";
export { readNpy, writeNpy } from "./npy.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export { type ReadableFile, readParquet } from "./table/parquet.ts";
export { isParquet, openTable, type OpenOptions } from "./table/open.ts";
export type { Cell, Row, RowSource, TableBytes } from "./table/source.ts";
export { decodeText } from "./text.ts";
export { eventFileHeader, type ScalarEvent, scalarRecord } from "./tensorboard.ts";
