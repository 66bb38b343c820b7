/**
 * Addresses of originals, which are asked for when they are needed.
 *
 * @module
 */

/**
 * @typedef {object} Original
 * @property {string} url to play it
 * @property {string} download_url to save it under its file name
 */

export class Originals {
  /** @param {import('./api.js').Api} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * @param {string} sha256
   * @returns {Promise<Original>}
   * @throws {import('./api.js').ApiProblem} 409 where it is in cold storage
   */
  of(sha256) {
    return this.api.get(`photos/${sha256}/original`);
  }

  /**
   * Save an original as a file.
   *
   * @param {string} sha256
   */
  async download(sha256) {
    const link = document.createElement('a');
    link.href = (await this.of(sha256)).download_url;
    link.rel = 'noopener noreferrer';
    link.download = '';
    link.click();
  }
}
