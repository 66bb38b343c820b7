/**
 * The ways in which files come to the page: picked, dropped, pasted, or shared to it from another program.
 *
 * @module
 */

const SHARED = 'shared';

/**
 * Hear of files that are picked, dropped or pasted.
 *
 * @param {HTMLInputElement} input
 * @param {HTMLElement} dropHint shown while files are held over the page
 * @param {(files: File[]) => void} take
 * @param {() => boolean} welcome whether files are taken just now
 */
export function takeFiles(input, dropHint, take, welcome) {
  input.addEventListener('change', () => {
    take([...(input.files ?? [])]);
    input.value = '';
  });
  document.addEventListener('paste', ({ clipboardData }) => {
    if (welcome() && clipboardData?.files.length) take([...clipboardData.files]);
  });
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault(); // a file that is dropped would else be opened in the page's place
    dropHint.hidden = !welcome();
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) dropHint.hidden = true;
  });
  document.addEventListener('drop', async (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dropHint.hidden = true;
    if (welcome()) take(await filesOf(event.dataTransfer));
  });
}

/**
 * Files that were shared to the installed page before it was open.
 *
 * @returns {Promise<File[]>}
 */
export async function sharedFiles() {
  if (!('caches' in globalThis)) return [];
  const cache = await caches.open(SHARED);
  const files = [];
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    if (!answer) continue;
    const name = decodeURIComponent(answer.headers.get('X-Name') ?? 'shared');
    const lastModified = Number(answer.headers.get('X-Modified')) || Date.now();
    files.push(new File([await answer.blob()], name, { lastModified, type: answer.headers.get('Content-Type') ?? '' }));
    await cache.delete(request);
  }
  return files;
}

/**
 * All files that were dropped, those in folders too.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()); // before anything is waited for
  const loose = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return loose;
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry) : [])));
  return found.flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesIn(entry) {
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    return new Promise((resolve) => file.file((found) => resolve([found]), () => resolve([])));
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    const entries = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (!entries.length) return files;
    for (const each of entries) files.push(...(await filesIn(each)));
  }
}
