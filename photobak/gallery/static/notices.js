/**
 * Short messages at the bottom of the page, some with a way to undo what was done.
 *
 * @module
 */

import { text } from './texts.js';

/** @typedef {'undo' | 'signInAgain' | 'uploadShared'} Action names a text, too */

const SECONDS = 15;

export class Notices {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  /**
   * Say something for a while; it stays while it has the focus or the pointer.
   *
   * @param {string} message
   * @param {object} [options]
   * @param {Action} [options.action] what a button offers
   * @param {() => Promise<void>} [options.act] does that
   * @param {boolean} [options.stays] whether it stays until it is taken away
   * @returns {() => void} takes it away
   */
  say(message, { action, act, stays = false } = {}) {
    const notice = document.createElement('div');
    notice.className = 'notice';
    const words = document.createElement('p');
    const isolated = document.createElement('bdi');
    isolated.textContent = message;
    words.append(isolated);
    notice.append(words);
    const remove = () => notice.remove();
    if (action && act) notice.append(button(action, () => void act(), remove));
    this.place.append(notice);
    if (!stays) removeLater(notice);
    return remove;
  }
}

/**
 * @param {Action} action
 * @param {(() => void)[]} acts
 */
function button(action, ...acts) {
  const made = document.createElement('button');
  made.type = 'button';
  made.dataset.action = action;
  made.textContent = text(action);
  for (const act of acts) made.addEventListener('click', act, { once: true });
  return made;
}

/** @param {HTMLElement} notice */
function removeLater(notice) {
  setTimeout(() => {
    if (notice.matches(':hover, :focus-within')) removeLater(notice);
    else notice.remove();
  }, SECONDS * 1000);
}
