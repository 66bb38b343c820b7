/**
 * Keeps what the page is made of, and thumbnails and web views by their photo's SHA-256, so that a second visit needs no
 * network for them.
 */

const worker = /** @type {any} */ (self);
const HOME = worker.registration.scope;
const FOLDER = new URL('.', worker.location.href).href;
const SHELL = 'shell';
const SHARED = 'shared';

/** A picture's address ends with its kind, whose it is, and the SHA-256 of its photo; the rest is how to open it. */
const PICTURE = /\/(thumb|web)\/([^/]+\/[0-9a-f]{64})\.webp$/;
/** For each kind of picture, the cache and how many it keeps. */
const CACHES = /** @type {Record<string, {name: string, most: number}>} */ ({
  thumb: { name: 'thumbs', most: 20_000 },
  web: { name: 'views', most: 200 },
});
const TRIMMED_AT_ONCE = 200;

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const answer = answerTo(event);
  if (answer) event.respondWith(answer);
});
worker.addEventListener('message', (/** @type {any} */ event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keepAll(event.data.keep));
});

async function activate() {
  const shell = await caches.open(SHELL);
  for (const request of await shell.keys())
    if (request.url.startsWith(`${HOME}static/`) && !isCurrent(request.url)) await shell.delete(request);
  await worker.clients.claim();
}

/** @returns {Promise<Response> | undefined} undefined leaves it to the browser */
function answerTo(/** @type {{request: Request, waitUntil: (work: Promise<unknown>) => void}} */ event) {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === 'POST' && url.href === `${HOME}share`) return takeShared(request);
  if (request.method !== 'GET') return undefined;
  const picture = PICTURE.exec(url.pathname);
  if (picture && request.destination === 'image') return pictureOf(url.href, picture[1], picture[2], event);
  if (url.href.startsWith(FOLDER)) return fromShellFirst(request);
  if (isPage(url) || url.href.startsWith(`${HOME}static/`)) return fromNetworkFirst(request, url);
  return undefined;
}

/** The page itself, whatever its query: that is the sign-in's, and used once. */
function isPage(/** @type {URL} */ url) {
  return url.origin + url.pathname === HOME;
}

/** What is not this version's is another one's, except what has no version. */
function isCurrent(/** @type {string} */ url) {
  return url.startsWith(FOLDER) || !/\/static\/[0-9a-f]{16}\//.test(url);
}

/** @param {Request} request */
async function fromShellFirst(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await put(shell, request.url, answer.clone());
  return answer;
}

/**
 * @param {Request} request
 * @param {URL} url
 */
async function fromNetworkFirst(request, url) {
  const shell = await caches.open(SHELL);
  const key = isPage(url) ? HOME : url.href;
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.type === 'basic' && !answer.redirected) await put(shell, key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await shell.match(key);
    if (kept) return kept;
    throw error;
  }
}

/**
 * @param {string} url
 * @param {string} kind
 * @param {string} photo
 * @param {{waitUntil: (work: Promise<unknown>) => void}} event
 */
async function pictureOf(url, kind, photo, event) {
  const cache = await caches.open(CACHES[kind].name);
  const kept = await cache.match(keyOf(kind, photo));
  if (kept) return kept;
  const answer = await fetch(url, { mode: 'cors', credentials: 'omit' });
  if (answer.status === 200) event.waitUntil(put(cache, keyOf(kind, photo), answer.clone(), CACHES[kind].most));
  return answer;
}

/** What was loaded before this worker was there; the browser still has it. */
async function keepAll(/** @type {string[]} */ urls) {
  for (const address of urls) {
    const url = new URL(address);
    const picture = PICTURE.exec(url.pathname);
    const kept = picture
      ? pictureOf(address, picture[1], picture[2], { waitUntil: () => undefined })
      : fromNetworkFirst(new Request(address), url);
    await kept.catch(() => undefined); // the next visit keeps it
  }
}

/** Never with its query: that is another one each time, and opens the picture to anyone who reads it. */
function keyOf(/** @type {string} */ kind, /** @type {string} */ photo) {
  return `${HOME}kept/${kind}/${photo}`;
}

/**
 * Keep an answer, as far as the browser has room for it; the oldest ones make room.
 *
 * @param {Cache} cache
 * @param {string} key
 * @param {Response} answer
 * @param {number} [most]
 */
async function put(cache, key, answer, most = Infinity) {
  try {
    await cache.put(key, answer);
  } catch {
    await trim(cache, TRIMMED_AT_ONCE); // the quota is full: this one is not kept, the next one may be
  }
  if (most < Infinity && Math.random() < 0.01) {
    const surplus = (await cache.keys()).length - most;
    if (surplus > 0) await trim(cache, surplus + TRIMMED_AT_ONCE);
  }
}

/** @param {Cache} cache */
async function trim(cache, /** @type {number} */ count) {
  for (const key of (await cache.keys()).slice(0, count)) await cache.delete(key);
}

/** Files that were shared to the installed page: they wait until it is open and signed in. */
async function takeShared(/** @type {Request} */ request) {
  const files = (await request.formData()).getAll('files');
  const cache = await caches.open(SHARED);
  for (const [index, file] of files.entries()) {
    if (typeof file === 'string') continue;
    const headers = { 'Content-Type': file.type, 'X-Name': encodeURIComponent(file.name), 'X-Modified': String(file.lastModified) };
    await put(cache, `${HOME}shared/${Date.now()}-${index}`, new Response(file, { headers }));
  }
  return Response.redirect(HOME, 303);
}
