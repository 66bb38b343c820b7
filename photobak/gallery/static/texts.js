/**
 * Every text that the page shows, in two languages; `{name}` stands for a value.
 *
 * @module
 */

const ENGLISH = {
  title: 'Photos',
  skipToPhotos: 'Skip to the photos',
  signIn: 'Sign in',
  signOut: 'Sign out',
  upload: 'Upload photos',
  filter: 'Find',
  close: 'Close',
  next: 'Next photo',
  previous: 'Previous photo',
  download: 'Download original',
  favorite: 'Favorite',
  trash: 'Move to trash',
  undo: 'Undo',
  retry: 'Try again',
  details: 'Details',
  loading: 'Loading…',
  scrubber: 'Go to a month',

  welcome: 'Your photos, in your own cloud',
  welcomeHelp: 'Sign in to see them.',
  signInRefused: 'The sign-in was refused: {detail}',
  signInEnded: 'Your session has ended. Sign in again.',
  signInStrange: 'The sign-in service gave an unexpected answer ({detail}). Sign in again.',
  signedOut: 'You are signed out, and nothing is kept in this browser.',
  emptyTitle: 'No photos yet',
  emptyHelp: 'Drop photos here, or back up a folder from a terminal:',
  offline: 'You are offline. Photos that this browser has kept are shown.',
  offlineNothing: 'You are offline, and this browser has kept no photos. They appear when the network is back.',
  outOfReach: 'The service can’t be reached. Trying again…',
  failed: 'Something went wrong: {detail}',
  notFound: 'This photo isn’t in your library. It may have been deleted.',
  nothingFound: 'No photos match.',
  unknownPlace: 'No town has this name',
  nearestPlace: 'Did you mean {name}?',
  people: { one: '{count} person', other: '{count} people' },
  clearFilter: 'Show all photos',
  end: { one: 'That’s all: {count} photo.', other: 'That’s all: {count} photos.' },

  altPhoto: '{filename}, {date}',
  altVideo: 'Video {filename}, {date}',
  noPreview: 'No preview: {reason}',
  noPreviewYet: 'No preview. The original is stored.',
  thumbnailFailed: 'The thumbnail can’t be loaded.',
  viewFailed: 'The photo can’t be shown. Its original can be downloaded.',
  viewOffline: 'Shown from the thumbnail, because you are offline.',
  live: 'Live',
  playLive: 'Play the live photo',
  cantPlay: 'This browser can’t play this video. Download it to watch it.',
  frozen: 'The original is in cold storage. “photobak get {id}” brings it back.',

  taken: 'Taken',
  takenGuess: 'Date',
  takenHow: {
    filename: 'from the file name',
    mtime: 'from the file’s time stamp',
    user: 'corrected by you',
  },
  camera: 'Camera',
  lens: 'Lens',
  exposure: 'Exposure',
  size: 'Size',
  file: 'File',
  sources: 'Backed up from',
  place: 'Place',
  openMap: 'Open in OpenStreetMap',
  description: 'Description',
  megapixels: '{count} MP',

  trashed: '{filename} is in the trash for {days} days.',
  trashedShort: '{filename} is in the trash.',
  restored: '{filename} is back.',
  needsFreshSignIn: 'You have deleted many photos today. Sign in again to delete this one.',
  signInAgain: 'Sign in again',

  uploads: 'Uploads',
  uploadWaiting: 'Waiting',
  uploadHashing: 'Reading',
  uploadSending: 'Uploading {percent}',
  uploadConfirming: 'Being checked',
  uploadStored: 'Stored',
  uploadDuplicate: 'Already in your library',
  uploadTrashed: 'In your trash; restore it there',
  uploadNotAPhoto: 'Not a photo or video',
  uploadEmpty: 'The file is empty',
  uploadTooLarge: 'Larger than {size}, the most that can be uploaded here',
  uploadFailed: 'Failed: {detail}',
  uploadNetwork: 'The network failed',
  uploadUnconfirmed: 'Sent, but not confirmed yet. Look again later.',
  uploadUnreadable: 'The file can’t be read',
  uploadTotal: '{done} of {count}, {percent}',
  uploadAllDone: { one: '{count} file done', other: '{count} files done' },
  uploadRetryAll: 'Retry failed',
  uploadDrop: 'Drop photos to upload them',
  shared: { one: '{count} file was shared to this page.', other: '{count} files were shared to this page.' },
  uploadShared: 'Upload',

  filterSince: 'From',
  filterUntil: 'Until',
  filterCamera: 'Camera',
  filterKind: 'Kind',
  filterKindAny: 'Any',
  filterKindPhoto: 'Photos',
  filterKindVideo: 'Videos',
  filterFavorite: 'Favorites only',
  filterName: 'File name',
  filterPlace: 'Place',
  filterWhichPlace: 'Which place',
  filterApply: 'Show',
};

/** @type {typeof ENGLISH} */
const GERMAN = {
  title: 'Fotos',
  skipToPhotos: 'Zu den Fotos springen',
  signIn: 'Anmelden',
  signOut: 'Abmelden',
  upload: 'Fotos hochladen',
  filter: 'Suchen',
  close: 'Schließen',
  next: 'Nächstes Foto',
  previous: 'Vorheriges Foto',
  download: 'Original herunterladen',
  favorite: 'Favorit',
  trash: 'In den Papierkorb',
  undo: 'Rückgängig',
  retry: 'Erneut versuchen',
  details: 'Details',
  loading: 'Wird geladen…',
  scrubber: 'Zu einem Monat springen',

  welcome: 'Deine Fotos, in deiner eigenen Cloud',
  welcomeHelp: 'Melde dich an, um sie zu sehen.',
  signInRefused: 'Die Anmeldung wurde abgelehnt: {detail}',
  signInEnded: 'Deine Sitzung ist abgelaufen. Melde dich erneut an.',
  signInStrange: 'Der Anmeldedienst hat unerwartet geantwortet ({detail}). Melde dich erneut an.',
  signedOut: 'Du bist abgemeldet, und dieser Browser hat nichts behalten.',
  emptyTitle: 'Noch keine Fotos',
  emptyHelp: 'Zieh Fotos hierher, oder sichere einen Ordner im Terminal:',
  offline: 'Du bist offline. Gezeigt werden Fotos, die dieser Browser behalten hat.',
  offlineNothing: 'Du bist offline, und dieser Browser hat keine Fotos behalten. Sie erscheinen, sobald das Netz da ist.',
  outOfReach: 'Der Dienst ist nicht erreichbar. Neuer Versuch…',
  failed: 'Etwas ist schiefgegangen: {detail}',
  notFound: 'Dieses Foto ist nicht in deiner Sammlung. Vielleicht wurde es gelöscht.',
  nothingFound: 'Keine Fotos gefunden.',
  unknownPlace: 'Kein Ort heißt so',
  nearestPlace: 'Meinst du {name}?',
  people: { one: '{count} Einwohner', other: '{count} Einwohner' },
  clearFilter: 'Alle Fotos zeigen',
  end: { one: 'Das ist alles: {count} Foto.', other: 'Das ist alles: {count} Fotos.' },

  altPhoto: '{filename}, {date}',
  altVideo: 'Video {filename}, {date}',
  noPreview: 'Keine Vorschau: {reason}',
  noPreviewYet: 'Keine Vorschau. Das Original ist gesichert.',
  thumbnailFailed: 'Die Vorschau kann nicht geladen werden.',
  viewFailed: 'Das Foto kann nicht gezeigt werden. Das Original lässt sich herunterladen.',
  viewOffline: 'Aus der Vorschau gezeigt, weil du offline bist.',
  live: 'Live',
  playLive: 'Live-Foto abspielen',
  cantPlay: 'Dieser Browser kann das Video nicht abspielen. Lade es herunter, um es anzusehen.',
  frozen: 'Das Original liegt im Kältespeicher. „photobak get {id}“ holt es zurück.',

  taken: 'Aufgenommen',
  takenGuess: 'Datum',
  takenHow: {
    filename: 'aus dem Dateinamen',
    mtime: 'aus dem Zeitstempel der Datei',
    user: 'von dir korrigiert',
  },
  camera: 'Kamera',
  lens: 'Objektiv',
  exposure: 'Belichtung',
  size: 'Größe',
  file: 'Datei',
  sources: 'Gesichert von',
  place: 'Ort',
  openMap: 'In OpenStreetMap öffnen',
  description: 'Beschreibung',
  megapixels: '{count} MP',

  trashed: '{filename} liegt {days} Tage im Papierkorb.',
  trashedShort: '{filename} liegt im Papierkorb.',
  restored: '{filename} ist wieder da.',
  needsFreshSignIn: 'Du hast heute viele Fotos gelöscht. Melde dich noch einmal an, um dieses zu löschen.',
  signInAgain: 'Noch einmal anmelden',

  uploads: 'Hochladen',
  uploadWaiting: 'Wartet',
  uploadHashing: 'Wird gelesen',
  uploadSending: 'Wird gesendet, {percent}',
  uploadConfirming: 'Wird geprüft',
  uploadStored: 'Gesichert',
  uploadDuplicate: 'Schon in deiner Sammlung',
  uploadTrashed: 'In deinem Papierkorb; stelle es dort wieder her',
  uploadNotAPhoto: 'Weder Foto noch Video',
  uploadEmpty: 'Die Datei ist leer',
  uploadTooLarge: 'Größer als {size}; mehr geht hier nicht',
  uploadFailed: 'Fehlgeschlagen: {detail}',
  uploadNetwork: 'Das Netz ist ausgefallen',
  uploadUnconfirmed: 'Gesendet, aber noch nicht bestätigt. Sieh später noch einmal nach.',
  uploadUnreadable: 'Die Datei ist nicht lesbar',
  uploadTotal: '{done} von {count}, {percent}',
  uploadAllDone: { one: '{count} Datei fertig', other: '{count} Dateien fertig' },
  uploadRetryAll: 'Fehlgeschlagene wiederholen',
  uploadDrop: 'Fotos hier ablegen, um sie hochzuladen',
  shared: { one: '{count} Datei wurde mit dieser Seite geteilt.', other: '{count} Dateien wurden mit dieser Seite geteilt.' },
  uploadShared: 'Hochladen',

  filterSince: 'Von',
  filterUntil: 'Bis',
  filterCamera: 'Kamera',
  filterKind: 'Art',
  filterKindAny: 'Alle',
  filterKindPhoto: 'Fotos',
  filterKindVideo: 'Videos',
  filterFavorite: 'Nur Favoriten',
  filterName: 'Dateiname',
  filterPlace: 'Ort',
  filterWhichPlace: 'Welcher Ort',
  filterApply: 'Zeigen',
};

/** The texts by language. */
export const TEXTS = { en: ENGLISH, de: GERMAN };

/** @typedef {Record<string, string | number>} Values */

/** The language of the page: the first of the reader's that there are texts in. */
export const LANGUAGE = /** @type {keyof typeof TEXTS} */ (
  navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((language) => language in TEXTS) ?? 'en'
);

/** The reader's own form of numbers and dates, where it is of the page's language. */
export const LOCALE = navigator.languages.find((tag) => tag.toLowerCase().startsWith(LANGUAGE)) ?? LANGUAGE;

const texts = TEXTS[LANGUAGE];
const plural = new Intl.PluralRules(LOCALE);

/**
 * A text with its values. Where a value is `count`, the text may depend on it.
 *
 * @param {Exclude<keyof typeof ENGLISH, 'takenHow'>} name
 * @param {Values} [values]
 * @returns {string}
 */
export function text(name, values = {}) {
  const found = texts[name];
  const pattern = typeof found === 'string' ? found : plural.select(Number(values.count)) === 'one' ? found.one : found.other;
  const shown = typeof values.count === 'number' ? { ...values, count: values.count.toLocaleString(LOCALE) } : values;
  return pattern.replace(/\{(\w+)\}/g, (whole, value) => String(shown[value] ?? whole));
}

/**
 * How a capture time that is not the camera's is known; empty where it is the camera's.
 *
 * @param {string} source
 * @returns {string}
 */
export function takenHow(source) {
  return /** @type {Record<string, string>} */ (texts.takenHow)[source] ?? '';
}
