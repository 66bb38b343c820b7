/**
 * Zooming and moving a picture with fingers, wheel or mouse, and swiping to its neighbours.
 *
 * @module
 */

const MOST = 8;
const DOUBLE_TAP = 2.5;
const SWIPE_PX = 60;
const PRESS_MS = 250;

/** Fires `swipe` (detail: -1 or 1, or 0 for down), `press` and `release` on itself. */
export class Zoom extends EventTarget {
  #scale = 1;
  #x = 0;
  #y = 0;
  /** @type {Map<number, {x: number, y: number}>} fingers and mouse buttons that are down */
  #pointers = new Map();
  #start = { x: 0, y: 0 };
  #pinched = false;
  #press = 0;

  /**
   * @param {HTMLElement} stage
   * @param {HTMLElement} picture
   */
  constructor(stage, picture) {
    super();
    this.stage = stage;
    this.picture = picture;
    stage.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    stage.addEventListener('dblclick', (event) => this.#doubleClick(event));
    stage.addEventListener('pointerdown', (event) => this.#down(event));
    stage.addEventListener('pointermove', (event) => this.#move(event));
    stage.addEventListener('pointerup', (event) => this.#up(event));
    stage.addEventListener('pointercancel', (event) => this.#up(event, true));
  }

  get zoomed() {
    return this.#scale > 1.01;
  }

  reset() {
    this.#set(1, 0, 0);
  }

  /**
   * Zoom around the middle.
   *
   * @param {number} factor
   */
  by(factor) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    this.#around(left + width / 2, top + height / 2, factor);
  }

  #wheel(/** @type {WheelEvent} */ event) {
    event.preventDefault();
    this.#around(event.clientX, event.clientY, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)));
  }

  #doubleClick(/** @type {MouseEvent} */ event) {
    if (this.zoomed) this.reset();
    else this.#around(event.clientX, event.clientY, DOUBLE_TAP);
  }

  #down(/** @type {PointerEvent} */ event) {
    if (event.button !== 0 || event.target instanceof HTMLVideoElement) return;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.stage.setPointerCapture(event.pointerId);
    this.#pinched = this.#pointers.size > 1;
    this.#start = { x: event.clientX, y: event.clientY };
    clearTimeout(this.#press);
    if (!this.#pinched) this.#press = setTimeout(() => this.dispatchEvent(new Event('press')), PRESS_MS);
  }

  #move(/** @type {PointerEvent} */ event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (Math.hypot(now.x - this.#start.x, now.y - this.#start.y) > 10) clearTimeout(this.#press);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      this.#around((now.x + other.x) / 2, (now.y + other.y) / 2, factor);
    } else if (this.zoomed) this.#set(this.#scale, this.#x + now.x - before.x, this.#y + now.y - before.y);
  }

  #up(/** @type {PointerEvent} */ event, cancelled = false) {
    if (!this.#pointers.delete(event.pointerId)) return;
    clearTimeout(this.#press);
    this.dispatchEvent(new Event('release'));
    if (this.#pointers.size || this.#pinched || this.zoomed || cancelled) return;
    const [x, y] = [event.clientX - this.#start.x, event.clientY - this.#start.y];
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) this.#swipe(x < 0 ? 1 : -1);
    else if (y > 2 * SWIPE_PX && y > 2 * Math.abs(x)) this.#swipe(0);
  }

  #swipe(/** @type {number} */ direction) {
    this.dispatchEvent(new CustomEvent('swipe', { detail: direction }));
  }

  /** Zoom so that what is at a point of the window stays there. */
  #around(/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ factor) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const scale = Math.min(MOST, Math.max(1, this.#scale * factor));
    const [fromX, fromY] = [x - left - width / 2, y - top - height / 2];
    const moved = scale / this.#scale;
    this.#set(scale, fromX - (fromX - this.#x) * moved, fromY - (fromY - this.#y) * moved);
  }

  #set(/** @type {number} */ scale, /** @type {number} */ x, /** @type {number} */ y) {
    const { clientWidth, clientHeight } = this.stage;
    const [mostX, mostY] = [((scale - 1) * clientWidth) / 2, ((scale - 1) * clientHeight) / 2];
    this.#scale = scale;
    this.#x = Math.min(mostX, Math.max(-mostX, x));
    this.#y = Math.min(mostY, Math.max(-mostY, y));
    this.picture.style.transform = scale > 1 ? `translate(${this.#x}px, ${this.#y}px) scale(${scale})` : '';
    this.stage.classList.toggle('zoomed', this.zoomed);
  }
}
