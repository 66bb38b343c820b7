/**
 * Where a library's photos come from: the whole timeline by place, or what a filter finds, one page after the other.
 *
 * @module
 */

import { OutOfReach } from './api.js';
import { circleOf } from './places.js';
import { byteOf, bytesOf } from './ratios.js';

/**
 * @typedef {import('./library.js').Library} Library
 * @typedef {import('./library.js').Photo} Photo
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./places.js').Place} Place
 */

/** The largest page of the API. */
export const LARGEST_PAGE = 200;

/** All photos. Their number and ratios are known from the start, their records are asked for by place. */
export class WholeTimeline {
  /** Whether all is known of how many photos there are. */
  complete = true;
  /** @type {string | undefined} the latest change that the timeline includes, where the API told it */
  sequence;

  /**
   * @param {Api} api
   * @param {Library} library
   * @param {import('./offline_copy.js').OfflineCopy} copy what to fall back to without network
   */
  constructor(api, library, copy) {
    this.api = api;
    this.library = library;
    this.copy = copy;
  }

  /**
   * Read the timeline.
   *
   * @throws {OutOfReach} there is no network, and no copy
   */
  async open() {
    const months = await this.#timeline();
    this.library.replaceMonths(months.map(monthOf));
  }

  /**
   * Load the records from a slot on.
   *
   * @param {number} slot
   * @param {number} limit
   * @param {AbortSignal} signal
   */
  async load(slot, limit, signal) {
    const { month, position } = this.library.placeOf(slot);
    const page = await this.#page({ month: month.name, position, limit }, signal);
    for (const name of this.library.addPhotos(page)) await this.refresh(name);
    if (this.library.month(month.name) === month && !month.photos.has(position)) {
      await this.refresh(month.name); // the timeline says more than there is
      if (this.library.month(month.name)?.ratios.length === month.ratios.length) throw new OutOfReach();
    }
  }

  /**
   * Load a photo that only its id is known of, with its place.
   *
   * @param {string} id at least six digits of the SHA-256
   * @returns {Promise<Photo | undefined>}
   */
  async locate(id) {
    const [photo] = (await this.api.get('list/photos', { query: { photo: id, limit: 1 } })).photos;
    if (photo) for (const name of this.library.addPhotos([photo])) await this.refresh(name);
    return photo;
  }

  /**
   * Read one month again, with its photos between two positions, and show both at once.
   *
   * @param {string} name
   * @param {{position: number, limit: number}} [shown] what is on the screen of it
   */
  async refresh(name, shown) {
    const { months } = await this.api.get('timeline', { query: { month: name } });
    const ratios = months.length ? monthOf(months[0]).ratios : new Uint8Array();
    await this.copy.dropMonth(name);
    const photos = ratios.length && shown ? await this.#page({ month: name, ...shown }) : [];
    this.library.replaceMonth(name, ratios, photos.filter((photo) => photo.month === name));
  }

  async #timeline() {
    try {
      const { months, sequence } = await this.api.get('timeline');
      this.sequence = sequence;
      void this.copy.keepTimeline(months);
      return months;
    } catch (error) {
      const kept = error instanceof OutOfReach ? await this.copy.timeline() : undefined;
      if (kept) return kept;
      throw error;
    }
  }

  /**
   * @param {{month: string, position: number, limit: number}} query
   * @param {AbortSignal} [signal]
   * @returns {Promise<Photo[]>}
   */
  async #page(query, signal) {
    try {
      const { photos } = await this.api.get('list/photos', { query, signal });
      void this.copy.keepPhotos(photos);
      return photos;
    } catch (error) {
      const kept = error instanceof OutOfReach ? await this.copy.photos(query.month, query.position, query.limit) : [];
      if (kept.length) return kept;
      throw error;
    }
  }
}

/** What a filter finds: newest first, one page after the other. */
export class Found {
  complete = false;
  /** @type {Place[]} what the filter's place may mean, the most populous first */
  places = [];
  /** @type {Place | undefined} the one that is meant */
  place;
  /** The name of a town that is spelled much like the filter's place, which none is called. */
  nearestPlace = '';
  #cursor = '';
  /** @type {Promise<void>} the page that was asked for last */
  #last = Promise.resolve();

  /**
   * @param {Api} api
   * @param {Library} library
   * @param {Record<string, string>} filter
   */
  constructor(api, library, filter) {
    this.api = api;
    this.library = library;
    this.filter = filter;
  }

  async open() {
    await this.more(10);
  }

  /** Whether the filter names a place that there isn't. */
  get isNowhere() {
    return this.complete && Boolean(this.filter.place) && !this.place;
  }

  async #findPlace(/** @type {string} */ name) {
    const { places, nearest } = await this.api.get('places', { query: { name } });
    this.places = places;
    this.place = this.places.find((place) => circleOf(place) === this.filter.near) ?? this.places[0];
    this.nearestPlace = nearest ?? '';
    this.complete = !this.place;
  }

  /**
   * Load what follows the last photo known. Pages come one after the other: two at a time would be the same one.
   *
   * @param {number} limit
   * @param {AbortSignal} [signal]
   */
  more(limit, signal) {
    const page = this.#last.then(() => this.#more(limit, signal));
    this.#last = page.catch(() => undefined);
    return page;
  }

  /**
   * @param {number} limit
   * @param {AbortSignal} [signal]
   */
  async #more(limit, signal) {
    if (this.filter.place && !this.place && !this.complete) await this.#findPlace(this.filter.place);
    if (this.complete) return;
    /** @type {Record<string, string>} */
    const query = { ...asked(this.filter, this.place), limit: String(limit) };
    if (this.#cursor) query.before = this.#cursor;
    const page = await this.api.get('list/photos', { query, signal });
    this.#cursor = page.before ?? '';
    this.complete = !page.before;
    this.library.append(
      page.photos.map((/** @type {Photo} */ photo) => ({
        ...photo,
        month: photo.month ?? photo.taken_at.slice(0, 7),
        ratio: byteOf(photo.width, photo.height),
      })),
    );
  }

  /** All that is known is loaded. */
  async load() {}

  /**
   * Look through the pages until a photo comes.
   *
   * @param {string} id
   * @returns {Promise<Photo | undefined>}
   */
  async locate(id) {
    while (!this.library.find(id) && !this.complete) await this.more(LARGEST_PAGE);
    return this.library.find(id);
  }

  async refresh() {}
}

/**
 * A filter as the API takes it: days of the address are whole days of the reader's calendar.
 *
 * @param {Record<string, string>} filter
 * @param {Place | undefined} found the place that it names
 * @returns {Record<string, string>}
 */
function asked({ since, until, place, near, ...others }, found) {
  const query = { ...others };
  if (found) query.near = circleOf(found);
  if (since) query.since = instant(`${since}T00:00:00`);
  if (until) query.until = instant(`${until}T23:59:59`);
  return query;
}

/** @param {string} wallClock */
function instant(wallClock) {
  const date = new Date(wallClock);
  return Number.isNaN(date.getTime()) ? wallClock : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** @param {{month: string, count: number, ratios: string}} told */
function monthOf({ month, count, ratios }) {
  const bytes = bytesOf(ratios);
  const whole = new Uint8Array(count); // of photos without a byte nothing is known
  whole.set(bytes.subarray(0, count));
  return { name: month, ratios: whole };
}
