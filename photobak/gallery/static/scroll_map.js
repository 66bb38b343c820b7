/**
 * Browsers can't scroll a page of any height: Chrome ends at 33.5 million device pixels, Firefox at 17 million. So the
 * box that is scrolled ends at 15 million, and stands for a timeline that may be higher.
 *
 * Near the place where one is, a pixel of the box is a pixel of the timeline, so that wheels, fingers and keys work as
 * always. A leap (the scroll bar is dragged, the End key) goes in proportion. What has drifted apart in between is put
 * right by `settle`, when scrolling has ended.
 *
 * @module
 */

const MOST_DEVICE_PIXELS = 15_000_000;

/** Maps places in the scrolled box (`box…`) to places in the timeline. All are CSS pixels. */
export class ScrollMap {
  /** The timeline's place that is drawn at the box's top. */
  #offset = 0;
  #box = 0;
  #height = 0;
  #view = 0;
  #last = 0;

  /**
   * @param {number} height of the timeline
   * @param {number} view what the window shows of it
   * @param {number} devicePixelRatio
   */
  resize(height, view, devicePixelRatio) {
    this.#height = height;
    this.#view = view;
    this.#box = Math.min(height, Math.floor(MOST_DEVICE_PIXELS / devicePixelRatio));
  }

  /** How high the box has to be. */
  get boxHeight() {
    return this.#box;
  }

  /** The timeline's place that is at the top of the window. */
  get top() {
    return this.#last + this.#offset;
  }

  /**
   * Where a place of the timeline is drawn in the box.
   *
   * @param {number} place
   */
  toBox(place) {
    return place - this.#offset;
  }

  /**
   * The box was scrolled.
   *
   * @param {number} boxTop
   */
  scrolled(boxTop) {
    const leap = Math.abs(boxTop - this.#last) > 2 * this.#view;
    this.#last = boxTop;
    const atAnEnd = boxTop <= 0 || boxTop >= this.#end;
    if (leap || atAnEnd) this.#offset = this.#proportional(boxTop) - boxTop;
  }

  /** Whether the box has to be put right although it is still being scrolled, because one of its ends is near. */
  get adrift() {
    const drift = Math.abs(this.top - this.#proportional(this.#last));
    const room = Math.min(this.#last, this.#end - this.#last);
    return drift > Math.max(16, room / 4);
  }

  /**
   * Go to a place of the timeline.
   *
   * @param {number} place
   * @returns {number} where the box has to be scrolled to
   */
  goTo(place) {
    const top = Math.max(0, Math.min(place, this.#bottom));
    this.#last = Math.round(this.#bottom > 0 ? top * (this.#end / this.#bottom) : 0);
    this.#offset = Math.round(top) - this.#last;
    return this.#last;
  }

  /**
   * Scrolling has ended: put the box where the timeline is.
   *
   * @returns {number} where the box has to be scrolled to; nothing that is seen moves
   */
  settle() {
    return this.top > this.#bottom ? this.#last : this.goTo(this.top);
  }

  /** The last place of the box, and of the timeline, that the window's top can be at. */
  get #end() {
    return Math.max(0, this.#box - this.#view);
  }

  get #bottom() {
    return Math.max(0, this.#height - this.#view);
  }

  #proportional(/** @type {number} */ boxTop) {
    if (boxTop >= this.#end) return this.#bottom + boxTop - this.#end; // what stands behind the timeline
    return this.#end > 0 ? Math.max(0, boxTop) * (this.#bottom / this.#end) : 0;
  }
}
