"""Makes the pictures that a bench run uploads: pairwise different in bytes and pixels.

usage: bench/pictures.py MNIST_DIR OUT_FILE COUNT SIDE

OUT_FILE holds PNG after PNG; OUT_FILE.index holds `offset length` a line. SIDE 28 gives
MNIST-like grey pictures, a larger one black drawings on white paper.
"""
import gzip
import io
import multiprocessing
import os
import pathlib
import sys

import numpy
from PIL import Image


def read_images(folder):
    path = pathlib.Path(folder) / "t10k-images-idx3-ubyte"
    data = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".gz").read_bytes())
    return numpy.frombuffer(data, numpy.uint8, offset=16).reshape(-1, 28, 28)


def small_picture(image, number):
    """The digit as it is, with its number written into the four corners' grey values."""
    pixels = image.copy()
    for bit, (row, column) in enumerate([(0, 0), (0, 27), (27, 0), (27, 27)]):
        pixels[row, column] = (number >> (5 * bit)) & 31
    return Image.fromarray(pixels)


def drawing(image, number, side):
    """The digit drawn large: dark on white, turned and moved a little, sharp-edged like a pen."""
    random = numpy.random.default_rng(number)
    angle, scale = random.uniform(-0.2, 0.2), 28 / side * random.uniform(1.0, 1.5)
    cosine, sine = numpy.cos(angle) * scale, numpy.sin(angle) * scale
    shift = random.uniform(-2, 2, 2)
    middle = side / 2
    matrix = (cosine, sine, 14 + shift[0] - middle * (cosine + sine),
              -sine, cosine, 14 + shift[1] - middle * (cosine - sine))
    ink = Image.fromarray(image).transform((side, side), Image.AFFINE, matrix, Image.BICUBIC)
    paper = ink.point([255 if value < 100 else max(0, 255 - 3 * (value - 100)) for value in range(256)])
    paper.putpixel((number % side, number // side % side), 254)
    return paper


def encode(task):
    number, side = task
    image = IMAGES[number % len(IMAGES)]
    picture = small_picture(image, number) if side == 28 else drawing(image, number, side)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def make(folder, target, count, side):
    global IMAGES
    IMAGES = read_images(folder)
    offset = 0
    unfinished = pathlib.Path(str(target) + ".part")
    with open(unfinished, "wb") as pictures, open(str(target) + ".index", "w") as index, \
            multiprocessing.Pool(os.cpu_count()) as pool:
        tasks = ((number, side) for number in range(count))
        for number, png in enumerate(pool.imap(encode, tasks, chunksize=256)):
            pictures.write(png)
            index.write(f"{offset} {len(png)}\n")
            offset += len(png)
            if number % 5000 == 4999:
                print(f"\r{target.name}: {number + 1} of {count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    unfinished.rename(target)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    make(sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
