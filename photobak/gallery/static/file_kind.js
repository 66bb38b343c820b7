/**
 * What a file is, by its first bytes; its name helps only where formats share them. The cloud looks again, with all that
 * it knows: this is to tell a text from a photo before it is sent.
 *
 * @module
 */

/** @typedef {{kind: 'photo' | 'video', contentType: string}} FileKind */

/** How much of a file has to be read. */
export const HEAD_BYTES = 512;

/** @type {[number, string, FileKind['kind'], string][]} where, which bytes, and what that is */
const SIGNATURES = [
  [0, '\xff\xd8\xff', 'photo', 'image/jpeg'],
  [0, '\x89PNG\r\n\x1a\n', 'photo', 'image/png'],
  [0, 'GIF8', 'photo', 'image/gif'],
  [8, 'WEBP', 'photo', 'image/webp'],
  [8, 'AVI ', 'video', 'video/x-msvideo'],
  [0, 'BM', 'photo', 'image/bmp'],
  [0, 'FUJIFILMCCD-RAW', 'photo', 'image/x-fuji-raf'],
  [0, 'IIRO', 'photo', 'image/x-olympus-orf'],
  [0, 'IIRS', 'photo', 'image/x-olympus-orf'],
  [0, 'IIU\0', 'photo', 'image/x-panasonic-rw2'],
  [0, '\0\0\0\x0cjP  ', 'photo', 'image/jp2'],
  [0, '\x1aE\xdf\xa3', 'video', 'video/webm'],
];

/** The brands of ISO base media files that are pictures; all others are videos. */
const PICTURES = /** @type {Record<string, string>} */ ({
  heic: 'image/heic', heix: 'image/heic', heim: 'image/heic', heis: 'image/heic', mif1: 'image/heif',
  msf1: 'image/heif', hevc: 'image/heic', hevx: 'image/heic', avif: 'image/avif', avis: 'image/avif', crx: 'image/x-canon-cr3',
});

/** Camera formats that look like TIFF, or that browsers don't know by name. */
const RAW = /** @type {Record<string, string>} */ ({
  arw: 'image/x-sony-arw', cr2: 'image/x-canon-cr2', crw: 'image/x-canon-crw', dng: 'image/x-adobe-dng',
  mrw: 'image/x-minolta-mrw', nef: 'image/x-nikon-nef', nrw: 'image/x-nikon-nrw', pef: 'image/x-pentax-pef',
  rwl: 'image/x-leica-rwl', srw: 'image/x-samsung-srw', x3f: 'image/x-sigma-x3f', jxl: 'image/jxl',
});

/**
 * @param {Uint8Array} head the first bytes
 * @param {string} name
 * @param {string} type what the browser makes of the name
 * @returns {FileKind | undefined} undefined for what is neither a photo nor a video
 */
export function kindOf(head, name, type) {
  const text = String.fromCharCode(...head);
  const extension = name.toLowerCase().split('.').at(-1) ?? '';
  for (const [offset, bytes, kind, contentType] of SIGNATURES)
    if (text.startsWith(bytes, offset)) return { kind, contentType };
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return { kind: 'photo', contentType: RAW[extension] ?? 'image/tiff' };
  if (['ftyp', 'moov', 'mdat', 'wide'].includes(text.slice(4, 8))) return isoMedia(text, extension);
  const isStream = [188, 192].some((step) => [0, 1].every((packet) => head[packet * step + (step - 188)] === 0x47));
  return isStream ? { kind: 'video', contentType: 'video/mp2t' } : byName(extension, type);
}

/**
 * A damaged photo is still somebody's photo, and the cloud keeps it.
 *
 * @param {string} extension
 * @param {string} type
 * @returns {FileKind | undefined}
 */
function byName(extension, type) {
  if (extension in RAW) return { kind: 'photo', contentType: RAW[extension] };
  if (/^image\/[a-z0-9.+-]+$/.test(type) && type !== 'image/svg+xml') return { kind: 'photo', contentType: type };
  return /^video\/[a-z0-9.+-]+$/.test(type) ? { kind: 'video', contentType: type } : undefined;
}

/**
 * @param {string} text
 * @param {string} extension
 * @returns {FileKind}
 */
function isoMedia(text, extension) {
  const brand = text.startsWith('ftyp', 4) ? text.slice(8, 12).trim() : 'qt';
  if (brand in PICTURES) return { kind: 'photo', contentType: PICTURES[brand] };
  if (brand.startsWith('3g')) return { kind: 'video', contentType: 'video/3gpp' };
  return { kind: 'video', contentType: brand === 'qt' || extension === 'mov' ? 'video/quicktime' : 'video/mp4' };
}
