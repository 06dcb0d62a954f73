"""How fast sheets of labels are set: signing, drawing the codes, laying out, PDF - without the database."""

import time
from datetime import UTC, datetime


def bench(count: int) -> None:
    import django

    django.setup()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from tomoshibi.documents import operations as documents
    from tomoshibi.fieldwork import sheets, signing
    from tomoshibi.fieldwork.values import TEMPLATES, Label

    key = Ed25519PrivateKey.generate()
    made_at = datetime(2026, 11, 4, tzinfo=UTC)
    labels = [
        Label(n, f"groups.point:{n}", (f"28{n:08d}", f"9{n // 4:016d} 新村{n // 4}幢终端箱", "城南1号台区"), made_at, 0, None, "", None)
        for n in range(1, count + 1)
    ]  # fmt: skip

    def texts() -> list[str]:
        return [
            sheets.address("https://tomoshibi.example", signing.token(one.serial, key_no=1, key=key)) for one in labels
        ]

    print(f"\n{count:,} labels, per processor second (wanted: 500)")
    started = time.process_time()
    for text in texts():
        sheets.drawing(text)
    print(f"  {'codes signed and drawn only':<28} {count / (time.process_time() - started):7,.0f} /s")
    for template in TEMPLATES.values():
        started = time.process_time()
        data = sheets.data(list(zip(labels, texts(), strict=True)), template=template, company="灯湖供电公司")
        pdf = documents.typeset(template=sheets.TYPST, data=data)
        taken = time.process_time() - started
        print(f"  {template.code:<28} {count / taken:7,.0f} /s, a PDF of {len(pdf) / 2**20:.1f} MB")
