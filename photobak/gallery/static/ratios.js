/**
 * Aspect ratios, one byte a photo, as `GET /timeline` tells them (docs/gallery.md, "The aspect ratio byte").
 *
 * @module
 */

/** The byte of a photo whose size is unknown. */
export const UNKNOWN = 0;

const SQUARE = 128;
const STEPS_PER_DOUBLING = 64;

/** Width divided by height, for each byte; what is unknown is drawn as 4:3. */
const RATIOS = Float32Array.from({ length: 256 }, (_, byte) =>
  byte === UNKNOWN ? 4 / 3 : 2 ** ((byte - SQUARE) / STEPS_PER_DOUBLING),
);

/**
 * Width divided by height.
 *
 * @param {number} byte
 * @returns {number}
 */
export function ratioOf(byte) {
  return RATIOS[byte];
}

/**
 * The byte of a photo of this size.
 *
 * @param {number | null | undefined} width pixels, upright
 * @param {number | null | undefined} height
 * @returns {number}
 */
export function byteOf(width, height) {
  if (!width || !height || width < 0 || height < 0) return UNKNOWN;
  const byte = Math.round(STEPS_PER_DOUBLING * Math.log2(width / height)) + SQUARE;
  return Math.min(255, Math.max(1, byte));
}

/**
 * Read bytes written as base64.
 *
 * @param {string} base64
 * @returns {Uint8Array}
 */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
