/**
 * Places to search by: what a name may mean, as `GET /places` tells it.
 *
 * @module
 */

import { LOCALE, text } from './texts.js';

/**
 * @typedef {object} Place
 * @property {string | null} name null where a position was given
 * @property {string | null} region the country's code (ISO 3166-1 alpha-2); in the United States with the state's: `US-MA`
 * @property {number | null} people
 * @property {number} latitude
 * @property {number} longitude
 * @property {number} radius_km
 */

/**
 * A place as people tell it from its namesakes.
 *
 * @param {Place} place
 */
export function placeTitle({ name, region, people }) {
  const [country, state] = (region ?? '').split('-');
  const where = [name, state, country && countryName(country)].filter(Boolean).join(', ');
  return people ? `${where} (${text('people', { count: people })})` : where;
}

/**
 * A place as `GET /list/photos` takes it, and as the page's address tells places of one name apart.
 *
 * @param {Place} place
 */
export function circleOf({ latitude, longitude, radius_km }) {
  return `${latitude},${longitude},${radius_km}`;
}

/** @param {string} code */
function countryName(code) {
  return new Intl.DisplayNames(LOCALE, { type: 'region' }).of(code) ?? code;
}
