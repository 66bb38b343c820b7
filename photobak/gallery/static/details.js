/**
 * What is known of a photo, as a list beside it.
 *
 * @module
 */

import { dayAndTime, exposure, fileSize, number } from './format.js';
import { takenHow, text } from './texts.js';

/** @typedef {import('./library.js').Photo} Photo */

/**
 * @param {HTMLElement} panel
 * @param {Photo} photo
 */
export function showDetails(panel, photo) {
  const list = document.createElement('dl');
  const how = takenHow(photo.taken_source);
  const taken = dayAndTime(photo.taken_at);
  add(list, text(how ? 'takenGuess' : 'taken'), how ? `${taken} (${how})` : taken);
  add(list, text('description'), photo.description);
  add(list, text('camera'), photo.camera);
  add(list, text('lens'), photo.lens);
  add(list, text('exposure'), exposure(photo));
  add(list, text('size'), size(photo));
  add(list, text('file'), photo.filename);
  for (const source of photo.sources ?? []) add(list, text('sources'), source);
  if (photo.latitude != null && photo.longitude != null) addPlace(list, photo.latitude, photo.longitude);
  panel.replaceChildren(list);
}

/**
 * Text from a file may be in any script and contain any character: it is isolated, and never markup.
 *
 * @param {HTMLElement} list
 * @param {string} name
 * @param {string | null | undefined} value
 */
function add(list, name, value) {
  if (!value) return;
  const isolated = document.createElement('bdi');
  isolated.textContent = value;
  addNode(list, name, isolated);
}

/**
 * @param {HTMLElement} list
 * @param {string} name
 * @param {HTMLElement} value
 */
function addNode(list, name, value) {
  const [term, definition] = [document.createElement('dt'), document.createElement('dd')];
  term.textContent = name;
  definition.append(value);
  const sameAsBefore = [...list.querySelectorAll('dt')].at(-1)?.textContent === name;
  list.append(...(sameAsBefore ? [definition] : [term, definition]));
}

/** A link, and no map: nobody hears where the photo was taken before it is tapped. */
function addPlace(/** @type {HTMLElement} */ list, /** @type {number} */ latitude, /** @type {number} */ longitude) {
  const [north, east] = [latitude.toFixed(5), longitude.toFixed(5)];
  const link = document.createElement('a');
  link.href = `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=15/${north}/${east}`;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.textContent = `${text('openMap')} (${north}, ${east})`;
  addNode(list, text('place'), link);
}

/** @param {Photo} photo */
function size({ width, height, size: bytes }) {
  if (!width || !height) return fileSize(bytes);
  const megapixels = text('megapixels', { count: number((width * height) / 1e6) });
  return `${width} × ${height} · ${megapixels} · ${fileSize(bytes)}`;
}
