#!/usr/bin/env python3
"""Writes the files of a folder as one C++ source, for the program to serve them from memory.

usage: embed_assets.py OUT.cpp [FOLDER]...
       embed_assets.py --text NAME HEADER OUT.cpp FILE

The second form writes one file as the constant NAME that HEADER declares. The order is that of
the names, and gzip carries no time, so that the same files give the same source. Where two
folders have a file of the same name the later one wins; a folder that is missing gives none.
"""

import gzip
import hashlib
import mimetypes
import pathlib
import re
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
# Vite names what it bundles name-hash.ext.
HASHED_NAME = re.compile(r"^/assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")


def media_type(name):
    suffix = pathlib.PurePosixPath(name).suffix
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def literal(data):
    """A C++ string literal; octal escapes of three digits never swallow what follows."""
    lines = []
    for start in range(0, len(data), 64):
        piece = data[start:start + 64]
        text = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in piece)
        lines.append(f'"{text}"')
    return "\n    ".join(lines) or '""'


def collect(folders):
    files = {}
    for folder in map(pathlib.Path, folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                files["/" + path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def entry(index, name, data):
    packed = gzip.compress(data, 9, mtime=0)
    if len(packed) > len(data) * 9 // 10:
        packed = b""
    etag = hashlib.sha256(data).hexdigest()[:32]
    immutable = "true" if HASHED_NAME.match(name) else "false"
    arrays = (f"constexpr char kContent{index}[] =\n    {literal(data)};\n"
              f"constexpr char kGzip{index}[] =\n    {literal(packed)};\n")
    row = (f'    Asset{{"{name}", "{media_type(name)}", "\\"{etag}\\"", '
           f"{{kContent{index}, {len(data)}}}, {{kGzip{index}, {len(packed)}}}, {immutable}}},\n")
    return arrays, row


def write_text(name, header, out, file):
    data = pathlib.Path(file).read_bytes()
    pathlib.Path(out).write_text(
        f'// Made by tools/embed_assets.py; not for editing.\n#include "{header}"\n\n'
        "namespace glyphd::serving {\n\n"
        f"const std::string_view {name}(\n    {literal(data)},\n    {len(data)});\n\n"
        "}  // namespace glyphd::serving\n", encoding="ascii")


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "--text":
        return write_text(*sys.argv[2:])
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    entries = [entry(index, name, data)
               for index, (name, data) in enumerate(sorted(collect(sys.argv[2:]).items()))]
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('// Made by tools/embed_assets.py; not for editing.\n#include "serving/assets.h"\n\n'
                  "#include <vector>\n\nnamespace glyphd::serving {\nnamespace {\n\n")
        out.writelines(arrays for arrays, _ in entries)
        out.write("\n}  // namespace\n\nstd::span<const Asset> EmbeddedAssets() {\n"
                  "  static const std::vector<Asset> kAssets = {\n")
        out.writelines(row for _, row in entries)
        out.write("  };\n  return kAssets;\n}\n\n}  // namespace glyphd::serving\n")


if __name__ == "__main__":
    main()
