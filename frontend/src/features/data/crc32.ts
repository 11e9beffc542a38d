/** CRC-32 (IEEE 802.3, as zlib's), part by part: what tells a file that went on from one that was damaged or changed. */

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of what came before and `bytes`; begin with 0. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let place = 0; place < bytes.length; place++) {
    crc = (TABLE[(crc ^ (bytes[place] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
