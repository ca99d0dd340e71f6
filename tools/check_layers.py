#!/usr/bin/env python3
"""Holds src/ to tools/layers.txt: includes go down the layers, and each foreign
library is seen by one module only.

usage: tools/check_layers.py [ROOT]     exit status 1 when something is out of place
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCES = {".h", ".cpp"}


class Layers:
    def __init__(self, text):
        self.allowed, self.foreign = {}, {}
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            module, _, rest = line.partition(":")
            modules, _, headers = rest.partition("|")
            self.allowed[module.strip()] = set(modules.split())
            self.foreign[module.strip()] = tuple(headers.split())

    def module_of(self, path):
        """The longest listed folder that holds the path: store/sqlite before store."""
        folders = [str(parent) for parent in pathlib.PurePosixPath(path).parents]
        return next((folder for folder in folders if folder in self.allowed), None)

    def may_use(self, module, other):
        return module == other or "*" in self.allowed[module] or other in self.allowed[module]

    def owners(self, header):
        return [module for module, prefixes in self.foreign.items()
                if any(header.startswith(prefix) for prefix in prefixes)]


def circle(allowed):
    """One circle among the layers as a list, or None."""
    state = {}

    def visit(module, trail):
        if state.get(module) == "done":
            return None
        if module in trail:
            return trail[trail.index(module):] + [module]
        for other in sorted(allowed.get(module, ())):
            found = other != "*" and visit(other, trail + [module])
            if found:
                return found
        state[module] = "done"
        return None

    return next((found for module in allowed if (found := visit(module, []))), None)


def problems_of_file(path, layers, source_root):
    relative = path.relative_to(source_root).as_posix()
    module = layers.module_of(relative)
    if module is None:
        yield f"src/{relative}: its folder is not in tools/layers.txt"
        return
    for kind, header in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if (source_root / header).exists():
            other = layers.module_of(header)
            if other and not layers.may_use(module, other):
                yield f"src/{relative}: {module} may not include {header} ({other})"
        elif kind == '"':
            yield f'src/{relative}: "{header}" is not a path below src/'
        else:
            owners = layers.owners(header)
            if owners and module not in owners:
                yield f"src/{relative}: <{header}> belongs to {', '.join(owners)}, not {module}"


def check(root):
    layers = Layers((root / "tools" / "layers.txt").read_text(encoding="utf-8"))
    source_root = root / "src"
    found = circle(layers.allowed)
    problems = [f"tools/layers.txt: a circle: {' -> '.join(found)}"] if found else []
    for path in sorted(source_root.rglob("*")):
        if path.suffix in SOURCES:
            problems += problems_of_file(path, layers, source_root)
    return problems


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    problems = check(root.resolve())
    print("\n".join(problems) if problems else "layers: every include goes the right way")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
