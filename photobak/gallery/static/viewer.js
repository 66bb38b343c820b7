/**
 * The large view of one photo, in a `<dialog>`: the browser keeps the focus inside and closes it on Escape.
 *
 * @module
 */

import { ApiProblem, OutOfReach } from './api.js';
import { showDetails } from './details.js';
import { isMotionPhoto, MotionVideos } from './motion.js';
import { CantPlay, loadVideo, unloadVideo } from './video.js';
import { WebViews } from './web_views.js';
import { text } from './texts.js';
import { altText } from './tile.js';
import { Zoom } from './zoom.js';

/**
 * @typedef {import('./library.js').Photo} Photo
 * @typedef {import('./originals.js').Originals} Originals
 */

/** What the viewer walks through. */
/**
 * @typedef {object} Album
 * @property {number} count
 * @property {(slot: number) => Photo | undefined} photoAt
 */

/** Fires `moved` when another photo is shown, `closed`, and `wanted` (detail: slot) for records that are not loaded. */
export class Viewer extends EventTarget {
  #slot = -1;
  /** @type {Photo | undefined} */
  #photo;
  #views;
  #motions;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Originals} originals
   * @param {(photo: Photo) => Promise<Photo | undefined>} reload gets a photo's addresses anew
   */
  constructor(dialog, originals, reload) {
    super();
    this.dialog = dialog;
    this.originals = originals;
    this.#views = new WebViews(reload);
    this.#motions = new MotionVideos(originals);
    const stage = /** @type {HTMLElement} */ (dialog.querySelector('.stage'));
    this.image = /** @type {HTMLImageElement} */ (dialog.querySelector('img'));
    this.video = /** @type {HTMLVideoElement} */ (dialog.querySelector('video'));
    this.trouble = /** @type {HTMLElement} */ (dialog.querySelector('.trouble'));
    this.notices = /** @type {HTMLElement} */ (document.getElementById('notices'));
    this.details = /** @type {HTMLElement} */ (dialog.querySelector('.details'));
    this.zoom = new Zoom(stage, this.image);
    this.zoom.addEventListener('swipe', (event) => this.#swiped(/** @type {CustomEvent} */ (event).detail));
    this.zoom.addEventListener('press', () => void this.playLive());
    this.zoom.addEventListener('release', () => this.stopLive());
    dialog.addEventListener('close', () => this.#closed());
    document.addEventListener('keydown', (event) => dialog.open && this.#key(event));
  }

  /** The photo that is shown. */
  get photo() {
    return this.#photo;
  }

  get slot() {
    return this.#slot;
  }

  /**
   * Show a photo, and open where it is closed.
   *
   * @param {Album} album
   * @param {number} slot
   */
  show(album, slot) {
    this.album = album;
    this.#slot = slot;
    if (!this.dialog.open) this.#open();
    const photo = album.photoAt(slot);
    this.#photo = photo;
    this.#button('previous').disabled = slot <= 0;
    this.#button('next').disabled = slot >= album.count - 1;
    this.zoom.reset();
    this.stopLive();
    this.#motions.release();
    unloadVideo(this.video);
    if (photo) void this.#showPhoto(photo);
    else {
      this.image.removeAttribute('src');
      this.#say(text('loading'));
    }
    for (const near of [slot, slot + 1, slot - 1, slot + 2]) this.#prepare(near);
    this.dispatchEvent(new Event('moved'));
  }

  #open() {
    this.dialog.append(this.notices); // what is outside of a modal dialog can't be used
    this.dialog.showModal();
  }

  /** Something of the album has been loaded or has changed. */
  update() {
    if (!this.dialog.open || !this.album) return;
    if (!this.album.count) return this.close();
    if (this.#slot >= this.album.count) return this.show(this.album, this.album.count - 1);
    const photo = this.album.photoAt(this.#slot);
    if (!photo) this.dispatchEvent(new CustomEvent('wanted', { detail: this.#slot }));
    if (photo && photo.sha256 !== this.#photo?.sha256) this.show(this.album, this.#slot);
    else if (photo) this.#describe(photo);
  }

  /**
   * Go on by some photos.
   *
   * @param {number} steps
   */
  move(steps) {
    const slot = this.#slot + steps;
    if (this.album && slot >= 0 && slot < this.album.count) this.show(this.album, slot);
  }

  close() {
    this.dialog.close();
  }

  toggleDetails() {
    this.details.hidden = !this.details.hidden;
    this.#button('details').setAttribute('aria-expanded', String(!this.details.hidden));
  }

  /** Play the video of a Live or Motion Photo over its picture. */
  async playLive() {
    const photo = this.#photo;
    if (!photo || !isMotionPhoto(photo) || this.zoom.zoomed) return;
    this.#wantsLive = true;
    const isWanted = () => this.#wantsLive && this.#photo?.sha256 === photo.sha256;
    try {
      const url = await this.#motions.addressOf(photo);
      if (!isWanted()) return;
      this.video.controls = false;
      this.video.loop = true;
      await loadVideo(this.video, url, '');
      this.video.hidden = !isWanted();
      if (isWanted()) await this.video.play();
    } catch (error) {
      if (isWanted()) this.#say(whyNotPlayed(error, photo));
    }
  }

  #wantsLive = false;

  stopLive() {
    this.#wantsLive = false;
    if (this.#photo?.kind === 'video') return;
    unloadVideo(this.video);
    this.video.hidden = true;
  }

  async #showPhoto(/** @type {Photo} */ photo) {
    const isVideo = photo.kind === 'video';
    this.#describe(photo);
    this.#say('');
    this.video.hidden = true;
    this.image.hidden = false;
    this.image.alt = altText(photo);
    this.image.style.maxWidth = photo.width ? `${photo.width}px` : '';
    this.image.style.maxHeight = photo.height ? `${photo.height}px` : '';
    if (isVideo) await this.#playVideo(photo);
    else await this.#showPicture(photo);
  }

  async #showPicture(/** @type {Photo} */ photo) {
    if (!photo.web_url) {
      this.image.removeAttribute('src');
      this.image.hidden = true;
      this.#say(photo.reason ? text('noPreview', { reason: photo.reason }) : text('noPreviewYet'));
      return;
    }
    const ready = this.#views.ready(photo);
    if (ready) this.image.src = ready;
    else if (photo.thumb_url) this.image.src = photo.thumb_url;
    else this.image.removeAttribute('src');
    const src = ready ?? (await this.#views.load(photo));
    if (this.#photo?.sha256 !== photo.sha256) return;
    if (src) this.image.src = src;
    else this.#say(text(navigator.onLine ? 'viewFailed' : 'viewOffline'));
  }

  async #playVideo(/** @type {Photo} */ photo) {
    this.image.hidden = true;
    this.video.hidden = false;
    this.video.controls = true;
    this.video.loop = false;
    try {
      const { url } = await this.originals.of(photo.sha256);
      if (this.#photo?.sha256 === photo.sha256) await loadVideo(this.video, url, photo.web_url ?? '');
    } catch (error) {
      if (this.#photo?.sha256 !== photo.sha256) return;
      this.#say(whyNotPlayed(error, photo));
      this.video.hidden = true;
      this.image.hidden = !photo.web_url;
      if (photo.web_url) this.image.src = photo.web_url;
    }
  }

  #describe(/** @type {Photo} */ photo) {
    this.#photo = photo;
    this.dialog.setAttribute('aria-label', altText(photo));
    this.dialog.dataset.photo = photo.sha256;
    this.#button('favorite').setAttribute('aria-pressed', String(Boolean(photo.favorite)));
    this.#button('play-live').hidden = !isMotionPhoto(photo);
    showDetails(this.details, photo);
  }

  /** Have the web view of a photo at hand before it is asked for. */
  #prepare(/** @type {number} */ slot) {
    if (!this.album || slot < 0 || slot >= this.album.count) return;
    const photo = this.album.photoAt(slot);
    if (!photo) this.dispatchEvent(new CustomEvent('wanted', { detail: slot }));
    else if (photo.kind === 'photo' && photo.web_url) void this.#views.load(photo);
  }

  #say(/** @type {string} */ trouble) {
    this.trouble.textContent = trouble;
    this.trouble.hidden = !trouble;
  }

  #swiped(/** @type {number} */ direction) {
    if (direction) this.move(direction);
    else this.close();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLVideoElement) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowRight: () => this.move(1),
      ArrowLeft: () => this.move(-1),
      '+': () => this.zoom.by(1.5),
      '-': () => this.zoom.by(1 / 1.5),
      i: () => this.toggleDetails(),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #closed() {
    this.stopLive();
    this.#motions.release();
    unloadVideo(this.video);
    this.image.removeAttribute('src');
    this.#views.clear();
    this.#photo = undefined;
    document.body.append(this.notices);
    this.dispatchEvent(new Event('closed'));
  }

  #button(/** @type {string} */ action) {
    return /** @type {HTMLButtonElement} */ (this.dialog.querySelector(`[data-action="${action}"]`));
  }
}

/**
 * @param {unknown} error
 * @param {Photo} photo
 */
function whyNotPlayed(error, photo) {
  if (error instanceof CantPlay) return text('cantPlay');
  if (error instanceof OutOfReach) return text(navigator.onLine ? 'outOfReach' : 'offline');
  if (error instanceof ApiProblem && error.status === 409) return text('frozen', { id: photo.id });
  return text('failed', { detail: error instanceof Error ? error.message : '' });
}
