/**
 * Who is signed in, in this tab. The ID token is in memory alone; the refresh token is in the tab's sessionStorage, so
 * that a reload needs no sign-in and the end of the tab ends it (docs/security.md argues for it).
 *
 * @module
 */

import { OutOfReach } from './api.js';
import { SignInFailed, beginSignIn, finishSignIn, leaveHostedUi, renew, revoke } from './sign_in.js';

/**
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./sign_in.js').Tokens} Tokens
 * @typedef {import('./sign_in.js').Intent} Intent
 */

const REFRESH = 'photobak.refresh';
/** A token is renewed when this share of its life is over. */
const RENEWED_AFTER = 0.8;

export class Session extends EventTarget {
  /** @type {Tokens | undefined} */
  #tokens;
  /** @type {Promise<void> | undefined} */
  #renewal;
  #timer = 0;
  #tabs = new BroadcastChannel('photobak');

  /** @param {Config} config */
  constructor(config) {
    super();
    this.config = config;
    this.#tabs.onmessage = ({ data }) => {
      if (data === 'signed-out' && this.remembered) this.#end();
    };
  }

  /** Whose session it is; undefined where nobody is signed in, or that can't be found out just now. */
  get person() {
    return this.#tokens && { subject: this.#tokens.subject, email: this.#tokens.email };
  }

  /**
   * Find out who is signed in.
   *
   * @returns {Promise<Intent | undefined>} what a fresh sign-in was for
   * @throws {SignInFailed} a sign-in has failed, or the session has ended
   * @throws {OutOfReach} the network is gone
   */
  async open() {
    const fresh = await finishSignIn(this.config).catch(outOfReach);
    if (fresh) this.#keep(fresh);
    else if (this.remembered) await this.renew();
    return fresh?.intent;
  }

  /** Go to the sign-in page. */
  begin() {
    return beginSignIn(this.config);
  }

  /**
   * Have the person who is signed in prove once more who they are (RFC 9470), to move a photo into the trash.
   *
   * @param {string} trash its id
   */
  async beginAgain(trash) {
    if (this.#tokens) await beginSignIn(this.config, { trash, subject: this.#tokens.subject });
  }

  /** Whether this tab has been signed in, as far as can be told without the network. */
  get remembered() {
    return Boolean(sessionStorage.getItem(REFRESH));
  }

  /**
   * The token for the API.
   *
   * @throws {OutOfReach} it can't be had now
   */
  token() {
    if (!this.#tokens) throw new OutOfReach();
    return this.#tokens.idToken;
  }

  /**
   * Get a new token; who asks meanwhile gets the same.
   *
   * @returns {Promise<void>}
   */
  renew() {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** Sign out here, in the other tabs and at the hosted UI. */
  async signOut() {
    const refreshToken = sessionStorage.getItem(REFRESH);
    this.#forget();
    this.#tabs.postMessage('signed-out');
    if (refreshToken) await revoke(this.config, refreshToken).catch(() => undefined); // it is forgotten here anyway
    leaveHostedUi(this.config);
  }

  async #renew() {
    const refreshToken = sessionStorage.getItem(REFRESH);
    if (!refreshToken) throw new SignInFailed('signInEnded');
    try {
      const tokens = await renew(this.config, refreshToken);
      if (sessionStorage.getItem(REFRESH) !== refreshToken) throw new SignInFailed('signInEnded'); // signed out meanwhile
      if (this.#tokens && this.#tokens.subject !== tokens.subject) throw new SignInFailed('signInStrange', 'sub');
      this.#keep(tokens);
    } catch (error) {
      if (error instanceof SignInFailed) this.#end(error);
      return outOfReach(error);
    }
  }

  #keep(/** @type {Tokens} */ tokens) {
    this.#tokens = tokens;
    sessionStorage.setItem(REFRESH, tokens.refreshToken);
    clearTimeout(this.#timer);
    // By the time that passes, not by the clock, which may be wrong.
    this.#timer = setTimeout(() => this.renew().catch(() => undefined), tokens.seconds * RENEWED_AFTER * 1000);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#tokens = undefined;
    sessionStorage.removeItem(REFRESH);
  }

  #end(/** @type {SignInFailed | undefined} */ why = undefined) {
    this.#forget();
    this.dispatchEvent(new CustomEvent('ended', { detail: why }));
  }
}

/**
 * What `fetch` throws where there is no network is a TypeError.
 *
 * @param {unknown} error
 * @returns {never}
 */
function outOfReach(error) {
  throw error instanceof TypeError ? new OutOfReach() : error;
}
