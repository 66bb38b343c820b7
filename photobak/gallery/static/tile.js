/**
 * One photo of the timeline: an empty box of its size at first, then its picture, or why there is none.
 *
 * @module
 */

import { day, duration } from './format.js';
import { isMotionPhoto } from './motion.js';
import { text } from './texts.js';
import { placeholder } from './thumbhash_image.js';

/**
 * @typedef {import('./library.js').Photo} Photo
 * @typedef {import('./layout.js').Box} Box
 */

/** A thumbnail could not be loaded, most likely because its address has expired. Bubbles from the tile. */
export const THUMBNAIL_FAILED = 'thumbnail-failed';

/**
 * @param {number} position in its month
 * @returns {HTMLAnchorElement}
 */
export function makeTile(position) {
  const tile = document.createElement('a');
  tile.className = 'tile';
  tile.tabIndex = -1;
  tile.dataset.position = String(position);
  return tile;
}

/**
 * @param {HTMLElement} tile
 * @param {Box} box
 */
export function placeTile(tile, { left, top, width, height }) {
  tile.style.left = `${left}px`;
  tile.style.top = `${top}px`;
  tile.style.width = `${width}px`;
  tile.style.height = `${height}px`;
}

/**
 * Show a photo; one that is shown already is left as it is.
 *
 * @param {HTMLAnchorElement} tile
 * @param {Photo} photo
 * @param {string} href of its view
 */
export function fillTile(tile, photo, href) {
  tile.href = href;
  if (tile.dataset.sha256 !== photo.sha256) {
    tile.dataset.sha256 = photo.sha256;
    tile.replaceChildren(picture(tile, photo));
  }
  const badges = badgesOf(photo);
  const old = tile.querySelector('.badges');
  if (badges.textContent !== (old?.textContent ?? '')) {
    old?.remove();
    tile.append(badges);
  }
}

/**
 * Try the thumbnail at a new address.
 *
 * @param {HTMLElement} tile
 * @param {string} url
 */
export function retryThumbnail(tile, url) {
  const image = tile.querySelector('img');
  if (image) image.src = url;
}

/**
 * Say that there is no picture, and why.
 *
 * @param {HTMLElement} tile
 * @param {Photo} photo
 * @param {string} why
 */
export function showNoPicture(tile, photo, why) {
  const card = element('span', 'no-picture');
  const name = document.createElement('bdi');
  name.textContent = photo.filename;
  card.append(name, element('small', '', why));
  tile.querySelector('img')?.remove();
  tile.prepend(card);
}

/**
 * What a photo is called where it can't be seen.
 *
 * @param {Photo} photo
 * @returns {string}
 */
export function altText(photo) {
  const values = { filename: photo.filename, date: day(photo.taken_at) };
  return text(photo.kind === 'video' ? 'altVideo' : 'altPhoto', values);
}

/**
 * @param {HTMLElement} tile
 * @param {Photo} photo
 */
function picture(tile, photo) {
  if (!photo.thumb_url) {
    const fragment = document.createElement('span');
    const why = photo.reason ? text('noPreview', { reason: photo.reason }) : text('noPreviewYet');
    showNoPicture(fragment, photo, why);
    return /** @type {Element} */ (fragment.firstElementChild);
  }
  tile.style.backgroundImage = placeholder(photo.thumbhash);
  const image = document.createElement('img');
  image.crossOrigin = 'anonymous'; // so that the answer can be kept (service_worker.js)
  image.decoding = 'async';
  image.alt = altText(photo);
  image.draggable = false;
  image.addEventListener('load', () => {
    tile.style.backgroundImage = '';
  });
  image.addEventListener('error', () => tile.dispatchEvent(new Event(THUMBNAIL_FAILED, { bubbles: true })));
  image.src = photo.thumb_url;
  return image;
}

/** @param {Photo} photo */
function badgesOf(photo) {
  const badges = element('span', 'badges');
  if (photo.kind === 'video') badges.append(element('span', 'badge', `▶ ${photo.duration ? duration(photo.duration) : ''}`.trim()));
  if (isMotionPhoto(photo)) badges.append(element('span', 'badge', text('live')));
  if (photo.favorite) badges.append(element('span', 'badge', '♥'));
  return badges;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string} [content]
 */
function element(name, className, content = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = content;
  return made;
}
