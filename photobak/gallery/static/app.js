/**
 * Starts the page: who is signed in, and what is shown to whom.
 *
 * @module
 */

import { Api, OutOfReach } from './api.js';
import { loadConfig } from './config.js';
import { sharedFiles, takeFiles } from './file_intake.js';
import { FilterBar } from './filter_bar.js';
import { Gallery } from './gallery.js';
import { Live } from './live.js';
import { fillTexts, showMessage } from './message.js';
import { Notices } from './notices.js';
import { OfflineCopy } from './offline_copy.js';
import { Session } from './session.js';
import { SignInFailed } from './sign_in.js';
import { Found } from './source.js';
import { LANGUAGE, text } from './texts.js';
import { UploadPanel } from './upload_panel.js';
import { Uploads } from './uploads.js';
import { startServiceWorker } from './worker_start.js';

/** @typedef {import('./message.js').Message} Message */

const RETRY_MS = 5000;
/** In sessionStorage while the hosted UI ends its session. */
const SIGNED_OUT = 'photobak.signed-out';

class App {
  notices = new Notices(byId('notices'));
  copy = new OfflineCopy();
  #retry = 0;
  /** @type {(() => void) | undefined} takes away the notice that there is no network */
  #reassure;

  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    const api = new Api(session);
    this.gallery = new Gallery({ api, copy: this.copy, notices: this.notices });
    this.live = new Live(api, session.config.ws_url);
    this.uploads = new Uploads(api, session.config.max_upload_bytes);
    const filterButton = /** @type {HTMLButtonElement} */ (document.querySelector('[data-action="filter"]'));
    this.filterBar = new FilterBar(/** @type {HTMLFormElement} */ (byId('filter')), filterButton, this.gallery);
    new UploadPanel(byId('uploads'), this.uploads);
    this.#listen(session);
  }

  #listen(/** @type {Session} */ session) {
    const input = /** @type {HTMLInputElement} */ (document.querySelector('[data-action="upload"]'));
    takeFiles(input, byId('drop'), (files) => this.uploads.add(files), () => Boolean(session.person));
    this.uploads.addEventListener('stored', () => void this.gallery.reread().catch(() => undefined));
    this.live.addEventListener('change', (event) => this.#changed(/** @type {CustomEvent} */ (event).detail));
    this.live.addEventListener('gap', () => void this.gallery.reread().catch(() => undefined));
    this.gallery.addEventListener('state', () => this.#showState());
    this.gallery.addEventListener('trouble', (event) => this.#trouble(/** @type {CustomEvent} */ (event).detail));
    session.addEventListener('ended', (event) => this.#leave(/** @type {CustomEvent} */ (event).detail));
    document.addEventListener('click', (event) => void this.#act(event));
    window.addEventListener('online', () => void this.open());
  }

  /** Find out who is signed in, and show them their photos. */
  async open() {
    clearTimeout(this.#retry);
    try {
      let intent;
      if (this.session.person) this.gallery.loader.retry();
      else intent = await this.session.open();
      if (this.session.person) await this.#enter(this.session.person.subject);
      else await this.#signedOut();
      if (intent) await this.gallery.changes.trashById(intent.trash);
    } catch (error) {
      if (error instanceof OutOfReach) await this.#withoutNetwork();
      else if (error instanceof SignInFailed) this.#welcome(text(/** @type {any} */ (error.code), { detail: error.detail }));
      else this.#trouble(error);
    }
  }

  async #enter(/** @type {string} */ subject) {
    await this.copy.belongsTo(subject);
    this.#signedIn(true);
    await this.gallery.open();
    this.#trouble(undefined);
    this.live.start(this.gallery.sequence);
    this.#offer(await sharedFiles());
    void startServiceWorker();
  }

  /** Shared files are uploaded when their owner says so: any web site can post to the address that takes them. */
  #offer(/** @type {File[]} */ files) {
    const act = async () => this.uploads.add(files);
    if (files.length) this.notices.say(text('shared', { count: files.length }), { action: 'uploadShared', act, stays: true });
  }

  #changed(/** @type {import('./library.js').Photo} */ record) {
    this.uploads.heard(record.sha256);
    this.gallery.changed(record);
  }

  /** Show what this browser has kept, and try again. */
  async #withoutNetwork() {
    this.#retry = setTimeout(() => void this.open(), RETRY_MS);
    if (!(await this.copy.exists())) {
      showMessage(byId('message'), { title: text('offlineNothing'), action: 'retry' });
      return;
    }
    if (!this.gallery.library.count) await this.gallery.open().catch(() => undefined); // of photos it can't open it says so
    this.#trouble(new OutOfReach());
  }

  #welcome(help = text('welcomeHelp')) {
    this.#signedIn(false);
    showMessage(byId('message'), { title: text('welcome'), help, action: 'sign-in' });
  }

  /** The session has ended: nothing of it stays on the page. */
  #leave(/** @type {SignInFailed | undefined} */ why) {
    this.live.stop();
    this.gallery.clear();
    this.#welcome(text(why ? 'signInEnded' : 'signedOut'));
  }

  #signedIn(/** @type {boolean} */ yes) {
    for (const element of document.querySelectorAll('[data-for="signed-in"]'))
      /** @type {HTMLElement} */ (element).hidden = !yes;
  }

  #showState() {
    const { library, source, route } = this.gallery;
    if (library.count || !source.complete) return showMessage(byId('message'));
    if (source instanceof Found && source.isNowhere) return showMessage(byId('message'), unknownPlace(source));
    if (Object.keys(route.filter).length) return showMessage(byId('message'), { title: text('nothingFound') });
    const command = 'photobak sync ~/Pictures';
    showMessage(byId('message'), { title: text('emptyTitle'), help: text('emptyHelp'), command });
  }

  /** Say what is the matter, for as long as it is; undefined where it is over. */
  #trouble(/** @type {unknown} */ error) {
    if (error instanceof SignInFailed) return; // the session tells of its end itself
    if (error instanceof OutOfReach) {
      this.#reassure ??= this.notices.say(text(navigator.onLine ? 'outOfReach' : 'offline'), { stays: true });
      return;
    }
    this.#reassure?.();
    this.#reassure = undefined;
    if (error) this.notices.say(text('failed', { detail: error instanceof Error ? error.message : String(error) }));
  }

  /** Welcome who comes; what the service worker was still keeping during a sign-out is forgotten as well. */
  async #signedOut() {
    const reason = takeReason();
    if (reason) await this.copy.forget();
    this.#welcome(reason);
  }

  /** The page says that it is signed out once the hosted UI has led back to it. */
  async #signOut() {
    this.live.stop();
    this.gallery.clear();
    this.#signedIn(false);
    await this.copy.forget();
    sessionStorage.setItem(SIGNED_OUT, 'yes');
    await this.session.signOut();
  }

  async #act(/** @type {MouseEvent} */ event) {
    const control = /** @type {HTMLElement} */ (event.target).closest('[data-action]');
    const { viewer, changes } = this.gallery;
    const photo = viewer.photo;
    /** @type {Record<string, () => unknown>} */
    const actions = {
      'sign-in': () => this.session.begin(),
      'sign-out': () => this.#signOut(),
      retry: () => this.open(),
      filter: () => this.filterBar.toggle(),
      'clear-filter': () => this.filterBar.clear(),
      close: () => viewer.close(),
      next: () => viewer.move(1),
      previous: () => viewer.move(-1),
      details: () => viewer.toggleDetails(),
      'play-live': () => viewer.playLive(),
      favorite: () => photo && changes.favorite(photo),
      trash: () => photo && changes.trash(photo),
      download: () => photo && changes.download(photo),
    };
    await actions[control?.getAttribute('data-action') ?? '']?.();
  }
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {Found} source
 * @returns {Message}
 */
function unknownPlace({ nearestPlace }) {
  return { title: text('unknownPlace'), help: nearestPlace && text('nearestPlace', { name: nearestPlace }) };
}

/** Why nobody is signed in, where the page itself has seen to that. */
function takeReason() {
  const signedOut = sessionStorage.getItem(SIGNED_OUT);
  sessionStorage.removeItem(SIGNED_OUT);
  return signedOut ? text('signedOut') : undefined;
}

async function start() {
  document.documentElement.lang = LANGUAGE;
  fillTexts(document);
  history.scrollRestoration = 'manual'; // the timeline knows its own place
  const config = await loadConfig().catch(() => undefined);
  if (config) return new App(new Session(config)).open();
  showMessage(byId('message'), { title: text('outOfReach'), action: 'retry' });
  document.querySelector('[data-action="retry"]')?.addEventListener('click', () => location.reload());
}

void start();
