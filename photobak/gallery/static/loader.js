/**
 * Loads the records of what is on the screen: pages of ten at first, larger ones while one scrolls on, and none for what
 * has gone by before it could be asked for.
 *
 * @module
 */

import { LARGEST_PAGE } from './source.js';

const FIRST_PAGE = 10;
const MOST_REQUESTS = 2;
const CALM_MS = 2000;
const LONGEST_WAIT_MS = 30_000;

export class Loader extends EventTarget {
  #first = 0;
  #shown = 0;
  #last = -1;
  #size = FIRST_PAGE;
  #lastRequest = 0;
  #failures = 0;
  #retryAt = 0;
  /** @type {Set<{first: number, last: number, abort: AbortController}>} */
  #running = new Set();

  /** @param {import('./source.js').WholeTimeline | import('./source.js').Found} source */
  constructor(source) {
    super();
    this.source = source;
    this.library = source.library;
  }

  /**
   * Say which slots are worth loading: from `shown` to `last` first, what lies before `shown` after that.
   *
   * @param {number} first
   * @param {number} shown
   * @param {number} last
   */
  want(first, shown, last) {
    this.#first = first;
    this.#shown = shown;
    this.#last = last;
    for (const request of this.#running)
      if (request.last < first || request.first > last) request.abort.abort();
    this.#pump();
  }

  /** Forget failures and try again at once. */
  retry() {
    this.#failures = 0;
    this.#retryAt = 0;
    this.#pump();
  }

  stop() {
    this.want(0, 0, -1);
  }

  #pump() {
    while (this.#running.size < this.#mostRequests && performance.now() >= this.#retryAt) {
      const last = Math.min(this.#last, this.library.count - 1);
      const range = this.#missing(this.#shown, last) ?? this.#missing(this.#first, this.#shown - 1) ?? this.#nextPage();
      if (!range) return;
      void this.#request(range);
    }
  }

  /**
   * The first run of slots that nobody has asked for yet.
   *
   * @param {number} first
   * @param {number} last
   */
  #missing(first, last) {
    while (first <= last && this.#isKnown(first)) first++;
    if (first > last) return undefined;
    const most = Math.min(last, first + this.#nextSize() - 1);
    let end = first;
    while (end < most && !this.#isKnown(end + 1)) end++;
    return { first, last: end };
  }

  /** What follows the end of an open list. */
  #nextPage() {
    if (this.source.complete || this.#running.size || this.#last < this.library.count - 1) return undefined;
    const first = this.library.count;
    return { first, last: first + this.#nextSize() - 1 };
  }

  #isKnown(/** @type {number} */ slot) {
    if (this.library.photoAt(slot)) return true;
    for (const request of this.#running) if (slot >= request.first && slot <= request.last) return true;
    return false;
  }

  #nextSize() {
    return performance.now() - this.#lastRequest > CALM_MS ? FIRST_PAGE : this.#size;
  }

  /** The first page comes alone, as fast as it can. */
  get #mostRequests() {
    for (const { first, last } of this.#running) if (last - first < FIRST_PAGE) return 1;
    return MOST_REQUESTS;
  }

  async #request(/** @type {{first: number, last: number}} */ { first, last }) {
    const size = last - first + 1;
    const request = { first, last, abort: new AbortController() };
    this.#size = Math.min(LARGEST_PAGE, 2 * Math.max(FIRST_PAGE, size));
    this.#lastRequest = performance.now();
    this.#running.add(request);
    const signal = request.abort.signal;
    try {
      if ('more' in this.source) await this.source.more(size, signal);
      else await this.source.load(first, size, signal);
      if (this.#failures) this.dispatchEvent(new Event('recovered'));
      this.#failures = 0;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    } finally {
      this.#running.delete(request);
    }
    this.#pump();
  }

  #failed(/** @type {unknown} */ error) {
    const wait = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.#failures++);
    this.#retryAt = performance.now() + wait;
    setTimeout(() => this.#pump(), wait + 1);
    this.dispatchEvent(new CustomEvent('failed', { detail: error }));
  }
}
