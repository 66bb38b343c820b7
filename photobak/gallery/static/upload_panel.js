/**
 * The list of uploads at the page's corner: what becomes of each, and of all.
 *
 * @module
 */

import { percent } from './format.js';
import { text } from './texts.js';

/**
 * @typedef {import('./uploads.js').Upload} Upload
 * @typedef {import('./uploads.js').Uploads} Uploads
 */

export class UploadPanel {
  /** @type {Map<Upload, HTMLLIElement>} */
  #rows = new Map();
  #frame = 0;
  #list = document.createElement('ul');
  #total = document.createElement('p');
  #retry = button('retry-uploads', text('uploadRetryAll'));
  #close = button('close-uploads', text('close'));

  /**
   * @param {HTMLElement} panel
   * @param {Uploads} uploads
   */
  constructor(panel, uploads) {
    this.panel = panel;
    this.uploads = uploads;
    const summary = document.createElement('div');
    summary.className = 'summary';
    this.#total.setAttribute('role', 'status');
    summary.append(this.#total, this.#retry, this.#close);
    this.#list.tabIndex = 0;
    this.#list.setAttribute('aria-label', text('uploads'));
    panel.append(summary, this.#list);
    uploads.addEventListener('change', () => {
      this.#frame ||= requestAnimationFrame(() => this.#draw());
    });
    this.#retry.addEventListener('click', () => uploads.retry());
    this.#close.addEventListener('click', () => uploads.clear());
  }

  #draw() {
    this.#frame = 0;
    const { all } = this.uploads;
    this.panel.hidden = !all.length;
    for (const [upload, row] of this.#rows)
      if (!all.includes(upload)) {
        row.remove();
        this.#rows.delete(upload);
      }
    for (const upload of all) this.#drawRow(upload);
    this.#total.textContent = total(all);
    this.#retry.hidden = !all.some(({ state }) => state === 'failed' || state === 'unconfirmed');
    this.#close.hidden = !all.some(({ isOver }) => isOver);
  }

  #drawRow(/** @type {Upload} */ upload) {
    let row = this.#rows.get(upload);
    if (!row) {
      row = makeRow(upload);
      this.#rows.set(upload, row);
      this.#list.append(row);
    }
    if (row.dataset.state === upload.state && upload.isOver) return;
    row.dataset.state = upload.state;
    const [progress, state] = [row.querySelector('progress'), row.querySelector('.state')];
    const words = describe(upload);
    if (state && state.textContent !== words) state.textContent = words;
    if (!progress) return;
    progress.hidden = upload.isOver;
    if (upload.state === 'sending') progress.value = upload.sent / upload.file.size;
    else progress.removeAttribute('value');
  }
}

/** @param {Upload} upload */
function describe(upload) {
  switch (upload.state) {
    case 'waiting': return text('uploadWaiting');
    case 'hashing': return text('uploadHashing');
    case 'sending': return text('uploadSending', { percent: percent(upload.sent / upload.file.size) });
    case 'confirming': return text('uploadConfirming');
    case 'stored': return text('uploadStored');
    case 'duplicate': return text('uploadDuplicate');
    case 'trashed': return text('uploadTrashed');
    case 'unconfirmed': return text('uploadUnconfirmed');
    default: return upload.reason;
  }
}

/** @param {Upload[]} all */
function total(all) {
  const over = all.filter(({ isOver }) => isOver);
  if (over.length === all.length) return text('uploadAllDone', { count: all.length });
  const bytes = all.reduce((sum, { file }) => sum + file.size, 0);
  const sent = all.reduce((sum, upload) => sum + (upload.isOver ? upload.file.size : upload.sent), 0);
  return text('uploadTotal', { done: over.length, count: all.length, percent: percent(bytes ? sent / bytes : 1) });
}

/** @param {Upload} upload */
function makeRow(upload) {
  const row = document.createElement('li');
  const name = document.createElement('bdi');
  name.textContent = upload.file.name;
  const progress = document.createElement('progress');
  progress.setAttribute('aria-label', upload.file.name);
  const state = document.createElement('span');
  state.className = 'state';
  row.append(name, state, progress);
  return row;
}

/**
 * @param {string} action
 * @param {string} label
 */
function button(action, label) {
  const made = document.createElement('button');
  made.type = 'button';
  made.dataset.action = action;
  made.textContent = label;
  return made;
}
