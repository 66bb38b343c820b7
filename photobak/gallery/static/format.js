/**
 * Values as people read them.
 *
 * @module
 */

import { LOCALE } from './texts.js';

const UTC = { timeZone: 'UTC' };
const DAY = new Intl.DateTimeFormat(LOCALE, { ...UTC, dateStyle: 'long' });
const TIME = new Intl.DateTimeFormat(LOCALE, { ...UTC, dateStyle: 'full', timeStyle: 'medium' });
const MONTH = new Intl.DateTimeFormat(LOCALE, { ...UTC, month: 'long', year: 'numeric' });
const PERCENT = new Intl.NumberFormat(LOCALE, { style: 'percent' });
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** What the clocks showed where the photo was taken, as if it were UTC, so that no zone of the reader's moves it. */
function wallClock(/** @type {string} */ takenAt) {
  return new Date(`${takenAt.slice(0, 19)}Z`);
}

/** @param {string} takenAt */
export function day(takenAt) {
  return shown(DAY, takenAt);
}

/**
 * Date, time and zone, as the clocks showed them there.
 *
 * @param {string} takenAt
 */
export function dayAndTime(takenAt) {
  const offset = /([+-]\d\d:\d\d)$/.exec(takenAt)?.[1] ?? '';
  return `${shown(TIME, takenAt)} UTC${offset === '+00:00' ? '' : offset}`;
}

/** @param {string} name such as `2024-06` */
export function monthTitle(name) {
  return shown(MONTH, `${name}-01T00:00:00`);
}

/** @param {number} share */
export function percent(share) {
  return PERCENT.format(share);
}

/** @param {number} bytes */
export function fileSize(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const options = /** @type {const} */ ({ style: 'unit', maximumFractionDigits: power > 1 ? 1 : 0 });
  return new Intl.NumberFormat(LOCALE, { ...options, unit: UNITS[power] }).format(bytes / 1000 ** power);
}

/**
 * Seconds as `3:07` or `1:02:03`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, '0');
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/**
 * Aperture, time, sensitivity and focal length, as far as they are known.
 *
 * @param {import('./library.js').Photo} photo
 */
export function exposure({ f_number, exposure_time, iso, focal_length }) {
  const time = exposure_time && (exposure_time < 0.4 ? `1/${Math.round(1 / exposure_time)} s` : `${number(exposure_time)} s`);
  return [
    f_number && `ƒ/${number(f_number)}`,
    time,
    iso && `ISO ${iso}`,
    focal_length && `${number(focal_length)} mm`,
  ].filter(Boolean).join(' · ');
}

/** @param {number} value */
export function number(value) {
  return value.toLocaleString(LOCALE, { maximumFractionDigits: 1 });
}

/**
 * @param {Intl.DateTimeFormat} form
 * @param {string} takenAt
 */
function shown(form, takenAt) {
  const date = wallClock(takenAt);
  return Number.isNaN(date.getTime()) ? takenAt : form.format(date);
}
