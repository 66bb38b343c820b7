/**
 * Files on their way into the library: read, announced, sent, and confirmed by the cloud, several at once.
 *
 * @module
 */

import { ApiProblem, OutOfReach } from './api.js';
import { HEAD_BYTES, kindOf } from './file_kind.js';
import { fileSize } from './format.js';
import { Hasher, Unreadable } from './hasher.js';
import { Interrupted, Refused, send } from './presigned_post.js';
import { text } from './texts.js';

/** What sources call this device. */
const DEVICE = 'gallery';
const AT_ONCE = 3;
const TRIES = 4;
const FIRST_WAIT_MS = 1000;
/** After how long without word of it the cloud is asked what has become of an upload. */
const ASKED_AFTER_MS = [5000, 10_000, 20_000, 40_000, 60_000];

/**
 * @typedef {'waiting' | 'hashing' | 'sending' | 'confirming' | 'stored' | 'duplicate' | 'trashed' | 'unconfirmed' | 'refused'
 *   | 'failed'} State
 */

/** One file. */
export class Upload {
  /** @type {State} */
  state = 'waiting';
  sent = 0;
  sha256 = '';
  /** Why it was refused or has failed. */
  reason = '';
  /** Whether the cloud has told that it is stored, which it may do before S3 has answered. */
  told = false;
  /** @type {() => void} */
  onTold = () => undefined;

  /** @param {File} file */
  constructor(file) {
    this.file = file;
  }

  get isOver() {
    return !['waiting', 'hashing', 'sending', 'confirming'].includes(this.state);
  }
}

/** Why a file is not uploaded, for its owner. */
class NotUploaded extends Error {}

/** Fires `change` when anything has, and `stored` when the cloud has confirmed one without the live service's help. */
export class Uploads extends EventTarget {
  /** @type {Upload[]} */
  all = [];
  #running = 0;
  #hasher = new Hasher();

  /**
   * @param {import('./api.js').Api} api
   * @param {number} mostBytes the largest file that can be sent
   */
  constructor(api, mostBytes) {
    super();
    this.api = api;
    this.mostBytes = mostBytes;
    window.addEventListener('beforeunload', (event) => {
      if (this.busy) event.preventDefault(); // the browser asks whether to leave
    });
  }

  get busy() {
    return this.all.some((upload) => !upload.isOver);
  }

  /** @param {Iterable<File>} files */
  add(files) {
    for (const file of files) this.all.push(new Upload(file));
    this.#go();
  }

  /** Try again what has failed. */
  retry() {
    for (const upload of this.all) {
      if (upload.state !== 'failed' && upload.state !== 'unconfirmed') continue;
      upload.state = 'waiting';
      upload.sent = 0;
      upload.sha256 = ''; // the file may be another one by now
    }
    this.#go();
  }

  /** Forget what is over. */
  clear() {
    this.all = this.all.filter((upload) => !upload.isOver);
    this.#changed();
  }

  /**
   * The cloud has told that a photo is stored.
   *
   * @param {string} sha256
   */
  heard(sha256) {
    for (const upload of this.all.filter((each) => each.sha256 === sha256)) {
      upload.told = true;
      upload.onTold();
    }
  }

  #go() {
    this.#changed();
    while (this.#running < AT_ONCE) {
      const upload = this.all.find(({ state }) => state === 'waiting');
      if (!upload) return;
      this.#running++;
      this.#set(upload, 'hashing');
      void this.#upload(upload).finally(() => {
        this.#running--;
        this.#go();
      });
    }
  }

  async #upload(/** @type {Upload} */ upload) {
    try {
      const announcement = await this.#examine(upload);
      if (await this.#deliver(upload, announcement)) {
        this.#set(upload, 'confirming');
        void this.#confirm(upload, announcement); // the next file need not wait for this
      }
    } catch (error) {
      upload.reason = reason(error);
      this.#set(upload, error instanceof NotUploaded ? 'refused' : 'failed');
    }
  }

  /** What the cloud has to know of a file before it comes. */
  async #examine(/** @type {Upload} */ upload) {
    const { file } = upload;
    if (!file.size) throw new NotUploaded(text('uploadEmpty'));
    const kind = kindOf(await headOf(file), file.name, file.type);
    if (!kind) throw new NotUploaded(text('uploadNotAPhoto'));
    if (file.size > this.mostBytes) throw new NotUploaded(text('uploadTooLarge', { size: fileSize(this.mostBytes) }));
    upload.sha256 ||= await this.#hasher.hash(file, () => this.#changed());
    const modified = localIso(new Date(Math.min(file.lastModified, Date.now())));
    return {
      sha256: upload.sha256,
      kind: kind.kind,
      size: file.size,
      content_type: kind.contentType,
      taken_at: modified, // the cloud reads the camera's own time
      taken_source: 'mtime',
      modified_at: modified,
      filename: file.name,
      sources: [`${DEVICE}:${file.webkitRelativePath || file.name}`],
    };
  }

  /**
   * Announce a file, and send it where it is wanted.
   *
   * @param {Upload} upload
   * @param {Record<string, unknown>} announcement
   * @returns {Promise<boolean>} whether it was sent
   */
  async #deliver(upload, announcement) {
    for (let tried = 1; ; tried++) {
      const answer = await this.#announce(announcement);
      if (answer.status === 'stored') return this.#set(upload, 'duplicate');
      if (answer.status !== 'upload') return this.#set(upload, 'trashed');
      this.#set(upload, 'sending');
      try {
        await send(answer, upload.file, (sent) => {
          upload.sent = sent;
          this.#changed();
        });
        return true;
      } catch (error) {
        const helps = error instanceof Interrupted || (error instanceof Refused && [403, 500, 503].includes(error.status));
        if (!helps || tried === TRIES) throw error;
        upload.sent = 0;
        await pause(FIRST_WAIT_MS * 2 ** tried);
      }
    }
  }

  async #announce(/** @type {Record<string, unknown>} */ announcement) {
    return (await this.api.post('prep/photoupload', { photos: [announcement] })).photos[0];
  }

  /** The live service tells when it is stored; where it is silent, the cloud is asked now and then. */
  async #confirm(/** @type {Upload} */ upload, /** @type {Record<string, unknown>} */ announcement) {
    const told = new Promise((resolve) => {
      upload.onTold = () => resolve('told');
      if (upload.told) resolve('told');
    });
    for (const wait of ASKED_AFTER_MS) {
      if ((await Promise.race([told, pause(wait)])) === 'told') return this.#set(upload, 'stored');
      const status = await this.#announce(announcement).then((answer) => answer.status, () => 'unknown');
      if (status === 'stored') {
        this.dispatchEvent(new Event('stored'));
        return this.#set(upload, 'stored');
      }
    }
    this.#set(upload, 'unconfirmed');
    await told;
    return this.#set(upload, 'stored');
  }

  #set(/** @type {Upload} */ upload, /** @type {State} */ state) {
    upload.state = state;
    this.#changed();
    return false;
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function reason(error) {
  if (error instanceof NotUploaded) return error.message;
  if (error instanceof Unreadable) return text('uploadUnreadable');
  if (error instanceof Interrupted || error instanceof OutOfReach) return text('uploadNetwork');
  if (error instanceof Refused || error instanceof ApiProblem) return text('uploadFailed', { detail: error.message });
  return text('uploadFailed', { detail: String(error) });
}

/**
 * @param {File} file
 * @throws {Unreadable}
 */
async function headOf(file) {
  try {
    return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    throw new Unreadable();
  }
}

/**
 * ISO 8601 with the offset that this machine's clock has at that time.
 *
 * @param {Date} date
 */
function localIso(date) {
  const minutes = -date.getTimezoneOffset();
  const two = (/** @type {number} */ number) => String(Math.floor(Math.abs(number))).padStart(2, '0');
  const wallClock = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  return `${wallClock}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(() => resolve('waited'), milliseconds));
}
