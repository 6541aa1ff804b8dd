/** The magic number's pickle, protocol 2, with which torch.save began before PyTorch 1.6. */
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
export const MAGIC_LENGTH = MAGIC.length;

/** Whether the file was written by torch.save before PyTorch 1.6, or with _use_new_zipfile_serialization=False. */
export const isOldArchive = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);
