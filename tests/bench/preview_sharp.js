// The sharp side of preview.py: makes the same two WebP files of a JPEG, as often as told.
// Arguments: the folder where sharp is installed, the photo, a folder for the previews, how often, and size and quality
// of each preview as JSON. Writes the CPU seconds of each time to standard output.
const path = require("node:path");

const [installed, photo, folder, times, previews] = process.argv.slice(2);
const sharp = require(path.join(installed, "node_modules", "sharp"));
sharp.cache(false); // else the second time would find the photo as the first has decoded it

function make([name, { width, height, quality }]) {
  return sharp(photo)
    .autoOrient()
    .resize({ width, height, fit: "inside", withoutEnlargement: true })
    .webp({ quality })
    .toFile(path.join(folder, `${name}.webp`));
}

(async () => {
  for (let time = 0; time < Number(times); time++) {
    const start = process.cpuUsage();
    await Promise.all(Object.entries(JSON.parse(previews)).map(make));
    const { user, system } = process.cpuUsage(start);
    console.log((user + system) / 1e6);
  }
})();
