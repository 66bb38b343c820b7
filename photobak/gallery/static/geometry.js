/**
 * Where every photo of the timeline is, worked out from nothing but numbers and ratios.
 *
 * @module
 */

import { boxesOfRow, lastAtMost, layoutMonth } from './layout.js';

/**
 * @typedef {import('./library.js').Month} Month
 * @typedef {import('./layout.js').Box} Box
 * @typedef {import('./layout.js').Measures} Measures
 * @typedef {import('./layout.js').MonthLayout} MonthLayout
 */

/** The geometry of some months; a change of them makes a new one. */
export class Geometry {
  /**
   * @param {Month[]} months newest first
   * @param {Measures} measures
   * @param {Geometry} [before] whose unchanged months are taken over
   */
  constructor(months, measures, before) {
    this.months = months;
    /** @type {Measures} */
    this.measures = measures;
    const known = before?.measures.width === measures.width ? before.#layoutByMonth() : new Map();
    /** @type {MonthLayout[]} */
    this.layouts = months.map((month) => known.get(month.ratios) ?? layoutMonth(month.ratios, measures));
    /** The place of each month's top. */
    this.tops = runningSums(this.layouts.map(({ height }) => height));
    this.starts = runningSums(months.map(({ ratios }) => ratios.length));
    this.count = months.reduce((sum, { ratios }) => sum + ratios.length, 0);
    this.height = this.layouts.reduce((sum, { height }) => sum + height, 0);
  }

  /**
   * The month at a place.
   *
   * @param {number} place
   */
  monthAt(place) {
    return lastAtMost(this.tops, place);
  }

  /**
   * A photo's box, from the top of the timeline.
   *
   * @param {number} slot
   * @returns {Box}
   */
  boxOf(slot) {
    const { index, row } = this.#rowOf(slot);
    const layout = this.layouts[index];
    const boxes = boxesOfRow(this.months[index].ratios, layout, row, this.measures);
    const box = boxes[slot - this.starts[index] - layout.starts[row]];
    return { ...box, top: box.top + this.tops[index] };
  }

  /**
   * The first photo of the row at a place.
   *
   * @param {number} place
   */
  slotAt(place) {
    const index = this.monthAt(place);
    const row = lastAtMost(this.layouts[index].tops, place - this.tops[index]);
    return this.starts[index] + this.layouts[index].starts[row];
  }

  /**
   * The last photo of the row at a place.
   *
   * @param {number} place
   */
  lastSlotAt(place) {
    const index = this.monthAt(place);
    const row = lastAtMost(this.layouts[index].tops, place - this.tops[index]);
    return this.starts[index] + this.layouts[index].starts[row + 1] - 1;
  }

  /**
   * The photo above or below another one; itself where there is none.
   *
   * @param {number} slot
   * @param {1 | -1} direction
   */
  neighbour(slot, direction) {
    const { index, row } = this.#rowOf(slot);
    const layout = this.layouts[index];
    const edge = direction > 0 ? this.starts[index] + layout.starts[row + 1] : this.starts[index] + layout.starts[row] - 1;
    if (edge < 0 || edge >= this.count) return slot;
    const other = this.#rowOf(edge);
    const first = this.starts[other.index] + this.layouts[other.index].starts[other.row];
    const { ratios } = this.months[other.index];
    const boxes = boxesOfRow(ratios, this.layouts[other.index], other.row, this.measures);
    const { left, width } = this.boxOf(slot);
    return first + lastAtMost(boxes.map((box) => box.left), left + width / 2);
  }

  #rowOf(/** @type {number} */ slot) {
    const index = lastAtMost(this.starts, slot);
    const { starts } = this.layouts[index];
    return { index, row: lastAtMost(starts, slot - this.starts[index], starts.length - 1) };
  }

  #layoutByMonth() {
    return new Map(this.months.map(({ ratios }, index) => [ratios, this.layouts[index]]));
  }
}

/**
 * For each number the sum of those before it.
 *
 * @param {number[]} numbers
 */
function runningSums(numbers) {
  let sum = 0;
  return Float64Array.from(numbers, (number) => {
    sum += number;
    return sum - number;
  });
}
