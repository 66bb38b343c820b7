/**
 * The page's side of the service worker.
 *
 * @module
 */

import { HOME } from './config.js';
import { scriptUrl } from './trusted.js';

/** Start the service worker, where the browser has them, and have it keep what was loaded before it was there. */
export async function startServiceWorker() {
  if (!('serviceWorker' in navigator)) return;
  const container = navigator.serviceWorker;
  const isNew = !container.controller;
  if (isNew) container.addEventListener('controllerchange', () => container.controller?.postMessage({ keep: loaded() }), { once: true });
  try {
    await container.register(scriptUrl('service_worker.js'), { scope: HOME });
  } catch {
    return; // a private window of some browsers: the page works without
  }
}

/** The addresses of all that the page consists of and shows. */
function loaded() {
  const files = performance.getEntriesByType('resource').map(({ name }) => name);
  const pictures = Array.from(document.querySelectorAll('.tile img'), (image) => /** @type {HTMLImageElement} */ (image).src);
  return [HOME, ...files.filter((name) => name.startsWith(`${HOME}static/`)), ...pictures.filter(Boolean)];
}
