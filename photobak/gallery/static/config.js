/**
 * Where things are: the page's own address, and what the API says of the rest.
 *
 * @module
 */

/**
 * @typedef {object} Config `static/config.json`
 * @property {string} client_id the user pool's client
 * @property {string} issuer what the ID token's `iss` has to be
 * @property {string} hosted_ui_url the sign-in page's address, without a slash at its end
 * @property {string} cognito_url where Cognito's API takes RevokeToken
 * @property {string} ws_url of the live service
 * @property {number} max_upload_bytes the largest file that one POST takes
 */

/** The page's address without query and fragment, with a slash at its end; also its redirect URI. */
export const HOME = new URL('.', document.baseURI).href;

/** @returns {Promise<Config>} */
export async function loadConfig() {
  const response = await fetch(`${HOME}static/config.json`);
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  return response.json();
}
