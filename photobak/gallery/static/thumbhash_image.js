/**
 * The blurred picture that stands in a photo's place until its thumbnail is there.
 *
 * @module
 */

import { thumbHashToDataURL } from './vendor/thumbhash.js';
import { bytesOf } from './ratios.js';

/**
 * A CSS image; none where the hash can't be read.
 *
 * @param {string | undefined} thumbhash base64
 * @returns {string}
 */
export function placeholder(thumbhash) {
  if (!thumbhash) return '';
  try {
    return `url(${thumbHashToDataURL(bytesOf(thumbhash))})`;
  } catch {
    return '';
  }
}
