/**
 * One month on the page: its heading, and those of its rows that are near the screen.
 *
 * @module
 */

import { monthTitle } from './format.js';
import { boxesOfRow, lastAtMost } from './layout.js';
import { fillTile, makeTile, placeTile } from './tile.js';

/**
 * @typedef {import('./library.js').Month} Month
 * @typedef {import('./layout.js').MonthLayout} MonthLayout
 * @typedef {import('./layout.js').Measures} Measures
 */

export class MonthView {
  /** @type {Map<number, HTMLAnchorElement[]>} the tiles of each row that is on the page */
  #rows = new Map();
  /** @type {Map<string, HTMLAnchorElement>} tiles of the view that stood here before, by SHA-256 */
  #old = new Map();

  /**
   * @param {Month} month
   * @param {MonthLayout} layout
   * @param {Measures} measures
   * @param {(id: string) => string} hrefOf the address of a photo's view
   */
  constructor(month, layout, measures, hrefOf) {
    this.month = month;
    this.ratios = month.ratios;
    this.layout = layout;
    this.measures = measures;
    this.hrefOf = hrefOf;
    this.element = document.createElement('section');
    this.element.className = 'month';
    this.element.dataset.month = month.name;
    const heading = document.createElement('h2');
    heading.id = `month-${month.name}`;
    heading.textContent = monthTitle(month.name);
    this.element.setAttribute('aria-labelledby', heading.id);
    this.element.style.height = `${layout.height}px`;
    this.element.append(heading);
  }

  /** @param {number} top in the scrolled box */
  place(top) {
    this.element.style.top = `${top}px`;
  }

  /**
   * Have the rows between two places on the page, and no others.
   *
   * @param {number} from from the month's top
   * @param {number} to
   */
  show(from, to) {
    const { tops } = this.layout;
    const first = lastAtMost(tops, from);
    const last = tops[0] > to ? -1 : lastAtMost(tops, to);
    for (const [row, tiles] of this.#rows)
      if ((row < first || row > last) && !tiles.some((tile) => tile === document.activeElement)) this.#drop(row, tiles);
    for (let row = first; row <= last; row++) if (!this.#rows.has(row)) this.#add(row);
    this.#old.clear();
  }

  /** Show what has been loaded meanwhile. */
  fill() {
    for (const tiles of this.#rows.values()) for (const tile of tiles) this.#fillTile(tile);
  }

  /**
   * Take over the tiles of the view that stood here before, so that photos that stay don't flicker.
   *
   * @param {MonthView} before
   */
  takeOver(before) {
    for (const tiles of before.#rows.values())
      for (const tile of tiles) if (tile.dataset.sha256) this.#old.set(tile.dataset.sha256, tile);
  }

  /** Take everything off the page. */
  clear() {
    for (const [row, tiles] of this.#rows) this.#drop(row, tiles);
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /**
   * The tile at a position, where it is on the page.
   *
   * @param {number} position
   * @returns {HTMLAnchorElement | undefined}
   */
  tileAt(position) {
    const row = lastAtMost(this.layout.starts, position, this.layout.starts.length - 1);
    return this.#rows.get(row)?.[position - this.layout.starts[row]];
  }

  #add(/** @type {number} */ row) {
    const start = this.layout.starts[row];
    const boxes = boxesOfRow(this.ratios, this.layout, row, this.measures);
    const tiles = boxes.map((box, index) => {
      const photo = this.month.photos.get(start + index);
      const tile = this.#oldTile(photo?.sha256) ?? makeTile(start + index);
      tile.dataset.position = String(start + index);
      placeTile(tile, box);
      this.#fillTile(tile);
      return tile;
    });
    this.#rows.set(row, tiles);
    const next = this.#firstTileAfter(row);
    for (const tile of tiles) this.element.insertBefore(tile, next);
  }

  #oldTile(/** @type {string | undefined} */ sha256) {
    const tile = sha256 ? this.#old.get(sha256) : undefined;
    if (sha256) this.#old.delete(sha256);
    return tile;
  }

  /** Tiles stand in the page in the order of the photos, for those who can't see where they are. */
  #firstTileAfter(/** @type {number} */ row) {
    let nearest = Infinity;
    for (const other of this.#rows.keys()) if (other > row && other < nearest) nearest = other;
    return this.#rows.get(nearest)?.[0] ?? null;
  }

  #drop(/** @type {number} */ row, /** @type {HTMLAnchorElement[]} */ tiles) {
    this.#rows.delete(row);
    for (const tile of tiles) {
      tile.querySelector('img')?.removeAttribute('src'); // what is still on its way is not needed any more
      tile.remove();
    }
  }

  #fillTile(/** @type {HTMLAnchorElement} */ tile) {
    const photo = this.month.photos.get(Number(tile.dataset.position));
    if (photo) fillTile(tile, photo, this.hrefOf(photo.id));
  }
}
