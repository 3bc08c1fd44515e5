"""Pictures as cameras, microscopes and print software write them, each with what Pillow or tifffile makes of it at 8 bits.

    pip install numpy pillow tifffile imagecodecs opencv-python-headless && python make.py

writes NAME.EXT and NAME.expected.png beside itself; ImageDecoderTest compares.
"""
import pathlib

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
y, x = np.mgrid[:12, :16]
rgb = np.stack([x * 16 + y, 255 - y * 20, (x * y) % 256], 2).astype(np.uint8)
grey12 = (x * 250 + y * 25).astype(np.uint16)
grey16 = (x * 4000 + y * 400).astype(np.uint16)


def expected(name, levels):
    Image.fromarray(levels.astype(np.uint8)).convert("RGB").save(here / f"{name}.expected.png")


def of_pillow(name, file):
    expected(name, np.array(ImageOps.exif_transpose(Image.open(here / file)).convert("RGB")))


Image.fromarray(grey12).save(here / "bits12-png.png")
expected("bits12-png", np.array(Image.open(here / "bits12-png.png")) * 255.0 / 4095 + 0.5)
tifffile.imwrite(here / "bits12-tif.tif", grey12, compression="deflate", predictor=True)
expected("bits12-tif", tifffile.imread(here / "bits12-tif.tif") * 255.0 / 4095 + 0.5)
cv2.imwrite(str(here / "predictor-lzw.tif"), grey16)
expected("predictor-lzw", tifffile.imread(here / "predictor-lzw.tif") >> 8)
tifffile.imwrite(here / "predictor-rgb.tif", rgb, photometric="rgb", compression="lzw", predictor=True, byteorder=">")
expected("predictor-rgb", tifffile.imread(here / "predictor-rgb.tif"))
tifffile.imwrite(here / "big.tif", rgb, photometric="rgb", bigtiff=True)
expected("big", tifffile.imread(here / "big.tif"))
tifffile.imwrite(here / "tiles-planar.tif", rgb.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate")
expected("tiles-planar", tifffile.imread(here / "tiles-planar.tif").transpose(1, 2, 0))
Image.fromarray(rgb).save(here / "turned.tif", tiffinfo={274: 6})
of_pillow("turned", "turned.tif")
smooth = cv2.resize(rgb, (48, 40), interpolation=cv2.INTER_CUBIC)
Image.fromarray(smooth).convert("CMYK").save(here / "cmyk.jpg", quality=95)
of_pillow("cmyk", "cmyk.jpg")
# The same with Adobe's marker for luma and chroma: Pillow (libjpeg) converts them to inks.
file = bytearray((here / "cmyk.jpg").read_bytes())
at = file.find(b"Adobe")
file[at + 11] = 2
(here / "ycck.jpg").write_bytes(file)
of_pillow("ycck", "ycck.jpg")
Image.fromarray(rgb).save(here / "lossless.webp", lossless=True)
of_pillow("lossless", "lossless.webp")
Image.fromarray(smooth).save(here / "lossy.webp", quality=90)
of_pillow("lossy", "lossy.webp")
tifffile.imwrite(here / "half.tif", (grey16 / 65535).astype(np.float16))

# A brush stroke of Label Studio: run lengths of red, green, blue and alpha, by its converter's own encoder.
# pip install label-studio-converter; from label_studio_converter.brush import mask2rle
if len(__import__("sys").argv) > 1:
    from label_studio_converter.brush import mask2rle

    mask = np.zeros((40, 48), np.uint8)
    mask[6:18, 8:18] = 255
    (here / "brush.json").write_text(str(mask2rle(mask)))
