/**
 * The HTTP API. A token that has ended is renewed without anybody noticing; errors are RFC 9457 problem documents.
 *
 * @module
 */

import { HOME } from './config.js';

/** What the API refuses, in its own words. */
export class ApiProblem extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The API wants its user to have signed in just now (RFC 9470), which no renewal gives. */
export class FreshSignInNeeded extends ApiProblem {}

/** The network, or the API behind it, is out of reach. */
export class OutOfReach extends Error {}

/**
 * @typedef {object} Options
 * @property {Record<string, string | number>} [query]
 * @property {unknown} [body]
 * @property {AbortSignal} [signal]
 */

const BUSY = [429, 502, 503, 504];
const TRIES = 3;

export class Api {
  /** @param {import('./session.js').Session} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * @param {string} path
   * @param {Options} [options]
   */
  get(path, options) {
    return this.#call('GET', path, options);
  }

  /**
   * @param {string} path
   * @param {unknown} body
   */
  post(path, body) {
    return this.#call('POST', path, { body });
  }

  /**
   * @param {string} path
   * @param {unknown} body
   */
  delete(path, body) {
    return this.#call('DELETE', path, { body });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Options} [options]
   * @returns {Promise<any>}
   */
  async #call(method, path, options = {}) {
    let response = await this.#ask(method, path, options);
    if (response.status === 401 && !(await isStepUp(response))) {
      await this.session.renew();
      response = await this.#ask(method, path, options);
    }
    if (response.ok) return response.json();
    const Problem = (await isStepUp(response)) ? FreshSignInNeeded : ApiProblem;
    throw new Problem(response.status, await detailOf(response));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Options} options
   */
  async #ask(method, path, { query, body, signal }) {
    const url = new URL(path, HOME);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value));
    for (let tried = 1; ; tried++) {
      const response = await this.#fetch(url, method, body, signal);
      if (!BUSY.includes(response.status) || tried === TRIES) return response;
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** tried * (0.5 + Math.random())));
    }
  }

  /**
   * @param {URL} url
   * @param {string} method
   * @param {unknown} body
   * @param {AbortSignal} [signal]
   */
  async #fetch(url, method, body, signal) {
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.session.token()}` };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    try {
      return await fetch(url, { method, headers, body: body === undefined ? body : JSON.stringify(body), signal });
    } catch (error) {
      throw error instanceof TypeError ? new OutOfReach() : error;
    }
  }
}

/**
 * Whether a fresh sign-in is asked for (RFC 9470, 3). API Gateway may rename the header, so the body says it, too.
 *
 * @param {Response} response
 */
async function isStepUp(response) {
  if (response.status !== 401) return false;
  const { error } = await response.clone().json().catch(() => ({}));
  return error === 'insufficient_user_authentication';
}

/** @param {Response} response */
async function detailOf(response) {
  try {
    return (await response.json()).detail ?? response.statusText;
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}
