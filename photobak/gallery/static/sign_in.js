/**
 * The sign-in through Cognito's hosted UI: authorization code with PKCE (RFC 7636), state and nonce (OpenID Connect Core
 * 3.1). An attempt lives in the tab's sessionStorage, until the hosted UI leads back.
 *
 * @module
 */

import { HOME } from './config.js';

/** @typedef {import('./config.js').Config} Config */

/**
 * @typedef {object} Tokens
 * @property {string} idToken
 * @property {string} refreshToken
 * @property {number} seconds how long the ID token is good for
 * @property {string} subject whose it is
 * @property {string} email
 */

/** Why nobody is signed in; `code` names a text. */
export class SignInFailed extends Error {
  /**
   * @param {string} code
   * @param {string} [detail]
   */
  constructor(code, detail = '') {
    super(`${code} ${detail}`.trim());
    this.code = code;
    this.detail = detail;
  }
}

const ATTEMPT = 'photobak.attempt';
const SCOPE = 'openid email';

/**
 * What is left to do after a fresh sign-in.
 *
 * @typedef {object} Intent
 * @property {string} trash the photo to move into the trash
 * @property {string} subject who wants that
 */

/**
 * Go to the hosted UI; it leads back to where the page is now.
 *
 * @param {Config} config
 * @param {Intent} [intent] makes it a fresh sign-in: the password is asked for even if the browser is signed in
 */
export async function beginSignIn(config, intent) {
  const attempt = { state: random(), nonce: random(), verifier: random(), back: location.hash, intent };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: config.client_id,
    redirect_uri: HOME,
    scope: SCOPE,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await challenge(attempt.verifier),
    code_challenge_method: 'S256',
    ...(intent && { prompt: 'login', max_age: '0' }), // OpenID Connect Core, 3.1.2.1
  });
  location.assign(`${config.hosted_ui_url}/oauth2/authorize?${query}`);
}

/**
 * Redeem the code that the hosted UI has led back with, where there is one, and take it out of the address.
 *
 * @param {Config} config
 * @returns {Promise<(Tokens & {intent?: Intent}) | undefined>}
 */
export async function finishSignIn(config) {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return undefined;
  const attempt = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? 'null');
  sessionStorage.removeItem(ATTEMPT);
  const ours = attempt?.state === answer.get('state');
  history.replaceState(history.state, '', HOME + (ours ? attempt.back : location.hash));
  if (!ours) return undefined; // nobody here has asked for this
  if (answer.has('error')) throw new SignInFailed('signInRefused', answer.get('error_description') ?? '');
  const tokens = await redeem(config, {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: HOME,
    code_verifier: attempt.verifier,
  });
  if (claimsOf(tokens.idToken).nonce !== attempt.nonce) throw new SignInFailed('signInStrange', 'nonce');
  return { ...tokens, intent: attempt.intent?.subject === tokens.subject ? attempt.intent : undefined };
}

/**
 * Ask for a new ID token.
 *
 * @param {Config} config
 * @param {string} refreshToken
 * @returns {Promise<Tokens>}
 */
export function renew(config, refreshToken) {
  return redeem(config, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

/**
 * Make a refresh token worthless (Cognito's RevokeToken), and with it all that was made from it.
 *
 * @param {Config} config
 * @param {string} refreshToken
 */
export async function revoke(config, refreshToken) {
  await fetch(config.cognito_url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'AWSCognitoIdentityProviderService.RevokeToken',
    },
    body: JSON.stringify({ ClientId: config.client_id, Token: refreshToken }),
    credentials: 'omit',
    keepalive: true,
  });
}

/**
 * End the hosted UI's session too; it leads back to the page.
 *
 * @param {Config} config
 */
export function leaveHostedUi(config) {
  const query = new URLSearchParams({ client_id: config.client_id, logout_uri: HOME });
  location.assign(`${config.hosted_ui_url}/logout?${query}`);
}

/**
 * The token endpoint (RFC 6749, 3.2).
 *
 * @param {Config} config
 * @param {Record<string, string>} grant
 * @returns {Promise<Tokens>}
 */
async function redeem(config, grant) {
  const response = await fetch(`${config.hosted_ui_url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: config.client_id, ...grant }),
    credentials: 'omit',
  });
  if (response.status === 400) throw new SignInFailed('signInEnded', (await response.json()).error);
  if (!response.ok) throw new TypeError(`token endpoint: ${response.status}`); // as if it could not be reached
  const answer = await response.json();
  const claims = claimsOf(answer.id_token);
  if (claims.iss !== config.issuer || claims.aud !== config.client_id || claims.token_use !== 'id')
    throw new SignInFailed('signInStrange', 'iss, aud or token_use');
  return {
    idToken: answer.id_token,
    refreshToken: answer.refresh_token ?? grant.refresh_token,
    seconds: answer.expires_in,
    subject: claims.sub,
    email: claims.email ?? '',
  };
}

/**
 * What an ID token says. It comes straight from the token endpoint over TLS, which stands for its signature (OpenID
 * Connect Core 3.1.3.7, 6); the API verifies it in any case.
 *
 * @param {string} idToken
 * @returns {Record<string, string>}
 */
function claimsOf(idToken) {
  const payload = idToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** 256 random bits. */
function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {string} verifier */
async function challenge(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
