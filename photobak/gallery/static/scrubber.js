/**
 * The strip at the right edge: years and months at their share of the timeline. A tap or a drag goes there.
 *
 * @module
 */

import { monthTitle } from './format.js';
import { lastAtMost } from './layout.js';

const LABEL_HEIGHT = 22;
const DOT_HEIGHT = 7;

export class Scrubber {
  #bubble = document.createElement('output');
  #thumb = document.createElement('span');
  #marks = document.createElement('div');

  /**
   * @param {HTMLElement} strip
   * @param {import('./timeline.js').Timeline} timeline
   */
  constructor(strip, timeline) {
    this.strip = strip;
    this.timeline = timeline;
    this.#bubble.className = 'bubble';
    this.#bubble.hidden = true;
    this.#thumb.className = 'thumb';
    this.#marks.className = 'marks';
    strip.append(this.#marks, this.#thumb, this.#bubble);
    timeline.addEventListener('months', () => this.draw());
    timeline.addEventListener('scrolled', () => this.#follow());
    new ResizeObserver(() => this.draw()).observe(strip);
    strip.addEventListener('pointerdown', (event) => this.#down(event));
    strip.addEventListener('pointermove', (event) => this.#move(event));
    strip.addEventListener('pointerup', (event) => this.#up(event));
    strip.addEventListener('pointerleave', () => this.#hideBubble());
    strip.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Draw years, and dots for months, as far as there is room. */
  draw() {
    const { months, tops, height } = this.timeline.geometry;
    this.strip.hidden = months.length < 2;
    const room = this.strip.clientHeight;
    let [labelEnd, dotEnd, year] = [-Infinity, -Infinity, ''];
    const marks = [];
    for (let index = 0; index < months.length; index++) {
      const place = (tops[index] / height) * room;
      const first = months[index].name.slice(0, 4) !== year;
      year = months[index].name.slice(0, 4);
      if (first && place >= labelEnd && place < room - LABEL_HEIGHT) {
        marks.push(mark('year', place, year));
        labelEnd = place + LABEL_HEIGHT;
        dotEnd = labelEnd;
      } else if (place >= dotEnd && place < room - DOT_HEIGHT) {
        marks.push(mark('dot', place, ''));
        dotEnd = place + DOT_HEIGHT;
        labelEnd = Math.max(labelEnd, place + DOT_HEIGHT);
      }
    }
    this.#marks.replaceChildren(...marks);
    this.strip.setAttribute('aria-valuemin', '0');
    this.strip.setAttribute('aria-valuemax', String(Math.max(0, months.length - 1)));
    this.#follow();
  }

  #follow() {
    const { geometry, top } = this.timeline;
    const month = geometry.months[geometry.monthAt(top)];
    if (!month) return;
    const share = Math.max(0, top) / geometry.height;
    this.#thumb.style.transform = `translateY(${share * this.strip.clientHeight}px)`; // moves nothing, for the browser
    this.strip.setAttribute('aria-valuenow', String(geometry.months.indexOf(month)));
    this.strip.setAttribute('aria-valuetext', monthTitle(month.name));
  }

  /** The month that a point of the strip stands for. */
  #monthAt(/** @type {PointerEvent} */ event) {
    const { top, height } = this.strip.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - top) / height));
    const { geometry } = this.timeline;
    return lastAtMost(geometry.tops, share * geometry.height);
  }

  #down(/** @type {PointerEvent} */ event) {
    if (event.button !== 0) return;
    this.strip.setPointerCapture(event.pointerId);
    this.#goTo(this.#monthAt(event), false);
    this.#showBubble(event);
  }

  #move(/** @type {PointerEvent} */ event) {
    this.#showBubble(event);
    if (this.strip.hasPointerCapture(event.pointerId)) this.#goTo(this.#monthAt(event), true);
  }

  #up(/** @type {PointerEvent} */ event) {
    if (event.pointerType === 'touch') this.#hideBubble();
  }

  #goTo(/** @type {number} */ index, /** @type {boolean} */ passing) {
    const { tops } = this.timeline.geometry;
    const clamped = Math.min(tops.length - 1, Math.max(0, index));
    if (passing && clamped === this.timeline.geometry.monthAt(this.timeline.top + 1)) return;
    this.timeline.goTo(tops[clamped], passing);
  }

  #showBubble(/** @type {PointerEvent} */ event) {
    const month = this.timeline.geometry.months[this.#monthAt(event)];
    if (!month) return;
    this.#bubble.hidden = false;
    this.#bubble.textContent = monthTitle(month.name);
    this.#bubble.style.transform = `translateY(${event.clientY - this.strip.getBoundingClientRect().top}px) translateY(-50%)`;
  }

  #hideBubble() {
    this.#bubble.hidden = true;
  }

  #key(/** @type {KeyboardEvent} */ event) {
    const { geometry, top } = this.timeline;
    const now = geometry.monthAt(top + 1);
    const last = geometry.months.length - 1;
    /** @type {Record<string, number>} */
    const targets = {
      ArrowDown: now + 1, ArrowRight: now + 1, ArrowUp: now - 1, ArrowLeft: now - 1,
      PageDown: this.#yearAfter(now), PageUp: this.#yearBefore(now), Home: 0, End: last,
    };
    if (!(event.key in targets)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#goTo(targets[event.key], false);
  }

  #yearAfter(/** @type {number} */ index) {
    const { months } = this.timeline.geometry;
    const year = months[index]?.name.slice(0, 4);
    const next = months.findIndex(({ name }, other) => other > index && name.slice(0, 4) !== year);
    return next < 0 ? months.length - 1 : next;
  }

  #yearBefore(/** @type {number} */ index) {
    const { months } = this.timeline.geometry;
    const first = months.findIndex(({ name }) => name.slice(0, 4) === months[index]?.name.slice(0, 4));
    if (first < index) return first;
    const year = months[Math.max(0, first - 1)]?.name.slice(0, 4);
    return Math.max(0, months.findIndex(({ name }) => name.slice(0, 4) === year));
  }
}

/**
 * @param {string} className
 * @param {number} place
 * @param {string} label
 */
function mark(className, place, label) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = label;
  made.style.top = `${place}px`;
  return made;
}
