/**
 * What stands in the place of photos when there are none to show: why, and what to do.
 *
 * @module
 */

import { text } from './texts.js';

/**
 * @typedef {object} Message
 * @property {string} title
 * @property {string} [help]
 * @property {string} [command] to be typed in a terminal
 * @property {'sign-in' | 'retry'} [action]
 */

/**
 * Show a message, or none.
 *
 * @param {HTMLElement} place
 * @param {Message} [message]
 */
export function showMessage(place, message) {
  place.hidden = !message;
  if (!message) return;
  const [heading, help, command] = [place.querySelector('h2'), place.querySelector('p'), place.querySelector('pre')];
  if (heading) heading.textContent = message.title;
  if (help) help.textContent = message.help ?? '';
  if (command) {
    command.hidden = !message.command;
    command.textContent = message.command ?? '';
  }
  for (const button of place.querySelectorAll('button')) button.hidden = button.dataset.action !== message.action;
}

/**
 * Put the page's texts into its elements.
 *
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const element of root.querySelectorAll('[data-text]'))
    element.textContent = text(/** @type {any} */ (element.getAttribute('data-text')));
  for (const element of root.querySelectorAll('[data-label]')) {
    const label = text(/** @type {any} */ (element.getAttribute('data-label')));
    element.setAttribute('aria-label', label);
    if (element instanceof HTMLButtonElement) element.title = label;
  }
}
