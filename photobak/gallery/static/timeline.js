/**
 * The timeline: months of justified rows in a box that is as high as they are, of which only what is near the screen is
 * on the page. Everything's place is known before it is loaded, so nothing ever moves.
 *
 * @module
 */

import { Geometry } from './geometry.js';
import { measuresFor } from './layout.js';
import { MonthView } from './month_view.js';
import { ScrollMap } from './scroll_map.js';

/**
 * @typedef {import('./library.js').Library} Library
 * @typedef {import('./library.js').Month} Month
 */

/** While the scrubber is being drawn along, photos are loaded only where it stays for this long. */
const PASSING_MS = 100;

/** Fires `scrolled` when another part is shown, `months` when its months have changed. */
export class Timeline extends EventTarget {
  #map = new ScrollMap();
  #geometry = new Geometry([], measuresFor(0));
  /** @type {Map<Month, MonthView>} */
  #views = new Map();
  #view = 0;
  #frame = 0;
  #passing = 0;

  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} header that covers the top of the window
   * @param {(id: string) => string} hrefOf the address of a photo's view
   */
  constructor(box, header, hrefOf) {
    super();
    this.box = box;
    this.header = header;
    this.hrefOf = hrefOf;
    new ResizeObserver(() => this.#resized()).observe(box);
    window.addEventListener('resize', () => this.#resized());
    window.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    window.addEventListener('scrollend', () => {
      if (this.top > 0) this.#scrollTo(this.#map.settle()); // before the timeline there is nothing to put right
    });
  }

  /**
   * Show a library from now on.
   *
   * @param {Library} library
   * @param {import('./loader.js').Loader} loader
   */
  show(library, loader) {
    this.loader?.stop();
    this.library = library;
    this.loader = loader;
    this.#dropViews();
    this.#layout();
    this.#scrollTo(this.#map.goTo(0));
    library.addEventListener('months', () => library === this.library && this.#monthsChanged());
    library.addEventListener('photos', () => library === this.library && this.#fill());
  }

  get geometry() {
    return this.#geometry;
  }

  /** The place of the timeline that is at the top of the screen. */
  get top() {
    return this.#map.top;
  }

  /** What is in the middle of the screen; to come back to with `goBackTo`. */
  get anchor() {
    const geometry = this.#geometry;
    if (!geometry.count) return undefined;
    const middle = this.top + this.#view / 2;
    const slot = geometry.slotAt(middle);
    const index = geometry.monthAt(middle);
    const month = geometry.months[index];
    const position = slot - geometry.starts[index];
    const { top, height } = geometry.boxOf(slot);
    return { month: month.name, position, share: (middle - top) / height, sha256: month.photos.get(position)?.sha256 };
  }

  /** @param {NonNullable<Timeline['anchor']>} anchor */
  goBackTo({ month, position, share, sha256 }) {
    const photo = sha256 ? this.library?.find(sha256) : undefined;
    const slot = this.library?.slotOf(photo?.month ?? month, photo?.position ?? position) ?? -1;
    if (slot < 0) return this.#render();
    const { top, height } = this.#geometry.boxOf(slot);
    this.goTo(top + share * height - this.#view / 2);
  }

  /**
   * Go to a place.
   *
   * @param {number} place
   * @param {boolean} [passing] whether another one is likely to follow at once
   */
  goTo(place, passing = false) {
    this.#passing = passing ? performance.now() + PASSING_MS : 0;
    this.#scrollTo(this.#map.goTo(place));
    this.#render();
  }

  /** Go to the last photo and what stands behind it. */
  goToEnd() {
    this.#passing = 0;
    window.scrollTo(0, document.documentElement.scrollHeight);
  }

  /**
   * Have a photo on the screen; one that is there already stays where it is.
   *
   * @param {number} slot
   */
  reveal(slot) {
    const { top, height } = this.#geometry.boxOf(slot);
    const above = this.#geometry.measures.heading;
    const seen = top >= this.top + above && top + height <= this.top + this.#view;
    if (!seen) this.goTo(top - Math.max(above, (this.#view - height) / 2));
  }

  /**
   * The tile of a slot, where it is on the page.
   *
   * @param {number} slot
   */
  tileAt(slot) {
    if (!this.library || slot < 0 || slot >= this.library.count) return undefined;
    const { month, position } = this.library.placeOf(slot);
    return this.#views.get(month)?.tileAt(position);
  }

  /**
   * The slot of a tile.
   *
   * @param {HTMLElement} tile
   */
  slotOf(tile) {
    const month = tile.closest('section')?.dataset.month ?? '';
    return this.library?.slotOf(month, Number(tile.dataset.position)) ?? -1;
  }

  /** What is on the screen of a month, as a position and a number of photos. */
  shownOf(/** @type {string} */ name) {
    if (!this.#geometry.count) return { position: 0, limit: 50 };
    const first = this.#geometry.slotAt(this.top);
    const last = this.#geometry.lastSlotAt(this.top + this.#view);
    const index = this.#geometry.months.findIndex((month) => month.name === name);
    const start = Math.max(0, first - (this.#geometry.starts[index] ?? 0));
    return { position: start, limit: Math.min(100, Math.max(10, last - first + 10)) };
  }

  #layout() {
    const measures = measuresFor(this.box.clientWidth);
    const before = this.#geometry;
    this.#geometry = new Geometry([...(this.library?.months ?? [])], measures, before);
    this.#view = Math.max(100, window.innerHeight - this.header.offsetHeight);
    this.#map.resize(this.#geometry.height, this.#view, window.devicePixelRatio);
    this.box.style.height = `${this.#map.boxHeight}px`;
    if (measures.width !== before.measures.width) this.#dropViews();
  }

  #resized() {
    const view = Math.max(100, window.innerHeight - this.header.offsetHeight);
    if (this.box.clientWidth === this.#geometry.measures.width && this.#view === view) return;
    const anchor = this.top > 0 ? this.anchor : undefined;
    this.#layout();
    if (anchor) this.goBackTo(anchor);
    else this.#render();
  }

  #monthsChanged() {
    const anchor = this.top > 0 ? this.anchor : undefined;
    this.#layout();
    this.#replaceViews();
    if (anchor) this.goBackTo(anchor);
    else this.#render();
    this.dispatchEvent(new Event('months'));
  }

  /** A month that has changed has a new view, which takes over the tiles of the old one. */
  #replaceViews() {
    const now = new Map(this.#geometry.months.map((month) => [month.name, month]));
    for (const [month, view] of this.#views) {
      const next = now.get(month.name);
      if (next === month && next.ratios === view.ratios) continue;
      this.#views.delete(month);
      if (next) this.#add(this.#geometry.months.indexOf(next)).takeOver(view);
      view.element.remove();
    }
  }

  #fill() {
    for (const view of this.#views.values()) view.fill();
    this.dispatchEvent(new Event('filled'));
  }

  #scrolled() {
    this.#map.scrolled(window.scrollY - this.#boxStart);
    if (this.#map.adrift) this.#scrollTo(this.#map.settle());
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  #scrollTo(/** @type {number} */ boxTop) {
    const target = boxTop > 0 ? Math.round(boxTop + this.#boxStart) : 0;
    if (target !== Math.round(window.scrollY)) window.scrollTo(0, target);
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  /** What the window is scrolled by when the box's top is just below the header. */
  get #boxStart() {
    return this.box.offsetTop - this.header.offsetHeight;
  }

  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { months, tops } = this.#geometry;
    if (months.length) {
      const [from, to] = [this.top - this.#view, this.top + 2 * this.#view];
      const [first, last] = [this.#geometry.monthAt(from), this.#geometry.monthAt(to)];
      const shown = new Set(months.slice(first, last + 1));
      for (const [month, view] of this.#views) if (!shown.has(month) && !view.hasFocus) this.#drop(month, view);
      for (const [month, view] of this.#views) if (!shown.has(month)) view.place(this.#map.toBox(tops[months.indexOf(month)]));
      for (let index = first; index <= last; index++) {
        const view = this.#views.get(months[index]) ?? this.#add(index);
        view.place(this.#map.toBox(tops[index]));
        view.show(from - tops[index], to - tops[index]);
      }
      this.#load();
    }
    this.dispatchEvent(new Event('scrolled'));
  }

  #load() {
    const wait = this.#passing - performance.now();
    if (wait > 0) {
      setTimeout(() => this.#load(), wait);
      return;
    }
    const { top } = this;
    const shown = this.#geometry.slotAt(top);
    const [first, last] = [this.#geometry.slotAt(top - this.#view), this.#geometry.lastSlotAt(top + 2 * this.#view)];
    this.loader?.want(first, shown, last);
    this.library?.release(first - 500, last + 500);
  }

  #add(/** @type {number} */ index) {
    const { months, layouts, measures } = this.#geometry;
    const view = new MonthView(months[index], layouts[index], measures, this.hrefOf);
    this.#views.set(months[index], view);
    const next = [...this.#views.values()].filter(({ month }) => month.name < months[index].name);
    const nearest = next.sort((one, other) => (one.month.name < other.month.name ? 1 : -1))[0];
    this.box.insertBefore(view.element, nearest?.element ?? null);
    return view;
  }

  #drop(/** @type {Month} */ month, /** @type {MonthView} */ view) {
    view.clear();
    view.element.remove();
    this.#views.delete(month);
  }

  #dropViews() {
    for (const [month, view] of this.#views) this.#drop(month, view);
  }
}
