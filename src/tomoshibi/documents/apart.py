"""
Sets one PDF in a process of its own: ``python apart.py < order > pdf``.

The typesetter remembers what it has laid out, a megabyte a page, for the documents after it; a run of many pages gives
that back by ending. Imports nothing of the house, so that it starts at once.
"""

import json
import sys

import typst


def main() -> None:
    order = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=order["fonts"])
    compiler = typst.Compiler(order["template"], root=order["root"], font_paths=fonts)
    pdf = compiler.compile(format="pdf", sys_inputs=order["inputs"], pdf_tags=False)
    assert isinstance(pdf, bytes), "a PDF is one file"
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
