"""The pieces of ``ui`` in a real browser: 10,000 rows, 0 rows, the keyboard, charts, forms that are wrong, confirmations."""

from pathlib import Path

import pytest

from tests.browser import pages

FIRST = "2026" + "00000001"


@pytest.fixture(autouse=True)
def _pieces(settings):
    settings.ROOT_URLCONF = "tests.browser.pages"
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [Path(__file__).parent / "templates"]},
    ]
    pages.COUNT["rows"] = 10_000


def _shown(page):
    return page.locator("#list tbody tr[data-id]")


def test_ten_thousand_rows(signed_in_page, look, accessible):
    page = signed_in_page()
    page.goto("/pieces/bills/")
    assert _shown(page).count() == 200
    assert "10,000" in page.locator(".list-count").inner_text()
    total = sum(pages._row(n)["amount_minor"] for n in range(1, 10_001))
    assert f"{total:,}" in page.locator("tfoot").inner_text()
    look(page, "pieces-bills")
    accessible(page)
    scroll = page.locator(".list-scroll")
    for wanted in range(400, 1_601, 200):
        scroll.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        _shown(page).nth(wanted - 1).wait_for(state="attached")
    header, table = page.locator("thead th").nth(1).bounding_box(), scroll.bounding_box()
    assert abs(header["y"] - table["y"]) < 3, "the header stays in sight"


def test_a_list_from_the_keyboard(signed_in_page):
    page = signed_in_page()
    page.goto("/pieces/bills/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#panel h2:has-text('{int(FIRST) + 1}')")
    page.keyboard.press("j")
    page.wait_for_selector(f"#panel h2:has-text('{int(FIRST) + 2}')")
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    page.keyboard.press("x")
    assert page.locator("[data-chosen]").inner_text() == "1"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert "確定" in page.locator("#keys [data-page-keys]").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_url(f"**/pieces/bills/{3}/")


def test_filters_live_in_the_url(signed_in_page):
    page = signed_in_page()
    page.goto("/pieces/bills/")
    page.locator(".chip", has_text="保留").click()
    page.wait_for_url("**state=held*")
    page.locator("[data-list-search]").fill("花子 10")
    page.wait_for_url("**q=*")
    count = page.locator("#list").get_attribute("data-count")
    page.reload()
    assert page.locator("#list").get_attribute("data-count") == count
    page.locator("thead a", has_text="請求額").click()
    page.wait_for_url("**sort=-amount_minor*")
    page.go_back()
    page.wait_for_url(lambda url: "sort" not in url)
    assert page.locator("#list").get_attribute("data-count") == count
    page.locator("input[name=amount_from]").fill("12x")
    page.locator("input[name=amount_from]").press("Enter")
    page.wait_for_selector(".filter-error")
    assert _shown(page).count() == 0, "a filter that cannot be read shows nothing rather than everything"


def test_choosing_everything_asks_before_it_acts(signed_in_page, look, accessible):
    page = signed_in_page()
    page.goto("/pieces/bills/?state=held")
    page.locator("[data-tick-all]").check()
    assert page.locator("[data-chosen]").inner_text() == "200"
    page.locator("[data-choose-everything]").click()
    held = [n for n in range(1, 10_001) if pages._row(n)["state"] == "held"]
    assert page.locator("[data-chosen]").inner_text() == f"{len(held):,}"
    page.keyboard.press("r")
    page.wait_for_selector(".confirm")
    said = page.locator(".confirm").inner_text()
    assert f"{len(held):,}" in said
    assert f"{sum(pages._row(n)['amount_minor'] for n in held):,}" in said
    assert "佐藤 一郎" in said
    look(page, "pieces-confirm")
    accessible(page)
    page.locator(".confirm .btn-primary").click()
    page.wait_for_url("**/pieces/bills/")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_views_and_columns_are_kept(signed_in_page, look, accessible, size):
    page = signed_in_page(size=size)
    page.goto("/pieces/bills/?state=held")
    page.get_by_role("button", name="列").click()
    page.locator(".columns-menu label", has_text="電話").click()
    page.wait_for_url("**col=phone*")
    assert "…0001" in page.locator("#list tbody").inner_text()
    page.get_by_role("button", name="表示", exact=True).click()
    page.locator("[data-view-save]").click()
    page.locator("#view-name").fill("保留と電話")
    accessible(page)
    look(page, "pieces-keep-view")
    page.locator("#keep-view .btn-primary").click()
    page.wait_for_url("**state=held*col=phone*")
    page.goto("/pieces/bills/")
    page.get_by_role("button", name="表示", exact=True).click()
    look(page, "pieces-views")
    accessible(page)
    page.locator(".view a", has_text="保留と電話").click()
    page.wait_for_url("**state=held*col=phone*")
    page.get_by_role("button", name="表示", exact=True).click()
    page.locator(".view [aria-pressed=false]").click()
    page.wait_for_url("**state=held*col=phone*")  # from now on the list opens with it
    page.locator(".list-clear").click()
    page.wait_for_url("**all=1*")
    page.get_by_role("button", name="表示", exact=True).click()
    page.locator(".view .btn-close").click()
    page.wait_for_url("**/pieces/bills/")
    assert page.locator(".view").count() == 0


def test_no_rows_say_what_will_come(signed_in_page, look):
    pages.COUNT["rows"] = 0
    page = signed_in_page()
    page.goto("/pieces/bills/")
    assert "料金計算が終わると" in page.locator(".nothing").inner_text()
    look(page, "pieces-none")


EDGE = """() => {
  const canvas = document.querySelector('.chart canvas');
  const edge = canvas.getContext('2d').getImageData(canvas.width - 1, 0, 1, canvas.height).data;
  return edge.filter((value, place) => place % 4 === 3 && value).length;
}"""
"""How many points of the outermost column of a chart are painted."""
BEGINS = """(word) => {
  const chart = window.echarts.getInstanceByDom(document.querySelector('.chart-canvas'));
  const drawn = chart.getZr().storage.getDisplayList().filter((one) => one.style?.text === word);
  return drawn.map((one) => { const room = one.getBoundingRect().clone(); room.applyTransform(one.transform); return room.x; });
}"""
"""Where a word begins that stands in a chart."""


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True])
def test_a_page_with_chart_and_form(signed_in_page, look, accessible, size, dark):
    page = signed_in_page(size=size, dark=dark)
    page.goto("/pieces/bills/2/")
    page.wait_for_selector(".chart canvas")
    page.locator("[data-chart-table]").click()
    assert "2026-12" in page.locator("#usage-table").inner_text()
    page.locator("input[name=energy]").fill("812.00001")
    page.locator("input[name=amount]").fill("１，２００")
    page.get_by_role("button", name="訂正する").click()
    page.wait_for_selector(".field-errors")
    assert page.locator("input[name=amount]").input_value() == "１，２００", "what was typed is kept"
    assert "4" in page.locator("#id_energy_errors").inner_text()
    page.complaints[:] = [said for said in page.complaints if "422" not in said]
    page.wait_for_selector(".chart canvas")
    look(page, f"pieces-form{'-dark' if dark else ''}", full=True)
    accessible(page)


def test_the_last_word_below_a_chart_is_not_cut(signed_in_page):
    """Thirteen months on a phone, as the portal shows them, also after the phone was turned."""
    page = signed_in_page(size="phone")
    page.goto("/pieces/thirteen-months/")
    page.wait_for_selector(".chart canvas")
    for width in (390, 844, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(500)
        assert page.evaluate(EDGE) == 0, width


def test_the_box_of_a_row_covers_nothing_on_a_phone(signed_in_page):
    page = signed_in_page(size="phone")
    page.goto("/pieces/bills/")
    first = page.locator(".list-table tbody .tick + td > *").first
    first.evaluate("one => { one.textContent = '0609999000000000013531'; one.style.fontSize = '1.25rem'; }")
    box = page.locator(".list-table tbody .tick input").first.bounding_box()
    value = first.bounding_box()
    assert value["x"] + value["width"] <= box["x"]


def test_the_first_word_below_a_chart_is_not_cut(signed_in_page, look):
    """Thirty days on a phone, counted up to two: the scale is narrower than half a day's name."""
    page = signed_in_page(size="phone")
    page.goto("/pieces/thirty-days/")
    page.wait_for_selector(".chart canvas")
    page.wait_for_timeout(500)
    (begins,) = page.evaluate(BEGINS, "2026-10-06")
    assert begins >= 0
    look(page, "pieces-thirty-days")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_chart_of_a_few_names_says_each_and_counts_no_halves(signed_in_page, look, size):
    page = signed_in_page(size=size)
    page.goto("/pieces/kinds/")
    page.wait_for_selector(".chart canvas")
    drawn = page.evaluate("""() => {
      const chart = window.echarts.getInstanceByDom(document.querySelector('.chart-canvas'));
      const { xAxis: [x] } = chart.getOption();
      const ticks = chart.getModel().getComponent('yAxis').axis.scale.getTicks().map((one) => one.value);
      return { every: x.axisLabel.interval, wraps: x.axisLabel.overflow, room: x.axisLabel.width, ticks };
    }""")
    assert (drawn["every"], drawn["wraps"]) == (0, "break")
    assert drawn["room"] * 6 < page.locator(".chart-canvas").bounding_box()["width"]
    assert drawn["ticks"] == [0, 1, 2]
    assert page.evaluate(EDGE) == 0
    look(page, "pieces-kinds", full=True)


def test_a_list_on_the_phone(signed_in_page, look, accessible):
    page = signed_in_page(size="phone")
    page.goto("/pieces/bills/")
    assert page.locator("tbody tr").first.locator("td").nth(4).get_attribute("data-label") == "請求額 円"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-filters]").click()
    assert page.locator("[data-list-search]").is_visible()
    look(page, "pieces-bills")
    accessible(page)
    page.get_by_role("button", name="メニュー").click()
    page.wait_for_selector("#rail.show")
    look(page, "rail")


def test_an_answer_that_does_not_come(signed_in_page):
    page = signed_in_page()
    page.goto("/pieces/bills/")
    page.route("**/panel/", lambda route: route.abort())
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts .toast-error")
    page.complaints.clear()
