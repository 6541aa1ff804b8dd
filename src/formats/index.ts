/**
 * File formats: bytes in, arrays out. Nothing here touches a file system, so that all of it runs in a browser; `name`
 * is what messages call the file.
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
