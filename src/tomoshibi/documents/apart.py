"""
Sets one PDF in a process of its own: ``python apart.py TEMPLATE FONTS... < data > pdf``.

The typesetter remembers what it has laid out, a megabyte a page, for the documents after it; a run of many pages gives
that back by ending. Imports nothing of the house, so that it starts at once.
"""

import sys
from pathlib import Path

import typst


def main() -> None:
    template, *fonts = sys.argv[1:]
    compiler = typst.Compiler(
        template,
        root=str(Path(template).parent),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=fonts),
    )
    data = sys.stdin.buffer.read().decode()
    pdf = compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_tags=False)
    assert isinstance(pdf, bytes), "a PDF is one file"
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
