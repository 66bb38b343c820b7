/**
 * What this browser keeps of the library for when there is no network: the timeline and the records that were seen, in
 * IndexedDB. Their thumbnails are the service worker's. All of it is one person's, and goes with the sign-out.
 *
 * It is a convenience: a browser that keeps nothing (private windows, a full disk) shows the same page.
 *
 * @module
 */

/** @typedef {import('./library.js').Photo} Photo */

const NAME = 'photobak';
const MOST_PHOTOS = 20_000;
/** The caches of the service worker that belong to a person. */
const CACHES = ['thumbs', 'views', 'shared'];

export class OfflineCopy {
  /** @type {Promise<IDBDatabase | undefined>} */
  #database = open();

  /**
   * Say whose library it is from now on; another person's is forgotten.
   *
   * @param {string} subject
   */
  async belongsTo(subject) {
    const owner = await this.#get('about', 'owner');
    if (owner && owner !== subject) await this.forget();
    await this.#write('about', (store) => store.put(subject, 'owner'));
    const count = await this.#ask('photos', (store) => store.count());
    if ((count ?? 0) > MOST_PHOTOS) await this.#write('photos', (store) => store.clear());
  }

  /** Whether anything is kept. */
  async exists() {
    return Boolean(await this.#get('about', 'timeline'));
  }

  /** @returns {Promise<{month: string, count: number, ratios: string}[] | undefined>} */
  timeline() {
    return this.#get('about', 'timeline');
  }

  /** @param {{month: string, count: number, ratios: string}[]} months */
  async keepTimeline(months) {
    await this.#write('about', (store) => store.put(months, 'timeline'));
  }

  /**
   * @param {string} month
   * @param {number} position
   * @param {number} limit
   * @returns {Promise<Photo[]>}
   */
  async photos(month, position, limit) {
    const range = IDBKeyRange.bound([month, position], [month, position + limit - 1]);
    return (await this.#ask('photos', (store) => store.getAll(range))) ?? [];
  }

  /**
   * Keep records, with the places of their pictures and not with what opens them.
   *
   * @param {Photo[]} photos
   */
  async keepPhotos(photos) {
    await this.#write('photos', (store) => {
      for (const photo of photos)
        store.put({ ...photo, thumb_url: withoutQuery(photo.thumb_url), web_url: withoutQuery(photo.web_url) });
    });
  }

  /**
   * Forget the records of a month that has changed.
   *
   * @param {string} month
   */
  async dropMonth(month) {
    await this.#write('photos', (store) => store.delete(IDBKeyRange.bound([month, 0], [month, Infinity])));
  }

  /** Forget all of it. */
  async forget() {
    await this.#write('photos', (store) => store.clear());
    await this.#write('about', (store) => store.clear());
    if ('caches' in globalThis) await Promise.all(CACHES.map((name) => caches.delete(name)));
  }

  /**
   * @param {string} store
   * @param {string} key
   * @returns {Promise<any>}
   */
  #get(store, key) {
    return this.#ask(store, (each) => each.get(key));
  }

  /**
   * @param {string} name
   * @param {(store: IDBObjectStore) => IDBRequest} question
   * @returns {Promise<any>}
   */
  async #ask(name, question) {
    const database = await this.#database;
    if (!database) return undefined;
    return new Promise((resolve) => {
      const request = question(database.transaction(name).objectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(undefined);
    });
  }

  /**
   * @param {string} name
   * @param {(store: IDBObjectStore) => void} change
   * @returns {Promise<void>}
   */
  async #write(name, change) {
    const database = await this.#database;
    if (!database) return;
    await new Promise((resolve) => {
      const transaction = database.transaction(name, 'readwrite');
      transaction.oncomplete = resolve;
      transaction.onabort = resolve; // the disk's quota is full
      change(transaction.objectStore(name));
    });
  }
}

/** @returns {Promise<IDBDatabase | undefined>} */
function open() {
  return new Promise((resolve) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('about');
      request.result.createObjectStore('photos', { keyPath: ['month', 'position'] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined); // a private window of some browsers
    request.onblocked = () => resolve(undefined);
  });
}

/** @param {string | undefined} url */
function withoutQuery(url) {
  return url?.split('?', 1)[0];
}
