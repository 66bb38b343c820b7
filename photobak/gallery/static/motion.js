/**
 * The video of a Live Photo, a file of its own, or of a Motion Photo, a part of the photo's original.
 *
 * @module
 */

import { OutOfReach } from './api.js';

/**
 * @typedef {import('./library.js').Photo} Photo
 * @typedef {import('./originals.js').Originals} Originals
 */

/** The largest part that is loaded: phones write 2 to 10 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Whether a photo has a video that can be played.
 *
 * @param {Photo} photo
 */
export function isMotionPhoto(photo) {
  return Boolean(photo.motion || (photo.motion_offset && photo.motion_size && photo.motion_size <= MOST_BYTES));
}

/** Addresses of such videos. A part is loaded once, and kept until it is released. */
export class MotionVideos {
  /** @type {{sha256: string, address: Promise<string>, leave: AbortController} | undefined} */
  #part;

  /** @param {Originals} originals */
  constructor(originals) {
    this.originals = originals;
  }

  /**
   * @param {Photo} photo a Live or Motion Photo
   * @returns {Promise<string>} good until the next photo's, or `release`
   * @throws {import('./api.js').ApiProblem} 409 where it is in cold storage
   * @throws {OutOfReach} the network is gone
   */
  async addressOf(photo) {
    if (photo.motion) return (await this.originals.of(photo.motion)).url;
    if (this.#part?.sha256 === photo.sha256) return this.#part.address;
    this.release();
    const leave = new AbortController();
    const part = { sha256: photo.sha256, leave, address: this.#load(photo, leave.signal) };
    this.#part = part;
    part.address.catch(() => {
      if (this.#part === part) this.#part = undefined; // the next press tries again
    });
    return part.address;
  }

  /** Forget the part, whether it has been loaded or not. */
  release() {
    this.#part?.leave.abort();
    this.#part?.address.then((address) => URL.revokeObjectURL(address), () => undefined);
    this.#part = undefined;
  }

  /**
   * @param {Photo} photo
   * @param {AbortSignal} signal
   */
  async #load({ sha256, motion_offset: first = 0, motion_size: size = 0 }, signal) {
    const { url } = await this.originals.of(sha256);
    const answer = await fetch(url, { headers: { Range: `bytes=${first}-${first + size - 1}` }, signal }).catch((error) => {
      throw error instanceof TypeError ? new OutOfReach() : error;
    });
    if (answer.status !== 206) {
      await answer.body?.cancel(); // not the whole original
      throw new Error(`${answer.status} ${answer.statusText}`);
    }
    return URL.createObjectURL((await answer.blob()).slice(0, size, 'video/mp4')); // its own type is the picture's
  }
}
