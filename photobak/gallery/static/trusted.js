/**
 * The only scripts that may be started besides the page's own: its workers (Trusted Types).
 *
 * @module
 */

/** @typedef {{createScriptURL: (url: string) => string}} Policy */

const FOLDER = new URL('.', import.meta.url).href;

/** @type {Policy} */
const rules = {
  createScriptURL(url) {
    if (!/^\w+\.js$/.test(url)) throw new TypeError(`${url} is no script of the gallery`);
    return FOLDER + url;
  },
};

const factory = /** @type {{trustedTypes?: {createPolicy: (name: string, rules: Policy) => Policy}}} */ (globalThis);
const policy = factory.trustedTypes?.createPolicy('photobak', rules) ?? rules;

/**
 * The address of a script in this folder.
 *
 * @param {string} name
 * @returns {string}
 */
export function scriptUrl(name) {
  return policy.createScriptURL(name);
}
