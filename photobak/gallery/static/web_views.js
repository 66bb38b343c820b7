/**
 * The web views of the open photo and its neighbours, fetched and decoded before they are shown.
 *
 * @module
 */

/** @typedef {import('./library.js').Photo} Photo */

const MOST = 6;

export class WebViews {
  /** @type {Map<string, {image: HTMLImageElement, done: Promise<string | undefined>, ready: boolean}>} by SHA-256 */
  #views = new Map();

  /** @param {(photo: Photo) => Promise<Photo | undefined>} reload gets a photo's addresses anew */
  constructor(reload) {
    this.reload = reload;
  }

  /**
   * The address of a web view that can be shown at once.
   *
   * @param {Photo} photo
   */
  ready(photo) {
    const view = this.#views.get(photo.sha256);
    return view?.ready ? view.image.src : undefined;
  }

  /**
   * Fetch and decode a web view; one that has an expired address is asked for again.
   *
   * @param {Photo} photo
   * @returns {Promise<string | undefined>} its address; undefined where it can't be had
   */
  load(photo) {
    const known = this.#views.get(photo.sha256);
    if (known) return known.done;
    const image = new Image();
    image.crossOrigin = 'anonymous';
    const view = { image, ready: false, done: this.#load(image, photo) };
    this.#views.set(photo.sha256, view);
    void view.done.then((src) => {
      if (src) view.ready = true;
      else this.#views.delete(photo.sha256); // the next one who asks tries again
    });
    for (const sha256 of this.#views.keys()) if (this.#views.size > MOST) this.#views.delete(sha256);
    return view.done;
  }

  clear() {
    this.#views.clear();
  }

  async #load(/** @type {HTMLImageElement} */ image, /** @type {Photo} */ photo) {
    if (await decoded(image, photo.web_url)) return image.src;
    const again = await this.reload(photo).catch(() => undefined);
    return again && (await decoded(image, again.web_url)) ? image.src : undefined;
  }
}

/**
 * @param {HTMLImageElement} image
 * @param {string | undefined} url
 */
async function decoded(image, url) {
  if (!url) return false;
  image.src = url;
  return image.decode().then(() => true, () => false);
}
