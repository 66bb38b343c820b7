// The sharp side of preview.py: makes the same two WebP files of a JPEG, as often as told.
// Arguments: the folder where sharp is installed, the photo, a folder for the previews, how often, the encoder's effort,
// and size and quality of both previews as JSON. Writes the CPU seconds of each time to standard output.
const path = require("node:path");

const [installed, photo, folder, times, effort, previews] = process.argv.slice(2);
const sharp = require(path.join(installed, "node_modules", "sharp"));
sharp.cache(false); // else the second time would find the photo as the first has decoded it

const { web, thumb } = JSON.parse(previews);
const within = ({ width, height }) => ({ width, height, fit: "inside", withoutEnlargement: true });
const encoder = ({ quality }) => ({ quality, effort: Number(effort) });

// The photo is decoded once: that took a tenth less than a pipeline for each preview did.
async function makePreviews() {
  const { data, info: raw } = await sharp(photo)
    .autoOrient()
    .resize(within(web))
    .raw()
    .toBuffer({ resolveWithObject: true });
  await Promise.all([
    sharp(data, { raw }).webp(encoder(web)).toFile(path.join(folder, "web.webp")),
    sharp(data, { raw }).resize(within(thumb)).webp(encoder(thumb)).toFile(path.join(folder, "thumb.webp")),
  ]);
}

(async () => {
  for (let time = 0; time < Number(times); time++) {
    const start = process.cpuUsage();
    await makePreviews();
    const { user, system } = process.cpuUsage(start);
    console.log((user + system) / 1e6);
  }
})();
