/**
 * What the page's address says: which photo is open, and which filter is on. It is all in the fragment, which no server
 * ever gets to see: `#/photo/3f2a9c81d0e4?camera=Pixel`.
 *
 * @module
 */

/** The filter's fields; `near` tells places of one name apart. */
export const FILTER_FIELDS = ['since', 'until', 'camera', 'kind', 'favorite', 'name', 'place', 'near'];

/**
 * @typedef {object} Route
 * @property {string} photo the open photo's id; empty for none
 * @property {Record<string, string>} filter the fields that are set
 */

/**
 * Read an address.
 *
 * @param {string} hash
 * @returns {Route}
 */
export function parseRoute(hash) {
  const [path, query] = hash.replace(/^#/, '').split('?', 2);
  const photo = /^\/photo\/([0-9a-f]{6,64})$/.exec(path)?.[1] ?? '';
  /** @type {Record<string, string>} */
  const filter = {};
  for (const [name, value] of new URLSearchParams(query ?? ''))
    if (FILTER_FIELDS.includes(name) && value.trim()) filter[name] = value.trim();
  if (!filter.place) delete filter.near;
  return { photo, filter };
}

/**
 * Write an address.
 *
 * @param {Route} route
 * @returns {string}
 */
export function hashOf({ photo, filter }) {
  const query = new URLSearchParams(filter).toString();
  return `#/${photo ? `photo/${photo}` : ''}${query ? `?${query}` : ''}`;
}
