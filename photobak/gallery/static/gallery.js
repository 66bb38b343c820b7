/**
 * The gallery of somebody who is signed in: it brings together what shows photos, what loads them and what changes them.
 *
 * @module
 */

import { Changes } from './changes.js';
import { GridKeys } from './grid_keys.js';
import { Library } from './library.js';
import { Loader } from './loader.js';
import { Originals } from './originals.js';
import { hashOf, parseRoute } from './route.js';
import { Scrubber } from './scrubber.js';
import { Found, WholeTimeline } from './source.js';
import { text } from './texts.js';
import { THUMBNAIL_FAILED, retryThumbnail, showNoPicture } from './tile.js';
import { Timeline } from './timeline.js';
import { Viewer } from './viewer.js';

/**
 * @typedef {import('./library.js').Photo} Photo
 * @typedef {import('./route.js').Route} Route
 */

/**
 * @typedef {object} Parts what the gallery works with
 * @property {import('./api.js').Api} api
 * @property {import('./offline_copy.js').OfflineCopy} copy
 * @property {import('./notices.js').Notices} notices
 */

/** Changes that come one after the other are shown together. */
const CHANGES_TOGETHER_MS = 250;

/** Fires `state` when there is another reason why nothing is shown, `route` when another filter is on. */
export class Gallery extends EventTarget {
  #tried = new WeakSet();
  /** @type {Set<string>} months that have changed since they were read */
  #stale = new Set();
  /** @type {Promise<void> | undefined} */
  #refreshing;
  /** @type {Route} */
  route = parseRoute(location.hash);

  /** @param {Parts} parts */
  constructor({ api, copy, notices }) {
    super();
    this.api = api;
    this.copy = copy;
    this.notices = notices;
    this.library = new Library();
    /** @type {WholeTimeline | Found} */
    this.source = new WholeTimeline(api, this.library, copy);
    this.loader = new Loader(this.source);
    this.originals = new Originals(api);
    this.timeline = new Timeline(byId('timeline'), byId('header'), (id) => hashOf({ ...this.route, photo: id }));
    this.scrubber = new Scrubber(byId('scrubber'), this.timeline);
    this.keys = new GridKeys(this.timeline);
    this.viewer = new Viewer(/** @type {HTMLDialogElement} */ (byId('viewer')), this.originals, (photo) => this.#again(photo));
    this.changes = new Changes(this);
    this.#listen();
    this.#use(this.route.filter);
  }

  /**
   * Show what the page's address says.
   *
   * @throws {import('./api.js').OutOfReach} there is no network, and nothing is kept
   */
  async open() {
    const { filter } = this.route;
    this.route = parseRoute(location.hash); // a sign-in may have led back to another place
    if (JSON.stringify(filter) !== JSON.stringify(this.route.filter)) this.#use(this.route.filter);
    await this.source.open();
    this.dispatchEvent(new Event('state'));
    await this.#openPhoto(this.route.photo);
  }

  /**
   * Show what a filter finds, or all photos.
   *
   * @param {Record<string, string>} filter
   */
  async filter(filter) {
    history.pushState(null, '', hashOf({ photo: '', filter }));
    await this.#follow();
  }

  /**
   * A photo has been stored, has changed, or has gone, here or elsewhere.
   *
   * @param {Photo} record as `ls --json` prints it
   */
  changed(record) {
    this.#stale.add(record.taken_at.slice(0, 7));
    const known = this.library.find(record.sha256);
    if (known) this.#stale.add(known.month);
    this.#refreshing ??= this.#refreshStale().finally(() => {
      this.#refreshing = undefined;
    });
  }

  /** One after the other: an answer that is older than another must not come after it. */
  async #refreshStale() {
    while (this.#stale.size) {
      await new Promise((resolve) => setTimeout(resolve, CHANGES_TOGETHER_MS));
      const months = [...this.#stale];
      this.#stale.clear();
      for (const month of months) await this.refresh(month).catch((error) => this.#report(error));
    }
  }

  /** The latest change that is shown, where it is known. */
  get sequence() {
    return this.source instanceof WholeTimeline ? this.source.sequence : undefined;
  }

  /** What has changed elsewhere: read the timeline again. */
  async reread() {
    await this.source.open();
    this.dispatchEvent(new Event('state'));
  }

  /**
   * Read one month again.
   *
   * @param {string} month
   */
  async refresh(month) {
    await this.source.refresh(month, this.timeline.shownOf(month));
    this.viewer.update();
    this.dispatchEvent(new Event('state'));
  }

  /**
   * A photo has gone: show what is in its place.
   *
   * @param {Photo} photo
   */
  async removed(photo) {
    this.library.remove(photo.sha256);
    await this.copy.dropMonth(photo.month);
    this.viewer.update();
    this.dispatchEvent(new Event('state'));
  }

  /** Forget all photos. */
  clear() {
    if (this.viewer.dialog.open) this.viewer.close();
    this.#use({});
  }

  #use(/** @type {Record<string, string>} */ filter) {
    const library = new Library();
    this.library = library;
    this.source = Object.keys(filter).length
      ? new Found(this.api, library, filter)
      : new WholeTimeline(this.api, library, this.copy);
    this.loader = new Loader(this.source);
    this.loader.addEventListener('failed', (event) => this.#report(/** @type {CustomEvent} */ (event).detail));
    this.loader.addEventListener('recovered', () => this.#report(undefined));
    this.timeline.show(library, this.loader);
    library.addEventListener('photos', () => this.viewer.update());
    library.addEventListener('months', () => this.#showEnd());
    this.#showEnd(); // the end of the photos before is not the end of these
  }

  #listen() {
    const { timeline, viewer } = this;
    timeline.box.addEventListener('click', (event) => this.#clicked(event));
    timeline.box.addEventListener(THUMBNAIL_FAILED, (event) => void this.#thumbnailFailed(event.target));
    viewer.addEventListener('moved', () => this.#moved());
    viewer.addEventListener('closed', () => this.#closed());
    viewer.addEventListener('wanted', (event) => {
      const slot = /** @type {CustomEvent} */ (event).detail;
      this.loader.want(slot, slot, slot + 5);
    });
    window.addEventListener('popstate', () => void this.#follow());
  }

  #clicked(/** @type {MouseEvent} */ event) {
    const tile = /** @type {HTMLElement} */ (event.target).closest('.tile');
    if (!(tile instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const slot = this.timeline.slotOf(tile);
    const photo = this.library.photoAt(slot);
    if (!photo) return;
    history.pushState({ inside: true }, '', hashOf({ ...this.route, photo: photo.id }));
    this.route = parseRoute(location.hash);
    this.viewer.show(this.library, slot);
  }

  /** The address names the photo that is shown, so that a reload or a link shows it again. */
  #moved() {
    const photo = this.viewer.photo;
    if (!photo || photo.id === this.route.photo) return;
    history.replaceState(history.state, '', hashOf({ ...this.route, photo: photo.id }));
    this.route = parseRoute(location.hash);
  }

  /** Back to the timeline, and to the photo. */
  #closed() {
    if (this.route.photo) {
      this.route = { ...this.route, photo: '' };
      if (history.state?.inside) history.back();
      else history.replaceState(null, '', hashOf(this.route));
    }
    this.keys.focus(this.viewer.slot);
  }

  /** The address has changed: by Back, by a link, or by hand. */
  async #follow() {
    const before = this.route;
    this.route = parseRoute(location.hash);
    const filtered = JSON.stringify(before.filter) !== JSON.stringify(this.route.filter);
    if (filtered) {
      this.#use(this.route.filter);
      this.dispatchEvent(new Event('route'));
      await this.source.open().catch((error) => this.#report(error));
      this.dispatchEvent(new Event('state'));
    }
    if (!this.route.photo && this.viewer.dialog.open) this.viewer.close();
    else if (this.route.photo !== this.viewer.photo?.id) await this.#openPhoto(this.route.photo);
  }

  async #openPhoto(/** @type {string} */ id) {
    if (!id) return;
    try {
      const photo = this.library.find(id) ?? (await this.source.locate(id));
      const slot = photo ? this.library.slotOf(photo.month, photo.position) : -1;
      if (slot < 0) throw new RangeError(id);
      this.timeline.reveal(slot);
      this.viewer.show(this.library, slot);
    } catch (error) {
      this.route = { ...this.route, photo: '' };
      history.replaceState(null, '', hashOf(this.route));
      if (error instanceof RangeError) this.notices.say(text('notFound'));
      else this.#report(error);
    }
  }

  /** A presigned address has most likely expired: get another one, once; then say what is the matter. */
  async #thumbnailFailed(/** @type {EventTarget | null} */ target) {
    const tile = /** @type {HTMLElement} */ (target);
    const photo = this.library.find(tile.dataset.sha256 ?? '');
    if (!photo) return;
    const again = this.#tried.has(tile) ? undefined : await this.#again(photo).catch(() => undefined);
    this.#tried.add(tile);
    if (again?.thumb_url) retryThumbnail(tile, again.thumb_url);
    else showNoPicture(tile, photo, text('thumbnailFailed'));
  }

  /** A photo with fresh addresses. Those around it are likely to need them too. */
  async #again(/** @type {Photo} */ photo) {
    const query = { month: photo.month, position: Math.max(0, photo.position - 10), limit: 30 };
    this.#renewal ??= this.api.get('list/photos', { query }).finally(() => {
      this.#renewal = undefined;
    });
    const { photos } = await this.#renewal;
    this.library.addPhotos(photos.filter((/** @type {Photo} */ each) => this.library.find(each.sha256)));
    return this.library.find(photo.sha256);
  }

  /** @type {Promise<any> | undefined} */
  #renewal;

  #showEnd() {
    const end = byId('end');
    end.hidden = !this.library.count || !this.source.complete;
    end.textContent = text('end', { count: this.library.count });
  }

  #report(/** @type {unknown} */ error) {
    this.dispatchEvent(new CustomEvent('trouble', { detail: error }));
  }
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}
