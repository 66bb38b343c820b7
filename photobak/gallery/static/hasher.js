/**
 * SHA-256 of files, worked out beside the page so that it stays alive.
 *
 * @module
 */

import { scriptUrl } from './trusted.js';

/** The file can't be read: it has changed or gone since it was picked. */
export class Unreadable extends Error {}

export class Hasher {
  /** @type {Worker | undefined} */
  #worker;
  #next = 0;
  /** @type {Map<number, {done: (sha256: string) => void, failed: (error: Error) => void, progress: (read: number) => void}>} */
  #waiting = new Map();

  /**
   * @param {File} file
   * @param {(read: number) => void} progress hears of the bytes read so far
   * @returns {Promise<string>} lower-case hex
   * @throws {Unreadable}
   */
  hash(file, progress) {
    this.#worker ??= this.#start();
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed, progress });
      this.#worker?.postMessage({ id, file });
    });
  }

  #start() {
    const worker = new Worker(scriptUrl('hash_worker.js'), { type: 'module' });
    worker.onmessage = ({ data: { id, sha256, read } }) => {
      const waiting = this.#waiting.get(id);
      if (read) return waiting?.progress(read);
      this.#waiting.delete(id);
      if (sha256) waiting?.done(sha256);
      else waiting?.failed(new Unreadable());
    };
    return worker;
  }
}
