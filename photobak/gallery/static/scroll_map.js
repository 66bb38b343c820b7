/**
 * Browsers can't scroll a page of any height: Chrome ends at 33.5 million device pixels, Firefox at 17 million. So the
 * box that is scrolled ends at 15 million, and stands for a timeline that may be higher.
 *
 * Near the place where one is, a pixel of the box is a pixel of the timeline, so that wheels, fingers and keys work as
 * always. A leap (the scroll bar is dragged) goes to where the map leads: in proportion in the middle, and pixel by pixel
 * near both ends. What has drifted apart from the map in between is put right by `settle`, when scrolling has ended.
 *
 * @module
 */

const MOST_DEVICE_PIXELS = 15_000_000;
/** The share of the box at either end that is not shrunk. */
const END_SHARE = 0.1;

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
    if (leap || atAnEnd) this.#offset = Math.round(this.#toTimeline(boxTop)) - boxTop;
  }

  /** Whether the box has to be put right although it is still being scrolled, because one of its ends is near. */
  get adrift() {
    const drift = Math.abs(this.top - this.#toTimeline(this.#last));
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
    this.#last = Math.round(this.#toBoxTop(top));
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

  /** Where the map leads from a place of the box. */
  #toTimeline(/** @type {number} */ boxTop) {
    const [end, bottom] = [this.#end, this.#bottom];
    const edge = end * END_SHARE;
    if (boxTop <= edge) return boxTop; // also for what stands before the timeline
    if (boxTop >= end - edge) return bottom - end + boxTop; // also for what stands behind the timeline
    return edge + (boxTop - edge) * ((bottom - 2 * edge) / (end - 2 * edge));
  }

  /** The same backwards. */
  #toBoxTop(/** @type {number} */ top) {
    const [end, bottom] = [this.#end, this.#bottom];
    const edge = end * END_SHARE;
    if (top <= edge) return top;
    if (top >= bottom - edge) return end - bottom + top;
    return edge + (top - edge) * ((end - 2 * edge) / (bottom - 2 * edge));
  }
}
