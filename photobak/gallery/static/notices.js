/**
 * Short messages at the bottom of the page, some with a way to undo what was done.
 *
 * @module
 */

import { text } from './texts.js';

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
   * @param {{undo?: () => Promise<void>, stays?: boolean}} [options]
   * @returns {() => void} takes it away
   */
  say(message, { undo, stays = false } = {}) {
    const notice = document.createElement('div');
    notice.className = 'notice';
    const words = document.createElement('p');
    const isolated = document.createElement('bdi');
    isolated.textContent = message;
    words.append(isolated);
    notice.append(words);
    const remove = () => notice.remove();
    if (undo) notice.append(this.#undoButton(undo, remove));
    this.place.append(notice);
    if (!stays) removeLater(notice);
    return remove;
  }

  #undoButton(/** @type {() => Promise<void>} */ undo, /** @type {() => void} */ remove) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.action = 'undo';
    button.textContent = text('undo');
    button.addEventListener('click', () => {
      button.disabled = true;
      remove();
      void undo();
    });
    return button;
  }
}

/** @param {HTMLElement} notice */
function removeLater(notice) {
  setTimeout(() => {
    if (notice.matches(':hover, :focus-within')) removeLater(notice);
    else notice.remove();
  }, SECONDS * 1000);
}
