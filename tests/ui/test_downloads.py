"""Files as answers."""

import pytest

from tomoshibi.ui import downloads


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_what_we_made_is_shown_or_kept_by_its_kind_and_by_no_cache():
    paper, table = downloads.made(b"%PDF-1.7", "T-1.pdf"), downloads.made("\ufeffa,b", "quote.csv")
    assert paper.headers["Content-Disposition"] == 'inline; filename="T-1.pdf"'
    assert table.headers["Content-Disposition"] == 'attachment; filename="quote.csv"'
    assert {answer.headers["Cache-Control"] for answer in (paper, table)} == {"no-store"}


def test_a_name_cannot_write_headers(tmp_path):
    (tmp_path / "kept").write_bytes(b"x")
    answer = downloads.kept(tmp_path / "kept", '請求書 "1".pdf', shown=True)
    assert "filename*=utf-8''%E8%AB%8B" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert body(answer) == b"x"


def test_what_strangers_gave_us_is_never_shown_by_this_origin(tmp_path):
    (tmp_path / "kept").write_text("<script>")
    answer = downloads.foreign(tmp_path / "kept", "photo.html")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("text", ["=1+1", "+81", "-2", "@SUM(A1)", "\tx"])
def test_text_that_a_spreadsheet_would_run(text):
    assert downloads.harmless(text) == f"'{text}"
    assert downloads.harmless("灯火 = 太郎") == "灯火 = 太郎"
    assert downloads.harmless(-2) == -2
