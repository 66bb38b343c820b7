/**
 * A file's way to S3: one presigned POST. XMLHttpRequest is the only one that tells how much has been sent.
 *
 * @module
 */

/** The network failed before there was an answer. */
export class Interrupted extends Error {}

/** S3 refused the file; after 403 another POST helps, since this one has most likely expired. */
export class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`S3 ${status}`);
    this.status = status;
  }
}

const LONGEST_SILENCE_MS = 60_000;

/**
 * @param {{url: string, fields: Record<string, string>}} post
 * @param {File} file
 * @param {(sent: number) => void} progress hears of the bytes sent so far
 * @returns {Promise<void>}
 * @throws {Interrupted | Refused}
 */
export function send({ url, fields }, file, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file); // goes last
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let watchdog = 0;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => request.abort(), LONGEST_SILENCE_MS);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      alive();
      progress(Math.round(file.size * (loaded / total)));
    };
    request.onload = () => (request.status < 300 ? resolve() : reject(new Refused(request.status)));
    request.onerror = request.onabort = () => reject(new Interrupted());
    request.onloadend = () => clearTimeout(watchdog);
    request.open('POST', url);
    alive();
    request.send(form);
  });
}
