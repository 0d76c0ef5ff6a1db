"""Makes src/demo/drawing/glyphs/*.ts: letter outlines as path data, so that the demo's pictures need no installed font.

Needs fonttools and uharfbuzz (PyPI) and the npm packages @expo-google-fonts/{league-gothic,limelight,abril-fatface,
josefin-sans,inter}, all under the SIL Open Font License.  python scripts/glyphs.py <node_modules> src/demo/drawing/glyphs
"""

import pathlib
import sys

import uharfbuzz as hb
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

FACES = {
    "condensed": ("league-gothic/400Regular/LeagueGothic_400Regular.ttf", True),
    "deco": ("limelight/400Regular/Limelight_400Regular.ttf", False),
    "serif": ("abril-fatface/400Regular/AbrilFatface_400Regular.ttf", True),
    "geometric": ("josefin-sans/600SemiBold/JosefinSans_600SemiBold.ttf", True),
    "grotesk": ("inter/700Bold/Inter_700Bold.ttf", True),
}
UPPER = " !\"#$%&'()+,-./0123456789:?@ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÄÅÆÇÈÉÊËÍÎÏÑÓÔÖØÚÛÜ’“”–—·…"
LOWER = "abcdefghijklmnopqrstuvwxyzàáâäåæçèéêëíîïñóôöøúûüß"
KERNED = [c for c in UPPER + LOWER if c.isascii() and (c.isalnum() or c in ".,'-&")]
MIN_KERNING = 12  # thousandths of the em: less than that nobody sees


class PathPen(BasePen):
    """Relative, whole-number path data; y grows downwards as in SVG."""

    def __init__(self, glyphs, scale):
        super().__init__(glyphs)
        self.scale, self.parts, self.at, self.start, self.last = scale, [], (0, 0), (0, 0), ""

    def _emit(self, command, *points):
        values = []
        for point in points:
            x, y = round(point[0] * self.scale), round(-point[1] * self.scale)
            values += [x - self.at[0], y - self.at[1]]
            end = (x, y)
        self.at = end
        if command == "l" and values == [0, 0]:
            return
        if command == "l" and 0 in values:
            command, values = ("h", values[:1]) if values[1] == 0 else ("v", values[1:])
        text = "".join(str(v) if i == 0 or v < 0 else f" {v}" for i, v in enumerate(values))
        joined = command == self.last and command != "m"
        self.parts.append(("" if text[0] == "-" else " ") + text if joined else command + text)
        self.last = command

    def _moveTo(self, point):
        self._emit("m", point)
        self.start = self.at

    def _lineTo(self, point):
        self._emit("l", point)

    def _curveToOne(self, a, b, end):
        self._emit("c", a, b, end)

    def _qCurveToOne(self, a, end):
        self._emit("q", a, end)

    def _closePath(self):
        self.parts.append("z")
        self.last, self.at = "z", self.start


def kerning(path, advances):
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    font.scale = (1000, 1000)
    rows = []
    for a in KERNED:
        by_amount = {}
        for b in KERNED:
            if a not in advances or b not in advances:
                continue
            buffer = hb.Buffer()
            buffer.add_str(a + b)
            buffer.guess_segment_properties()
            hb.shape(font, buffer, {"liga": False, "calt": False, "clig": False})
            amount = buffer.glyph_positions[0].x_advance - advances[a]
            if len(buffer.glyph_positions) == 2 and abs(amount) >= MIN_KERNING:
                by_amount.setdefault(amount, []).append(b)
        if by_amount:
            rows.append(a + "".join(f"|{n}:{''.join(cs)}" for n, cs in sorted(by_amount.items())))
    return rows


def write(name, path, with_lower, folder):
    font = TTFont(path)
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    scale = 1000 / font["head"].unitsPerEm
    rows, advances = [], {}
    for char in UPPER + (LOWER if with_lower else ""):
        if ord(char) not in names:
            continue
        glyph = glyphs[names[ord(char)]]
        pen = PathPen(glyphs, scale)
        glyph.draw(pen)
        advances[char] = round(glyph.width * scale)
        rows.append(f"{char}{advances[char]} {''.join(pen.parts)}".rstrip())
    notice = " ".join(font["name"].getDebugName(0).split()).split(" This Font Software")[0]
    text = "\n".join([
        f"// Letter outlines made by scripts/glyphs.py. {notice}",
        "// Licensed under the SIL Open Font License 1.1: OFL.txt beside the source of this file.",
        "import { parseTypeface } from '../typeface.ts'",
        "",
        "/** Each glyph line: character, advance, outline; 1000 units to the em. */",
        "const glyphs = `",
        *rows,
        "`",
        "",
        "/** Each line: left character, then amount:right characters. */",
        "const kerning = `",
        *kerning(path, advances),
        "`",
        "",
        f"export const {name} = parseTypeface({{ capHeight: {round(font['OS/2'].sCapHeight * scale)}, glyphs, kerning }})",
        "",
    ])
    pathlib.Path(folder, f"{name}.ts").write_text(text, encoding="utf-8")
    print(name, len(text.encode()))


if __name__ == "__main__":
    for face, (file, with_lower) in FACES.items():
        write(face, pathlib.Path(sys.argv[1], "@expo-google-fonts", file), with_lower, sys.argv[2])
