/**
 * The bar with which photos are found. The page's address holds what is in it.
 *
 * @module
 */

import { FILTER_FIELDS } from './route.js';

export class FilterBar {
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
    if (Object.keys(filter).length) this.#setOpen(true);
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
