/**
 * What the page knows of the library: every month's photos by number and ratio, and the records of those that were
 * loaded. A photo's *slot* is its number in the whole timeline, 0 being the newest; it changes when months change.
 *
 * @module
 */

import { lastAtMost } from './layout.js';

/**
 * @typedef {object} Photo a record as `GET /list/photos` gives it (docs/gallery.md, "The routes that the gallery uses")
 * @property {string} id
 * @property {string} sha256
 * @property {'photo' | 'video' | 'sidecar'} kind
 * @property {string} status
 * @property {string} [reason] why there is no preview
 * @property {string} taken_at ISO 8601 with the offset of where it was taken
 * @property {string} taken_source
 * @property {number} size bytes
 * @property {string} content_type
 * @property {number | null} width
 * @property {number | null} height
 * @property {string | null} camera
 * @property {string | null} [lens]
 * @property {number | null} [f_number]
 * @property {number | null} [exposure_time] seconds
 * @property {number | null} [iso]
 * @property {number | null} [focal_length] millimetres
 * @property {number | null} [duration] seconds
 * @property {number | null} latitude
 * @property {number | null} longitude
 * @property {string} filename
 * @property {string[]} sources
 * @property {string} [description]
 * @property {boolean} [favorite]
 * @property {string} [thumbhash] base64
 * @property {string} [motion] SHA-256 of the video that belongs to it
 * @property {number} [motion_offset] where in its original a video begins
 * @property {number} [motion_size] bytes of that video
 * @property {string} month the timeline's month it is in, such as `2024-06`
 * @property {number} position in that month, 0 being the newest
 * @property {string} [thumb_url]
 * @property {string} [web_url]
 */

/**
 * @typedef {object} Month
 * @property {string} name such as `2024-06`
 * @property {Uint8Array} ratios newest first
 * @property {Map<number, Photo>} photos the loaded ones, by position
 */

/** How many records are kept in memory before those far from the screen are let go. */
const MOST_RECORDS = 4000;

export class Library extends EventTarget {
  /** @type {Month[]} newest first */
  months = [];
  /** @type {Uint32Array} slot of each month's first photo */
  starts = new Uint32Array();
  /** How many photos there are. */
  count = 0;
  #records = 0;

  /**
   * Take over a new timeline; records of months that have not changed are kept.
   *
   * @param {{name: string, ratios: Uint8Array}[]} months newest first
   */
  replaceMonths(months) {
    const before = new Map(this.months.map((month) => [month.name, month]));
    this.months = months.map(({ name, ratios }) => {
      const old = before.get(name);
      const same = old && sameBytes(old.ratios, ratios);
      return same ? old : { name, ratios, photos: new Map() };
    });
    this.#changed();
  }

  /**
   * Take over one month as it is now, with what is known of its photos.
   *
   * @param {string} name
   * @param {Uint8Array} ratios none where the month has gone
   * @param {Photo[]} photos
   */
  replaceMonth(name, ratios, photos) {
    const others = this.months.filter((month) => month.name !== name);
    const month = { name, ratios, photos: new Map(photos.map((photo) => [photo.position, photo])) };
    const all = ratios.length ? [...others, month] : others;
    this.months = all.sort((one, other) => (one.name < other.name ? 1 : -1));
    this.#changed();
  }

  /**
   * Take one photo out.
   *
   * @param {string} sha256
   */
  remove(sha256) {
    const gone = this.find(sha256);
    const month = gone && this.month(gone.month);
    if (!gone || !month) return;
    const ratios = month.ratios.filter((_, position) => position !== gone.position);
    const others = [...month.photos.values()].filter((photo) => photo !== gone);
    const photos = others.map((photo) => (photo.position > gone.position ? { ...photo, position: photo.position - 1 } : photo));
    this.replaceMonth(month.name, ratios, photos);
  }

  /**
   * Keep records that were loaded; those that are nowhere in the timeline mean that it has changed since.
   *
   * @param {Photo[]} photos
   * @returns {string[]} the months that have changed
   */
  addPhotos(photos) {
    const changed = new Set();
    for (const photo of photos) {
      const month = this.month(photo.month);
      if (!month || photo.position >= month.ratios.length) changed.add(photo.month);
      else {
        if (!month.photos.has(photo.position)) this.#records++;
        month.photos.set(photo.position, photo);
      }
    }
    this.dispatchEvent(new Event('photos'));
    return [...changed];
  }

  /**
   * Add photos behind the last one, whose months are not known beforehand.
   *
   * @param {(Photo & {ratio: number})[]} photos
   */
  append(photos) {
    for (const photo of photos) {
      let month = this.months.at(-1);
      if (month?.name !== photo.month) {
        month = { name: photo.month, ratios: new Uint8Array(), photos: new Map() };
        this.months.push(month);
      }
      photo.position = month.ratios.length;
      month.ratios = Uint8Array.of(...month.ratios, photo.ratio);
      month.photos.set(photo.position, photo);
    }
    this.#changed();
  }

  /** @param {string} name */
  month(name) {
    return this.months.find((month) => month.name === name);
  }

  /**
   * The month and the position of a slot.
   *
   * @param {number} slot
   * @returns {{month: Month, position: number}}
   */
  placeOf(slot) {
    const index = lastAtMost(this.starts, slot);
    return { month: this.months[index], position: slot - this.starts[index] };
  }

  /**
   * The record in a slot, where it is loaded.
   *
   * @param {number} slot
   * @returns {Photo | undefined}
   */
  photoAt(slot) {
    if (slot < 0 || slot >= this.count) return undefined;
    const { month, position } = this.placeOf(slot);
    return month.photos.get(position);
  }

  /**
   * Where a photo is; -1 where its month is gone.
   *
   * @param {string} month
   * @param {number} position
   */
  slotOf(month, position) {
    const index = this.months.findIndex((each) => each.name === month);
    return index < 0 || position >= this.months[index].ratios.length ? -1 : this.starts[index] + position;
  }

  /**
   * A loaded photo by its id: the SHA-256, or the digits that it begins with.
   *
   * @param {string} id
   * @returns {Photo | undefined}
   */
  find(id) {
    for (const month of this.months)
      for (const photo of month.photos.values()) if (photo.sha256.startsWith(id)) return photo;
    return undefined;
  }

  /**
   * Change what is known of a loaded photo.
   *
   * @param {string} sha256
   * @param {Partial<Photo>} changes
   */
  amend(sha256, changes) {
    const photo = this.find(sha256);
    if (!photo) return;
    this.month(photo.month)?.photos.set(photo.position, { ...photo, ...changes });
    this.dispatchEvent(new Event('photos'));
  }

  /**
   * Let records go that are far from these slots, where there are too many.
   *
   * @param {number} first
   * @param {number} last
   */
  release(first, last) {
    if (this.#records <= MOST_RECORDS) return;
    this.months.forEach((month, index) => {
      const from = this.starts[index];
      for (const position of month.photos.keys())
        if (from + position < first || from + position > last) month.photos.delete(position);
    });
    this.#records = this.months.reduce((sum, month) => sum + month.photos.size, 0);
  }

  #changed() {
    let sum = 0;
    this.starts = Uint32Array.from(this.months, (month) => {
      sum += month.ratios.length;
      return sum - month.ratios.length;
    });
    this.count = sum;
    this.#records = this.months.reduce((total, month) => total + month.photos.size, 0);
    this.dispatchEvent(new Event('months'));
  }
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
