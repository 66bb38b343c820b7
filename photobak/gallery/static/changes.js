/**
 * What a person does to photos: favorites, the trash, downloads.
 *
 * @module
 */

import { ApiProblem, FreshSignInNeeded, OutOfReach } from './api.js';
import { text } from './texts.js';

/**
 * @typedef {import('./gallery.js').Gallery} Gallery
 * @typedef {import('./library.js').Photo} Photo
 */

/** What the trash calls this device. */
const DEVICE = 'gallery';
const COLD = 409;

export class Changes {
  /** @param {Gallery} gallery */
  constructor(gallery) {
    this.gallery = gallery;
  }

  /**
   * Make a photo a favorite, or no longer one.
   *
   * @param {Photo} photo
   */
  async favorite(photo) {
    const { api, library } = this.gallery;
    const favorite = !photo.favorite;
    library.amend(photo.sha256, { favorite });
    try {
      await api.post('photos/describe', { photos: [{ sha256: photo.sha256, favorite }] });
    } catch (error) {
      library.amend(photo.sha256, { favorite: !favorite });
      this.#explain(error, photo);
    }
  }

  /**
   * Move a photo into the trash; for a while a notice offers to undo it.
   *
   * @param {Photo} photo
   */
  async trash(photo) {
    const { api, notices } = this.gallery;
    try {
      const { photos } = await api.delete('photos', { photos: both(photo), device: DEVICE });
      const message = trashedMessage(photo, photos[0]?.trashed_until);
      await this.gallery.removed(photo);
      notices.say(message, { action: 'undo', act: () => this.restore(photo) });
    } catch (error) {
      if (error instanceof FreshSignInNeeded) this.#askForSignIn(photo);
      else this.#explain(error, photo);
    }
  }

  /**
   * Do what a fresh sign-in was for.
   *
   * @param {string} id
   */
  async trashById(id) {
    const { library, source } = this.gallery;
    const photo = library.find(id) ?? (await source.locate(id));
    if (photo) await this.trash(photo);
  }

  #askForSignIn(/** @type {Photo} */ photo) {
    const { api, notices } = this.gallery;
    notices.say(text('needsFreshSignIn'), { action: 'signInAgain', act: () => api.session.beginAgain(photo.id), stays: true });
  }

  /**
   * Take a photo out of the trash.
   *
   * @param {Photo} photo
   */
  async restore(photo) {
    const { api, notices } = this.gallery;
    try {
      await api.post('photos/restore', { photos: both(photo) });
      await this.gallery.refresh(photo.month);
      notices.say(text('restored', { filename: photo.filename }));
    } catch (error) {
      this.#explain(error, photo);
    }
  }

  /**
   * Save the original as a file.
   *
   * @param {Photo} photo
   */
  async download(photo) {
    try {
      await this.gallery.originals.download(photo.sha256);
    } catch (error) {
      this.#explain(error, photo);
    }
  }

  #explain(/** @type {unknown} */ error, /** @type {Photo} */ photo) {
    this.gallery.notices.say(reason(error, photo));
  }
}

/**
 * A Live Photo and its video are one tile, and go and come together.
 *
 * @param {Photo} photo
 */
function both({ sha256, motion }) {
  return motion ? [sha256, motion] : [sha256];
}

/**
 * @param {Photo} photo
 * @param {string | undefined} until
 */
function trashedMessage({ filename }, until) {
  const days = Math.round((Date.parse(until ?? '') - Date.now()) / 86_400_000);
  return days > 0 ? text('trashed', { filename, days }) : text('trashedShort', { filename });
}

/**
 * @param {unknown} error
 * @param {Photo} photo
 * @returns {string}
 */
function reason(error, photo) {
  if (error instanceof OutOfReach) return text(navigator.onLine ? 'outOfReach' : 'offline');
  if (error instanceof ApiProblem && error.status === COLD) return text('frozen', { id: photo.id });
  return text('failed', { detail: error instanceof Error ? error.message : String(error) });
}
