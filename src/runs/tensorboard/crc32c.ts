/**
 * CRC-32C (Castagnoli): the checksum of event files. Not the CRC-32 of ZIP, which has another
 * polynomial.
 */

/** Castagnoli's polynomial 0x1EDC6F41, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** What eight bits at the low end of the register become. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit++) {
    register = register & 1 ? (register >>> 1) ^ POLYNOMIAL : register >>> 1;
  }
  return register;
});

/**
 * Checksum of bytes.
 *
 * @returns Unsigned, 32 bits
 */
export function crc32c(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) register = TABLE[(register ^ byte) & 0xff] ^ (register >>> 8);
  return ~register >>> 0;
}

/**
 * The checksum as files store it: rotated right by 15 bits, plus a constant, so that a checksum of
 * data that contain checksums stays a good one.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
