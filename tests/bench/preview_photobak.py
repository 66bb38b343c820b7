"""The photobak side of ``preview.py``: makes both previews of a JPEG, as often as told.

Arguments: the photo, a folder for the previews, how often. Writes the CPU seconds of each time to standard output.
"""

import sys
import time
from pathlib import Path

from photobak.photo.media_type import JPEG
from photobak.photo.preview import make_previews

photo, folder, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
for _ in range(times):
    start = time.process_time()
    previews = make_previews(photo, JPEG)
    (folder / "web.webp").write_bytes(previews.web)
    (folder / "thumb.webp").write_bytes(previews.thumb)
    print(time.process_time() - start)
