"""Labels: unique, signed, printed in batches, reprinted with a reason, voided (G-044 ... G-051)."""

import io
from dataclasses import replace

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageFilter
from pypdf import PdfReader
from typer.testing import CliRunner

from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as document_queries
from tomoshibi.fieldwork import commands, keys, operations, queries, sheets, signing, values

pytestmark = pytest.mark.usefixtures("in_transaction")
DPI = 600
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {1: KEY.public_key().public_bytes_raw()}
WORDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def wanted(*numbers):
    return [
        values.Wanted(subject=f"groups.point:{n}", caption=(f"6200{n:06d}", "灯湖供电所", f"JR{n:05d}"))
        for n in numbers
    ]


def make(now, *numbers):
    return operations.make_labels(wanted=wanted(*numbers), now=now)


def read_back(picture):
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]


def token_of(address):
    return address.removeprefix("HTTPS://TOMOSHIBI.EXAMPLE.JP/L/")


def printed(now, serials, template):
    """What a scanner reads on every page of a print, through the same layout as the kept file."""
    made = operations.print_labels(serials=serials, template=template, now=now, company="灯湖供电公司")
    labels = [queries.label(serial=serial) for serial in serials]
    private = keys.private_key()
    texts = [
        sheets.address("https://tomoshibi.example.jp", signing.token(serial, key_no=1, key=private))
        for serial in serials
    ]
    sheet = sheets.data(list(zip(labels, texts, strict=True)), template=queries.template(code=template), company="x")
    pages = documents.typeset_pictures(template=sheets.TYPST, data=sheet, ppi=DPI)
    return made, [Image.open(io.BytesIO(page)).convert("L") for page in pages]


@pytest.mark.requirement("G-044")
def test_every_point_has_a_label_of_its_own_and_keeps_it(now):
    made = make(now, *range(1, 7186))
    assert len({label.serial for label in made}) == len(made) == 7_185
    again = make(now, 5, 7_200)
    assert again[0].serial == made[4].serial
    assert again[1].serial not in {label.serial for label in made}


@pytest.mark.requirement("G-044", "G-051")
@pytest.mark.parametrize("template", ["a4-21", "roll-50"])
def test_printed_labels_are_read_by_a_decoder_that_is_not_ours(now, template):
    serials = [label.serial for label in make(now, 1, 2)]
    _made, pages = printed(now, serials, template)
    seen = [text for page in pages for text in read_back(page)]
    assert sorted(signing.read(token_of(text), keys=queries.public_keys()) for text in seen) == serials


def _seen_from_the_side(picture, degrees=15):
    """A camera that looks down on the label from the side: the far edge is shorter."""
    from math import radians, tan

    width, height = picture.size
    shift = round(width * tan(radians(degrees)) / 4)
    # The square that is seen comes from the whole label; PIL wants the corners of the source.
    corners = (0, 0, shift // 2, height, width - shift // 2, height, width, 0)
    wide = Image.new("L", (width + 2 * shift, height + 2 * shift), 255)
    wide.paste(
        picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR), (shift, shift)
    )
    return wide


@pytest.mark.requirement("G-044")
@pytest.mark.parametrize("template", ["a4-21", "roll-50"])
def test_a_tilted_blurred_and_badly_kept_picture_is_still_read(now, template):
    serial = make(now, 1)[0].serial
    _made, pages = printed(now, [serial], template)
    tilted = _seen_from_the_side(pages[0].crop((0, 0, min(pages[0].width, 1_800), min(pages[0].height, 1_300))))
    small = tilted.resize((tilted.width // 2, tilted.height // 2)).filter(ImageFilter.GaussianBlur(1.2))
    kept = io.BytesIO()
    small.save(kept, "JPEG", quality=40)
    texts = read_back(Image.open(kept))
    assert [signing.read(token_of(text), keys=queries.public_keys()) for text in texts] == [serial]


@pytest.mark.requirement("G-045", "G-051")
@pytest.mark.parametrize(("template", "pages"), [("a4-21", 3), ("roll-50", 50)])
def test_one_action_prints_all_labels_of_a_group(now, template, pages):
    serials = [label.serial for label in make(now, *range(1, 51))]
    made = operations.print_labels(serials=serials, template=template, now=now, company="灯湖供电公司")
    assert made.count == 50
    pdf = PdfReader(io.BytesIO(document_queries.content(file_id=made.file_id)))
    assert len(pdf.pages) == pages
    text = "".join(page.extract_text() for page in pdf.pages)
    assert sum(values.number_of(serial) in text for serial in serials) == 50


@pytest.mark.requirement("G-051")
def test_a_company_may_have_a_layout_of_its_own(now, tmp_path, settings):
    settings.TOMOSHIBI_TESTS_WRAP_TRANSACTIONS = True
    own = replace(values.TEMPLATES["roll-50"], code="roll-60", name="60 x 40 mm", page_width=600, label_width=600)
    file = tmp_path / "layout.yaml"
    shown = CliRunner().invoke(commands.app, ["layouts", "roll-50"]).output
    file.write_text(
        shown.replace("roll-50", own.code).replace("50 x 30", "60 x 40").replace("width: 500", "width: 600")
    )
    assert CliRunner().invoke(commands.app, ["layout", str(file)]).output == "roll-60: 1 labels a page\n"
    assert queries.template(code="roll-60") == own
    serial = make(now, 1)[0].serial
    assert operations.print_labels(serials=[serial], template="roll-60", now=now).template == "roll-60"
    with pytest.raises(queries.NoSuchTemplate):
        operations.print_labels(serials=[serial], template="nothing", now=now)


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("dpi: 203", "dpi: many", "dpi: 'many' is no such size"),
        ("rows: 1", "rows: 0", "rows: 0 is no such size"),
        ("page_height: 300\n", "", "page_height is missing"),
        ("left:", "lefft:", "lefft is not known; left is missing"),
        ("code: roll-50", "code: [", "while parsing"),
    ],
)
def test_a_layout_that_is_none_is_refused_by_name(tmp_path, was, is_now, said):
    file = tmp_path / "layout.yaml"
    file.write_text(CliRunner().invoke(commands.app, ["layouts", "roll-50"]).output.replace(was, is_now))
    answer = CliRunner().invoke(commands.app, ["layout", str(file)])
    assert (answer.exit_code, said in answer.output) == (1, True), answer.output
    assert set(queries.templates()) == set(values.TEMPLATES)


@pytest.mark.requirement("G-051")
def test_a_printer_too_coarse_for_the_code_is_refused(now):
    operations.define_template(template=replace(values.TEMPLATES["roll-50"], code="coarse", code_size=100))
    with pytest.raises(operations.CodeTooSmall):
        operations.print_labels(serials=[make(now, 1)[0].serial], template="coarse", now=now)


@pytest.mark.requirement("G-047")
def test_one_changed_character_is_forged_wherever_it_stands():
    genuine = signing.token(4_711, key_no=1, key=KEY)
    assert (signing.read(genuine, keys=KEYS), len(genuine)) == (4_711, signing.TOKEN_LENGTH)
    for place, was in enumerate(genuine):
        other = WORDS[(WORDS.index(was) + 1 + place) % 32] if (1 + place) % 32 else WORDS[WORDS.index(was) - 1]
        with pytest.raises(signing.Forged):
            signing.read(genuine[:place] + other + genuine[place + 1 :], keys=KEYS)


@pytest.mark.requirement("G-047")
@pytest.mark.parametrize("text", ["", "A", "0" * 114, "ＡＢＣ", "A" * 114, "A" * 400, "\x00"])
def test_what_is_no_label_is_forged(text):
    with pytest.raises(signing.Forged):
        signing.read(text, keys=KEYS)


@pytest.mark.requirement("G-047")
def test_a_label_signed_with_a_key_that_is_not_ours_is_forged(now):
    make(now, 1)
    operations.print_labels(serials=[make(now, 1)[0].serial], template="a4-21", now=now)
    foreign = signing.token(make(now, 1)[0].serial, key_no=1, key=KEY)
    assert operations.scan(token=foreign, now=now, procedure="GR5").verdict is values.Verdict.FORGED


def test_after_a_change_of_keys_older_labels_stay_genuine(now, monkeypatch):
    import base64

    serial = make(now, 1)[0].serial
    operations.print_labels(serials=[serial], template="a4-21", now=now)
    old = signing.token(serial, key_no=1, key=keys.private_key())
    monkeypatch.setenv(keys.VARIABLE, base64.b64encode(bytes(range(32))).decode())
    operations.print_labels(serials=[serial], template="a4-21", now=now, reason="new key")
    new = signing.token(serial, key_no=2, key=KEY)
    assert [queries.label_by_token(token=token).serial for token in (old, new)] == [serial, serial]


@pytest.mark.requirement("G-049")
def test_a_second_print_needs_a_reason_and_is_counted(now):
    serial, other = (label.serial for label in make(now, 1, 2))
    operations.print_labels(serials=[serial], template="a4-21", now=now, actor_id=7)
    with pytest.raises(operations.NoReason):
        operations.print_labels(serials=[other, serial], template="a4-21", now=now)
    operations.print_labels(serials=[other, serial], template="roll-50", now=now, reason="washed out", actor_id=8)
    assert queries.label(serial=serial).print_count == 2
    prints = queries.prints_of_subjects(subjects=["groups.point:1", "groups.point:2"])
    assert [(p.reason, p.count, p.printed_by_id) for p in prints] == [("washed out", 2, 8), ("", 1, 7)]
    assert queries.prints_of_subjects(subjects=[queries.label(serial=other).subject]) == prints[:1]
    assert queries.label_print(print_id=prints[0].id) == prints[0]
    with pytest.raises(queries.NoSuchPrint):
        queries.label_print(print_id=10**6)


@pytest.mark.requirement("G-049")
def test_a_voided_label_scans_as_void_and_cannot_be_printed(now):
    serial = make(now, 1)[0].serial
    operations.print_labels(serials=[serial], template="a4-21", now=now)
    token = signing.token(serial, key_no=1, key=keys.private_key())
    assert operations.scan(token=token, now=now, procedure="GR5").verdict is values.Verdict.GENUINE
    with pytest.raises(operations.NoReason):
        operations.void_labels(serials=[serial], reason=" ", now=now)
    new = operations.replace_label(serial=serial, reason="copied", now=now)
    assert queries.label(serial=serial).replaced_by == new.serial
    assert operations.scan(token=token, now=now, procedure="GR5").verdict is values.Verdict.VOID
    with pytest.raises(operations.AlreadyVoid):
        operations.print_labels(serials=[serial], template="a4-21", now=now, reason="x")
    with pytest.raises(operations.AlreadyVoid):
        operations.replace_label(serial=serial, reason="again", now=now)
    assert [label.serial for label in queries.labels_of(subjects=["groups.point:1"])] == [new.serial]
    assert len(queries.labels_of(subjects=["groups.point:1"], void=True)) == 2


def test_numbers_are_read_out_with_a_check_digit():
    assert values.number_of(42) == "0000 0042 2"
