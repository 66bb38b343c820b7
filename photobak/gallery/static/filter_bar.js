/**
 * The bar with which photos are found. The page's address holds what is in it.
 *
 * @module
 */

import { circleOf, placeTitle } from './places.js';
import { FILTER_FIELDS } from './route.js';
import { Found } from './source.js';

export class FilterBar {
  /** @type {import('./places.js').Place | undefined} the one whose namesakes are offered */
  #place;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLButtonElement} button that shows and hides it
   * @param {import('./gallery.js').Gallery} gallery
   */
  constructor(form, button, gallery) {
    this.form = form;
    this.button = button;
    this.gallery = gallery;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void gallery.filter(this.#values());
    });
    gallery.addEventListener('route', () => this.#show());
    gallery.addEventListener('state', () => this.#showPlaces());
    this.#field('place')?.addEventListener('input', () => this.#revealPlaces());
    this.#show();
  }

  toggle() {
    const scrolledAway = !this.form.hidden && window.scrollY > this.form.offsetHeight;
    this.#setOpen(this.form.hidden || scrolledAway);
    if (this.form.hidden) return;
    window.scrollTo(0, 0);
    this.form.querySelector('input')?.focus();
  }

  clear() {
    this.#setOpen(false);
    void this.gallery.filter({});
  }

  /** Show what the address says. */
  #show() {
    const { filter } = this.gallery.route;
    for (const name of FILTER_FIELDS) {
      const field = this.#field(name);
      if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = filter[name] === 'true';
      else if (field) field.value = filter[name] ?? '';
    }
    this.#showPlaces();
    if (Object.keys(filter).length) this.#setOpen(true);
  }

  /** Offer the places of the name that is searched by. */
  #showPlaces() {
    const { source } = this.gallery;
    const place = source instanceof Found ? source.place : undefined;
    if (place && place === this.#place) return; // it is offered, and may be being chosen from
    this.#place = place;
    const named = source instanceof Found ? source.places.filter(({ name }) => name) : [];
    const select = /** @type {HTMLSelectElement} */ (this.#field('near'));
    select.replaceChildren(...named.map((each) => new Option(placeTitle(each), circleOf(each), false, each === place)));
    this.#revealPlaces();
  }

  /** The choice is for the name that is searched by, not for another one that is being typed. */
  #revealPlaces() {
    const select = /** @type {HTMLSelectElement} */ (this.#field('near'));
    const typed = this.#field('place')?.value.trim();
    select.disabled = !select.options.length || typed !== this.gallery.route.filter.place;
    /** @type {HTMLElement} */ (select.parentElement).hidden = select.disabled;
  }

  #values() {
    const data = new FormData(this.form);
    const set = FILTER_FIELDS.map((name) => [name, String(data.get(name) ?? '').trim()]).filter(([, value]) => value);
    return /** @type {Record<string, string>} */ (Object.fromEntries(set));
  }

  #setOpen(/** @type {boolean} */ open) {
    this.form.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement | HTMLSelectElement | null}
   */
  #field(name) {
    return this.form.querySelector(`[name="${name}"]`);
  }
}
