"""The gallery as one page: everything inside it, texts as text."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path

from phosphene import gallery
from phosphene.gallery import Program
from phosphene.html.gallery import build

TEXT = (
    '"""<b>A & "B"\n\nOf `x < y`, 2016. </figure><script>"""\n\n'
    "import torch\n\npicture = torch.zeros(3, 2, 2) * (1 < 2)  # &lt;\n"
)


def page(folder: Path) -> str:
    gallery.make(folder, [Program("own", TEXT)], progress=False)
    return build(folder, "Of `phosphene`", gallery.chapters([Program("own", TEXT)]))


def test_it_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "default-src 'none'; img-src data:" in text
    assert not re.search(r"https?:|<script|url\(|@import", text)
    assert not re.search(r"\$\w", text)


def test_pictures_and_programs_are_in_it_as_they_are(tmp_path: Path) -> None:
    text = page(tmp_path)
    [picture] = re.findall(r'<img src="data:image/png;base64,(.*?)"', text)
    assert base64.b64decode(picture) == (tmp_path / "own.png").read_bytes()
    [code] = re.findall(r"<pre.*?><code>(.*?)</code></pre>", text, re.DOTALL)
    assert html.unescape(code) + "\n" == Program("own", TEXT).code


def test_texts_of_any_kind_are_text(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "<h3>&lt;b&gt;A &amp; &quot;B&quot;</h3>" in text
    assert "Of <code>x &lt; y</code>, 2016. &lt;/figure&gt;" in text
    assert text.count("<figure") == text.count("</figure>") == 1
    assert '<a href="#own">' in text
    assert 'id="own"' in text
