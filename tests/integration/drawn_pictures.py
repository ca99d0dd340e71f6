"""Digits drawn with a round pen, and the many files that they can come in."""
import io
import math
import struct
import zlib

import numpy
from PIL import Image, ImageDraw

TURNED_RIGHT = 6  # EXIF: to be turned by 90 degrees clockwise for showing
ORIENTATION = 0x0112


def arc(x, y, radius_x, radius_y, begin, end):
    steps = [begin + (end - begin) * i / 24 for i in range(25)]
    return [(x + radius_x * math.cos(math.radians(angle)), y + radius_y * math.sin(math.radians(angle)))
            for angle in steps]


# In parts of a cell, x to the right, y down.
STROKES = {
    "0": [arc(.5, .5, .24, .38, -90, 270)],
    "1": [[(.5, .12), (.5, .88)]],
    "2": [arc(.5, .32, .22, .2, 190, 400) + [(.28, .88), (.76, .88)]],
    "3": [arc(.47, .31, .2, .19, 210, 450) + arc(.47, .69, .23, .19, -90, 150)],
    "4": [[(.38, .12), (.26, .55), (.74, .55)], [(.6, .3), (.6, .9)]],
    "5": [[(.7, .12), (.36, .12), (.34, .45)] + arc(.48, .65, .23, .22, -130, 150)],
    "6": [[(.6, .1), (.4, .35), (.29, .62)] + arc(.5, .68, .21, .2, 180, 540)],
    "7": [[(.26, .16), (.74, .16), (.45, .88)]],
    "8": [arc(.5, .31, .17, .19, 90, 450) + arc(.5, .7, .21, .2, -90, 270)],
    "9": [arc(.49, .33, .19, .2, 0, 360) + [(.68, .33), (.64, .62), (.56, .9)]],
}


def draw(text, cell=80, pen=7, ink=0, paper=255, mode="L"):
    """The digits side by side, smooth at their edges; lines as far apart as people write them."""
    scale = 4
    pitch = 1.3
    lines = text.split("\n")
    width, height = max(map(len, lines)) * cell, round(cell * (1 + pitch * (len(lines) - 1)))
    sheet = Image.new("L", (width * scale, height * scale), paper)
    pencil = ImageDraw.Draw(sheet)
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            for stroke in STROKES[digit]:
                draw_stroke(pencil, [((column + x) * cell * scale, (row * pitch + y) * cell * scale)
                                     for x, y in stroke], pen * scale, ink)
    return sheet.resize((width, height), Image.Resampling.LANCZOS).convert(mode)


def draw_stroke(pencil, points, width, ink):
    pencil.line(points, fill=ink, width=width, joint="curve")
    for x, y in points:
        half = width / 2
        pencil.ellipse((x - half, y - half, x + half, y + half), fill=ink)


def encoded(picture, kind="PNG", **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png(text, **options):
    return encoded(draw(text, **options))


def numbered_png(number, text="7"):
    """Pictures that differ in their pixels by number, as different people's pictures do."""
    picture = draw(text, cell=28, pen=3)
    for bit in range(20):
        picture.putpixel((bit, 0), 255 - ((number >> bit) & 1))
    return encoded(picture)


def with_alpha(picture):
    """The ink opaque black, all else transparent black: only right when laid over white."""
    clear = Image.new("L", picture.size, 0)
    return Image.merge("LA", (clear, picture.point(lambda grey: 255 - grey))).convert("RGBA")


def in_16_bit(picture):
    return Image.fromarray(numpy.asarray(picture).astype(numpy.uint16) * 257)


def turned_jpeg(picture):
    """Lies on its side, and says so."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    return encoded(picture.rotate(90, expand=True), "JPEG", exif=exif, quality=95)


def with_shadow(picture):
    """Light that falls off from left to right."""
    grey = numpy.asarray(picture).astype(numpy.float32)
    light = numpy.linspace(1.0, 0.6, grey.shape[1])[None, :]
    return Image.fromarray((grey * light).clip(0, 255).astype(numpy.uint8))


def bmp_of_one_bit(width, height):
    """Complete, unlike a header that only promises its pixels."""
    row = b"\xff" * ((width + 31) // 32 * 4)
    head = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 62 + len(row) * height, 0, 62, 40, width, height, 1, 1,
                       0, len(row) * height, 2835, 2835, 2, 2)
    return head + bytes(4) + b"\xff\xff\xff\0" + row * height


# name: (how to make the file from a grey picture, its media type)
FILES = {
    "grey PNG": (encoded, "image/png"),
    "RGB PNG": (lambda p: encoded(p.convert("RGB")), "image/png"),
    "black and white PNG": (lambda p: encoded(p.convert("1", dither=0)), "image/png"),
    "palette PNG": (lambda p: encoded(p.convert("RGB").quantize(16)), "image/png"),
    "PNG with alpha": (lambda p: encoded(with_alpha(p)), "image/png"),
    "PNG of 16 bit": (lambda p: encoded(in_16_bit(p)), "image/png"),
    "white ink on black": (lambda p: encoded(p.point(lambda grey: 255 - grey)), "image/png"),
    "uneven light": (lambda p: encoded(with_shadow(p)), "image/png"),
    "JPEG": (lambda p: encoded(p.convert("RGB"), "JPEG"), "image/jpeg"),
    "progressive JPEG": (lambda p: encoded(p.convert("RGB"), "JPEG", progressive=True), "image/jpeg"),
    "CMYK JPEG": (lambda p: encoded(p.convert("RGB").convert("CMYK"), "JPEG"), "image/jpeg"),
    "JPEG that lies on its side": (turned_jpeg, "image/jpeg"),
    "WebP": (lambda p: encoded(p.convert("RGB"), "WEBP"), "image/webp"),
    "lossless WebP with alpha": (lambda p: encoded(with_alpha(p), "WEBP", lossless=True), "image/webp"),
    "GIF": (lambda p: encoded(p, "GIF"), "image/gif"),
    "animated GIF": (lambda p: encoded(p, "GIF", save_all=True,
                                       append_images=[Image.new("L", p.size, 255)]), "image/gif"),
    "BMP": (lambda p: encoded(p.convert("RGB"), "BMP"), "image/bmp"),
    "palette BMP": (lambda p: encoded(p.quantize(16), "BMP"), "image/bmp"),
    "TIFF": (lambda p: encoded(p, "TIFF"), "image/tiff"),
    "LZW TIFF": (lambda p: encoded(p.convert("RGB"), "TIFF", compression="tiff_lzw"), "image/tiff"),
    "fax TIFF": (lambda p: encoded(p.convert("1", dither=0), "TIFF", compression="group4"), "image/tiff"),
}


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


def png_of_any_size(width, height, rows=0):
    """A grey PNG of one bit a pixel whose header may promise more than its `rows` hold."""
    row = b"\0" + b"\xff" * ((width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
            + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b""))
