/**
 * A worker that hashes files. WebCrypto is the fastest but takes a file whole; larger ones are hashed as they are read.
 *
 * @module
 */

const MOST_AT_ONCE = 64 * 1024 * 1024;

self.onmessage = async (/** @type {MessageEvent<{id: number, file: File}>} */ { data: { id, file } }) => {
  try {
    const digest = file.size <= MOST_AT_ONCE ? await hashAtOnce(file) : await hashAsRead(file, id);
    self.postMessage({ id, sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') });
  } catch {
    self.postMessage({ id, unreadable: true }); // it has changed or gone since it was picked
  }
};

/** @param {File} file */
async function hashAtOnce(file) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
}

/**
 * @param {File} file
 * @param {number} id
 */
async function hashAsRead(file, id) {
  const { sha256 } = await import('./vendor/noble-hashes/sha2.js');
  const hash = sha256.create();
  const reader = file.stream().getReader();
  for (let read = 0, told = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return hash.digest();
    hash.update(value);
    read += value.length;
    if (read - told < MOST_AT_ONCE / 4) continue;
    told = read;
    self.postMessage({ id, read });
  }
}
