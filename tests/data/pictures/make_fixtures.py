#!/usr/bin/env python3
"""Makes the small pictures that the tests of src/picture read.

Needs: pip install pillow pillow-heif numpy tifffile imagecodecs
Run:   python3 make_fixtures.py        (writes beside itself)

Every picture shows one of the patterns below, which picture_test.cpp computes again:
the decoders are compared with arithmetic, not with another decoder's output.
"""
import io
import pathlib
import struct
import zlib

import numpy as np
import pillow_heif
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 12, 8
X, Y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
GREY = (X * 15 + Y * 10).astype(np.uint8)
RGB = np.stack([X * 20, Y * 30, np.full_like(X, 100)], axis=2).astype(np.uint8)
ALPHA = (X * 23).astype(np.uint8)
RGBA = np.dstack([RGB, ALPHA])
GREY_ALPHA = np.dstack([GREY, ALPHA])
INDEX = ((X + 2 * Y) % 16).astype(np.uint8)  # & 1, & 3 for fewer bits
PALETTE = [(i * 16, 255 - i * 16, i * 7) for i in range(16)]
EXIF = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)


def save(name, data):
    (HERE / name).write_bytes(data)


# --- PNG: written here, since no one library writes every colour type and depth.

def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pack_row(samples, depth):
    if depth == 16:
        return (samples.astype(np.uint32) * 257).astype(">u2").tobytes()
    if depth == 8:
        return samples.astype(np.uint8).tobytes()
    bits = np.unpackbits(samples.reshape(-1, 1).astype(np.uint8), axis=1)[:, 8 - depth:]
    return np.packbits(bits.ravel()).tobytes()


def png(samples, color_type, depth, interlaced=False, before=b"", after=b"", size=None):
    passes = [(0, 0, 1, 1)]
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for x, y, dx, dy in passes:
        for row in samples[y::dy, x::dx]:
            raw += b"\0" + pack_row(row, depth)
    width, height = size or (samples.shape[1], samples.shape[0])
    ihdr = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", ihdr) + before +
            png_chunk(b"IDAT", zlib.compress(raw, 9)) + after + png_chunk(b"IEND", b""))


def make_png():
    plte = png_chunk(b"PLTE", bytes(sum(PALETTE, ())))
    trns = png_chunk(b"tRNS", bytes([0, 128]))
    save("grey8.png", png(GREY, 0, 8))
    save("grey16.png", png(GREY, 0, 16))
    for depth in (1, 2, 4):
        save(f"grey{depth}.png", png(INDEX & ((1 << depth) - 1), 0, depth))
    save("grey8-trns.png", png(GREY, 0, 8, before=png_chunk(b"tRNS", struct.pack(">H", 15))))
    save("grey16-trns.png", png(GREY, 0, 16, before=png_chunk(b"tRNS", struct.pack(">H", 15 * 257))))
    save("grey-alpha8.png", png(GREY_ALPHA, 4, 8))
    save("grey-alpha16.png", png(GREY_ALPHA, 4, 16))
    save("rgb8.png", png(RGB, 2, 8))
    save("rgb16.png", png(RGB, 2, 16))
    save("rgb8-trns.png", png(RGB, 2, 8, before=png_chunk(b"tRNS", struct.pack(">HHH", 20, 30, 100))))
    save("rgb16-trns.png", png(RGB, 2, 16, before=png_chunk(b"tRNS", struct.pack(">HHH", 20 * 257, 30 * 257, 100 * 257))))
    save("rgba8.png", png(RGBA, 6, 8))
    save("rgba16.png", png(RGBA, 6, 16))
    save("rgb8-interlaced.png", png(RGB, 2, 8, interlaced=True))
    save("rgba8-interlaced.png", png(RGBA, 6, 8, interlaced=True))
    save("palette8.png", png(INDEX, 3, 8, before=plte))
    save("palette4.png", png(INDEX, 3, 4, before=plte))
    save("palette4-trns.png", png(INDEX, 3, 4, before=plte + trns))
    save("turned.png", png(RGB, 2, 8, after=png_chunk(b"eXIf", EXIF[6:])))
    bomb_text = b"Comment\0\0" + zlib.compress(bytes(9 << 20), 9)
    save("text-bomb.png", png(GREY, 0, 8, before=png_chunk(b"zTXt", bomb_text)))
    save("bomb.png", png(GREY, 0, 8, size=(12000, 9000)))


# --- JPEG

def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=98, subsampling=0, **options)
    return out.getvalue()


def patch_jpeg_size(data, width, height):
    at = next(i for i in range(len(data)) if data[i:i + 2] in (b"\xff\xc0", b"\xff\xc2"))
    return data[:at + 5] + struct.pack(">HH", height, width) + data[at + 9:]


def repeat_first_scan(data, times):
    first = data.index(b"\xff\xda")
    end = first + 2
    while data[end] != 0xFF or data[end + 1] == 0:
        end += 1
    return data[:first] + data[first:end] * times + data[end:]


def make_jpeg():
    rgb = Image.fromarray(RGB)
    cmyk = rgb.convert("CMYK")
    save("rgb.jpg", jpeg(rgb))
    save("grey.jpg", jpeg(Image.fromarray(GREY)))
    save("progressive.jpg", jpeg(rgb, progressive=True))
    save("turned.jpg", jpeg(rgb, exif=EXIF))
    save("cmyk-adobe.jpg", jpeg(cmyk))
    # Without the Adobe marker the samples are amounts of ink.
    plain = jpeg(Image.fromarray(255 - np.asarray(cmyk), "CMYK"))
    at = plain.index(b"\xff\xee")
    save("cmyk-plain.jpg", plain[:at] + plain[at + 16:])
    save("ycck.jpg", ycck_from(jpeg(Image.merge("CMYK", [Image.fromarray(c) for c in to_ycck(RGB)]))))
    save("scan-bomb.jpg", repeat_first_scan(jpeg(rgb, progressive=True), 100))
    save("bomb.jpg", patch_jpeg_size(jpeg(rgb), 65500, 65500))


def to_ycck(rgb):
    """The four planes as Adobe stores them: YCbCr of the inverted colours, and no black."""
    planes = Image.fromarray(255 - rgb).convert("YCbCr").split()
    # Pillow inverts what it writes as CMYK, so it is given the inverse.
    return [255 - np.asarray(p) for p in planes] + [np.zeros_like(GREY)]


def ycck_from(cmyk):
    at = cmyk.index(b"Adobe")
    return cmyk[:at + 11] + b"\x02" + cmyk[at + 12:]


# --- WebP, GIF

def make_webp():
    def webp(image, **options):
        out = io.BytesIO()
        image.save(out, "WEBP", **options)
        return out.getvalue()

    save("rgb.webp", webp(Image.fromarray(RGB), lossless=True, exact=True))
    save("rgba.webp", webp(Image.fromarray(RGBA), lossless=True, exact=True))
    grey = Image.fromarray(np.dstack([GREY] * 3))
    save("lossy.webp", webp(grey, quality=100))
    save("turned.webp", webp(Image.fromarray(RGB), lossless=True, exif=EXIF))
    second = Image.new("RGB", (WIDTH, HEIGHT))
    save("animated.webp", webp(Image.fromarray(RGB), lossless=True, save_all=True, append_images=[second]))
    lossless = bytearray(webp(Image.fromarray(RGB), lossless=True))
    at = lossless.index(b"VP8L") + 9  # 14 bits of width - 1, 14 bits of height - 1
    bits = struct.unpack_from("<I", lossless, at)[0]
    struct.pack_into("<I", lossless, at, bits & ~0xFFFFFFF | 16000 | 16000 << 14)
    save("bomb.webp", bytes(lossless))


def gif(interlace=0, **options):
    image = Image.fromarray(INDEX, "P")
    image.putpalette(sum(PALETTE, ()))
    out = io.BytesIO()
    image.save(out, "GIF", interlace=interlace, optimize=False, **options)
    return out.getvalue()


def make_gif():
    save("plain.gif", gif())
    save("interlaced.gif", gif(interlace=1))
    save("transparent.gif", gif(transparency=1))
    second = Image.new("RGB", (WIDTH, HEIGHT))
    save("animated.gif", gif(save_all=True, append_images=[second]))
    small_screen = bytearray(gif())
    struct.pack_into("<HH", small_screen, 6, 3, 2)
    save("beyond-screen.gif", bytes(small_screen))
    for name, frame in (("bomb.gif", False), ("bomb-frame.gif", True)):
        bomb = bytearray(gif())
        at = bomb.index(b",\0\0\0\0\x0c\0\x08\0") + 5 if frame else 6
        struct.pack_into("<HH", bomb, at, 12000, 9000)
        save(name, bytes(bomb))


# --- BMP: written here, for the same reason as PNG.

def bmp(rows, bits, *, header=40, compression=0, masks=b"", palette=b"", top_down=False, size=(WIDTH, HEIGHT)):
    data = b"".join(row + bytes(-len(row) % 4) for row in (rows if top_down else rows[::-1]))
    if compression in (1, 2):
        data = b"".join(rows)
    if header == 12:
        dib = struct.pack("<IHHHH", 12, *size, 1, bits)
    else:
        height = -size[1] if top_down else size[1]
        dib = struct.pack("<IiiHHIIiiII", header, size[0], height, 1, bits, compression, len(data), 0, 0, len(palette) // 4, 0)
        dib += (masks + bytes(header))[:max(header - 40, len(masks))]
    offset = 14 + len(dib) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + dib + palette + data


def make_bmp():
    bgr0 = b"".join(bytes((b, g, r, 0)) for r, g, b in PALETTE)
    bgr = b"".join(bytes((b, g, r)) for r, g, b in PALETTE)
    for bits in (1, 4, 8):
        rows = [pack_row(row & ((1 << bits) - 1), bits) for row in INDEX]
        save(f"palette{bits}.bmp", bmp(rows, bits, palette=bgr0[:4 << bits]))
    save("core8.bmp", bmp([r.tobytes() for r in INDEX], 8, header=12, palette=bgr))
    rgb24 = [row[:, ::-1].tobytes() for row in RGB]
    save("rgb24.bmp", bmp(rgb24, 24))
    save("top-down.bmp", bmp(rgb24, 24, top_down=True))
    r, g, b = (RGB[:, :, i].astype(np.uint32) for i in range(3))
    rgb555 = ((r >> 3) << 10 | (g >> 3) << 5 | b >> 3).astype("<u2")
    rgb565 = ((r >> 3) << 11 | (g >> 2) << 5 | b >> 3).astype("<u2")
    save("rgb555.bmp", bmp([x.tobytes() for x in rgb555], 16))
    save("rgb565.bmp", bmp([x.tobytes() for x in rgb565], 16, compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    xrgb = (r << 16 | g << 8 | b).astype("<u4")
    save("rgb32.bmp", bmp([x.tobytes() for x in xrgb], 32))
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    argb = (xrgb | ALPHA.astype(np.uint32) << 24).astype("<u4")
    save("rgba32-v4.bmp", bmp([x.tobytes() for x in argb], 32, header=108, compression=3, masks=masks))
    save("rgba32-v5.bmp", bmp([x.tobytes() for x in argb], 32, header=124, compression=3, masks=masks))
    save("alpha-unused.bmp", bmp([x.tobytes() for x in xrgb], 32, header=124, compression=3, masks=masks))
    runs = [b"".join(bytes((1, v)) for v in row) + b"\0\0" for row in INDEX[::-1]]
    save("rle8.bmp", bmp(runs + [b"\0\1"], 8, compression=1, palette=bgr0))
    literals = [bytes((0, WIDTH)) + pack_row(row, 4) + b"\0\0" for row in INDEX[::-1]]
    save("rle4.bmp", bmp(literals + [b"\0\1"], 4, compression=2, palette=bgr0))
    # A run of three, a jump right by one and up by one, one more, the end.
    save("rle8-jump.bmp", bmp([b"\x03\x05\0\2\x01\x01\x01\x06\0\1"], 8, compression=1, palette=bgr0))
    save("bomb.bmp", bmp(rgb24, 24, size=(12000, 9000)))


# --- TIFF

def tiff(data, **options):
    out = io.BytesIO()
    options.setdefault("photometric", "minisblack" if data.ndim == 2 else "rgb")
    tifffile.imwrite(out, data, metadata=None, software=False, **options)
    return out.getvalue()


def tiff_tag(code, value):
    return (code, 3, 1, value, True)


def make_tiff():
    save("grey8.tif", tiff(GREY))
    save("grey16.tif", tiff(GREY.astype(np.uint16) * 257, byteorder=">"))
    save("white-is-zero.tif", tiff(255 - GREY, photometric="miniswhite"))
    save("rgb8.tif", tiff(RGB, compression="lzw", rowsperstrip=3))
    save("rgb16.tif", tiff(RGB.astype(np.uint16) * 257, compression="zlib"))
    save("rgb-planes.tif", tiff(np.moveaxis(RGB, 2, 0), planarconfig="separate"))
    save("rgb-tiles.tif", tiff(RGB, tile=(16, 16)))
    save("rgb-big.tif", tiff(RGB, bigtiff=True))
    save("rgba8.tif", tiff(RGBA, extrasamples=["unassalpha"]))
    premultiplied = RGBA.copy()
    premultiplied[:, :, :3] = (RGB.astype(np.uint16) * ALPHA[:, :, None] + 127) // 255
    save("rgba8-premultiplied.tif", tiff(premultiplied, extrasamples=["assocalpha"]))
    save("rgba16.tif", tiff(RGBA.astype(np.uint16) * 257, extrasamples=["unassalpha"]))
    save("grey-alpha8.tif", tiff(GREY_ALPHA, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"]))
    save("grey-alpha16.tif", tiff(GREY_ALPHA.astype(np.uint16) * 257, photometric="minisblack", planarconfig="contig", extrasamples=["unassalpha"]))
    colours = np.zeros((3, 256), np.uint16)
    colours[:, :16] = np.array(PALETTE, np.uint16).T * 257
    save("palette8.tif", tiff(INDEX, photometric="palette", colormap=colours))
    bits = Image.fromarray(((INDEX & 1) * 255).astype(np.uint8)).convert("1")
    out = io.BytesIO()
    bits.save(out, "TIFF", compression="group4")
    save("fax.tif", out.getvalue())
    save("cmyk.tif", tiff(np.dstack([255 - RGB, np.zeros_like(GREY)]), photometric="separated"))
    save("turned.tif", tiff(RGB, byteorder=">", extratags=[tiff_tag(274, 6)]))
    save("float.tif", tiff(GREY.astype(np.float32)))
    for name, edit in (("bomb.tif", {256: 12000, 257: 9000}), ("tile-bomb.tif", {322: 32000, 323: 32000})):
        data = bytearray(tiff(RGB, tile=(16, 16)))
        start = struct.unpack_from("<I", data, 4)[0]
        for i in range(struct.unpack_from("<H", data, start)[0]):
            entry = start + 2 + 12 * i
            code = struct.unpack_from("<H", data, entry)[0]
            if code in edit:
                struct.pack_into("<HHII", data, entry, code, 4, 1, edit[code])
        save(name, bytes(data))


# --- HEIC

def heic(image, **options):
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=-1, chroma=444, **options)
    return out.getvalue()


def make_heic():
    large = np.kron(RGB, np.ones((8, 8, 1), np.uint8))
    save("rgb.heic", heic(Image.fromarray(large)))
    save("rgba.heic", heic(Image.fromarray(np.kron(RGBA, np.ones((8, 8, 1), np.uint8)))))
    turned = pillow_heif.from_pillow(Image.fromarray(large))
    out = io.BytesIO()
    turned.save(out, quality=-1, chroma=444, exif=EXIF)
    save("turned.heic", out.getvalue())
    bomb = bytearray(heic(Image.fromarray(large)))
    at = bomb.index(b"ispe") + 8
    struct.pack_into(">II", bomb, at, 12000, 9000)
    save("bomb.heic", bytes(bomb))


if __name__ == "__main__":
    make_png()
    make_jpeg()
    make_webp()
    make_gif()
    make_bmp()
    make_tiff()
    make_heic()
