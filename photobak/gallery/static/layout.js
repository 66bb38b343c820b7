/**
 * Where each photo of each month is drawn: rows of one height that fill the width, known before anything is loaded.
 *
 * @module
 */

import { ratioOf } from './ratios.js';

/**
 * @typedef {object} Measures
 * @property {number} width of the timeline, in CSS pixels
 * @property {number} rowHeight what rows come near to
 * @property {number} gap between photos
 * @property {number} heading height of a month's heading
 */

/**
 * @typedef {object} MonthLayout the rows of one month
 * @property {Uint32Array} starts position of each row's first photo, and behind the last row the number of photos
 * @property {Uint16Array} heights of the rows
 * @property {Float64Array} tops of the rows, from the top of the month
 * @property {number} height of the month with its heading
 */

/**
 * @typedef {object} Box of one photo, from the left and the top of its month
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/**
 * Break a month into rows.
 *
 * @param {Uint8Array} ratios newest first
 * @param {Measures} measures
 * @returns {MonthLayout}
 */
export function layoutMonth(ratios, measures) {
  const { gap, heading } = measures;
  const starts = [];
  const heights = [];
  const tops = [];
  let top = heading;
  let start = 0;
  while (start < ratios.length) {
    const { end, height } = nextRow(ratios, start, measures);
    starts.push(start);
    heights.push(height);
    tops.push(top);
    top += height + gap;
    start = end;
  }
  starts.push(ratios.length);
  return {
    starts: Uint32Array.from(starts),
    heights: Uint16Array.from(heights),
    tops: Float64Array.from(tops),
    height: top,
  };
}

/**
 * The row that begins with one photo: as many as fit at the wished height, one more or one less, whichever is nearer.
 *
 * @param {Uint8Array} ratios
 * @param {number} start
 * @param {Measures} measures
 * @returns {{end: number, height: number}}
 */
function nextRow(ratios, start, { width, rowHeight, gap }) {
  let sum = 0;
  let before = Infinity;
  for (let end = start + 1; end <= ratios.length; end++) {
    sum += ratioOf(ratios[end - 1]);
    const height = (width - (end - start - 1) * gap) / sum;
    if (height <= rowHeight) {
      const tooHigh = before / rowHeight;
      const tooLow = rowHeight / Math.max(1, height);
      const shorter = end - start > 1 && tooHigh < tooLow;
      return shorter ? { end: end - 1, height: Math.floor(before) } : { end, height: Math.max(1, Math.floor(height)) };
    }
    before = height;
  }
  return { end: ratios.length, height: rowHeight }; // the last row is left ragged
}

/**
 * The boxes of a row's photos. Widths are rounded so that a full row ends exactly at the right edge.
 *
 * @param {Uint8Array} ratios of the month
 * @param {MonthLayout} layout
 * @param {number} row
 * @param {Measures} measures
 * @returns {Box[]}
 */
export function boxesOfRow(ratios, layout, row, { width, gap }) {
  const [start, end] = [layout.starts[row], layout.starts[row + 1]];
  const [top, height] = [layout.tops[row], layout.heights[row]];
  let sum = 0;
  for (let i = start; i < end; i++) sum += ratioOf(ratios[i]);
  const room = width - (end - start - 1) * gap;
  const full = sum * (height + 1) > room;
  const scale = full ? room / sum : height;
  const boxes = [];
  let left = 0;
  for (let i = start; i < end; i++) {
    const right = left + ratioOf(ratios[i]) * scale;
    boxes.push({ left: Math.round(left), top, width: Math.round(right) - Math.round(left), height });
    left = right + gap;
  }
  return boxes;
}

/**
 * The last index whose value is at most this; 0 where there is none.
 *
 * @param {ArrayLike<number>} sorted
 * @param {number} value
 * @param {number} [length] how much of it counts
 * @returns {number}
 */
export function lastAtMost(sorted, value, length = sorted.length) {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * What fits the screen: rows are higher where there is more room.
 *
 * @param {number} width of the timeline, in CSS pixels
 * @returns {Measures}
 */
export function measuresFor(width) {
  const rowHeight = width < 600 ? 120 : width < 1600 ? 200 : width < 2600 ? 240 : 300;
  return { width, rowHeight, gap: width < 600 ? 2 : 4, heading: 48 };
}
