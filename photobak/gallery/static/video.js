/**
 * Shows videos in a `<video>`. Most are originals, which the browser fetches in ranges.
 *
 * @module
 */

/** The browser can't show it: it does not know the codec, most likely HEVC. */
export class CantPlay extends Error {}

/**
 * Load a video and show its first frame.
 *
 * @param {HTMLVideoElement} video
 * @param {string} url
 * @param {string} poster empty for none
 * @throws {CantPlay}
 */
export function loadVideo(video, url, poster) {
  return new Promise((resolve, reject) => {
    video.onloadedmetadata = () => {
      if (video.videoWidth) resolve(undefined);
      else reject(new CantPlay()); // its sound could be played, its picture not
    };
    video.onerror = () => reject(new CantPlay());
    video.poster = poster;
    video.src = url;
  });
}

/**
 * Stop a video and forget it.
 *
 * @param {HTMLVideoElement} video
 */
export function unloadVideo(video) {
  video.onerror = null;
  video.onloadedmetadata = null;
  video.pause();
  if (!video.hasAttribute('src')) return;
  video.removeAttribute('src');
  video.removeAttribute('poster');
  video.load();
}
