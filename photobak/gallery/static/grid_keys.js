/**
 * Walking through the timeline with the keyboard. One photo at a time can be reached by Tab; the arrow keys go on from it.
 *
 * @module
 */

export class GridKeys {
  #slot = 0;
  /** @type {HTMLElement | undefined} */
  #stop;

  /** @param {import('./timeline.js').Timeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
    timeline.addEventListener('scrolled', () => this.#mark());
    timeline.addEventListener('filled', () => this.#mark());
    timeline.box.addEventListener('focusin', (event) => this.#focused(event));
    timeline.box.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('keydown', (event) => this.#pageKey(event));
  }

  /**
   * Put the focus on a photo, and have it on the screen.
   *
   * @param {number} slot
   */
  focus(slot) {
    if (slot < 0 || slot >= this.timeline.geometry.count) return;
    this.#slot = slot;
    this.timeline.reveal(slot);
    this.#mark();
    this.timeline.tileAt(slot)?.focus({ preventScroll: true });
  }

  /** The photo that was at the keyboard's place last, or else the first one on the screen, is the one to stop at. */
  #mark() {
    const { timeline } = this;
    if (!timeline.geometry.count) return;
    const tile = timeline.tileAt(this.#slot) ?? timeline.tileAt(timeline.geometry.slotAt(timeline.top));
    if (tile === this.#stop) return;
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = tile;
    if (tile) tile.tabIndex = 0;
  }

  #focused(/** @type {FocusEvent} */ event) {
    const tile = /** @type {HTMLElement} */ (event.target).closest('.tile');
    if (!(tile instanceof HTMLElement)) return;
    this.#slot = this.timeline.slotOf(tile);
    this.#mark();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const { geometry } = this.timeline;
    const slot = this.#slot;
    /** @type {Record<string, () => number>} */
    const targets = {
      ArrowRight: () => slot + 1,
      ArrowLeft: () => slot - 1,
      ArrowDown: () => geometry.neighbour(slot, 1),
      ArrowUp: () => geometry.neighbour(slot, -1),
      Home: () => 0,
      End: () => geometry.count - 1,
    };
    if (!(event.key in targets) || !geometry.count) return;
    event.preventDefault();
    event.stopPropagation();
    this.focus(Math.min(geometry.count - 1, Math.max(0, targets[event.key]())));
  }

  /** Home and End of the page: a browser would animate its way through millions of pixels. */
  #pageKey(/** @type {KeyboardEvent} */ event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || target.closest('input, select, textarea, dialog')) return;
    if (event.key === 'Home') this.timeline.goTo(0);
    else if (event.key === 'End') this.timeline.goToEnd();
    else return;
    event.preventDefault();
  }
}
