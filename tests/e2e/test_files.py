"""Photos and papers on the website, from the customer's page into the store: the running product in a real browser."""

from __future__ import annotations

import base64
import io
import time

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, Route, expect

from tests.e2e.conftest import Product
from tests.e2e.test_widget import ask, open_widget
from tests.e2e.web.conftest import PHONE, violations

pytestmark = pytest.mark.e2e
pillow_heif.register_heif_opener()


def picture(kind: str = "JPEG", colour: str = "red", side: int = 600) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(drawn, kind)
    return drawn.getvalue()


def _pdf() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(drawn, "PDF")
    return drawn.getvalue()


PDF = _pdf()


def file(name: str, content: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(dialog: Locator, *files: FilePayload) -> None:
    dialog.locator("input[type=file]").first.set_input_files(files)


def hand(page: Page, event: str, name: str, content: bytes, kind: str) -> None:
    """As the browser hands over what was pasted or dropped."""
    page.evaluate(
        """([event, name, kind, content]) => {
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name, { type: kind }));
            const box = document.querySelector('concierge-widget').shadowRoot.querySelector('textarea');
            const init = { bubbles: true, cancelable: true, composed: true };
            if (event === 'paste') box.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: data }));
            else for (const each of ['dragover', 'drop'])
                box.dispatchEvent(new DragEvent(each, { ...init, dataTransfer: data }));
        }""",
        [event, name, kind, base64.b64encode(content).decode()],
    )


def test_each_kind_is_chosen_seen_sent_and_saved(page: Page, product: Product) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    dialog = open_widget(page, product)
    expect(dialog.get_by_role("button", name="Add a photo or file")).to_be_visible()
    send = dialog.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_disabled()
    choose(
        dialog,
        file("heel.jpg", picture(), "image/jpeg"),
        file("strap.heic", picture("HEIF", "blue"), "image/heic"),
        file("receipt.pdf", PDF, "application/pdf"),
    )
    waiting = dialog.locator(".tray li")
    expect(waiting).to_have_count(3)
    expect(waiting.first.locator("canvas")).to_be_visible()
    expect(waiting.nth(1).locator("canvas")).to_be_hidden()  # Chromium reads no HEIC: its name says what it is
    hand(page, "paste", "image.png", picture("PNG", "green"), "image/png")
    hand(page, "drop", "sole.webp", picture("WEBP", "black"), "image/webp")
    expect(waiting).to_have_count(5)
    assert violations(page) == []
    dialog.get_by_role("button", name="Remove heel.jpg").click()
    send.click()
    sent = dialog.locator("[data-role=customer] .sent")
    expect(sent).to_have_count(4)
    expect(waiting).to_have_count(0)
    titles = [each.strip() for each in sent.locator(".title").all_inner_texts()]
    assert titles == ["strap.jpg", "receipt.pdf", "image.png", "sole.webp"]
    expect(sent.first.locator("canvas")).to_be_visible()
    colour = (
        sent.nth(2)
        .locator("canvas")
        .evaluate(
            "async (canvas) => { while (!canvas.width || !canvas.getContext('2d').getImageData(60, 60, 1, 1).data[3])"
            " await new Promise((next) => setTimeout(next, 50));"
            " return [...canvas.getContext('2d').getImageData(60, 60, 1, 1).data] }"
        )
    )
    assert colour[1] > 100
    assert colour[0] < 40
    thanks = dialog.locator("[data-role=assistant]", has_text="it has arrived and is kept for our advisors")
    expect(thanks).to_have_count(1)
    with page.expect_download() as saving:
        sent.nth(1).click()
    assert saving.value.suggested_filename == "receipt.pdf"
    assert saving.value.path().read_bytes() == PDF
    assert violations(page) == []
    page.reload()
    expect(sent).to_have_count(4)
    expect(thanks).to_have_count(1)
    assert problems == []


def test_what_cannot_be_sent_is_said_and_the_line_s_failures_are_mended(
    page: Page, context: BrowserContext, product: Product
) -> None:
    dialog = open_widget(page, product)
    waiting, sent = dialog.locator(".tray li"), dialog.locator("[data-role=customer] .sent")
    choose(dialog, file("a.exe", b"MZ", "application/x-msdownload"), file("big.jpg", bytes(10_000_001), "image/jpeg"))
    expect(waiting.nth(0)).to_contain_text("a photo or a PDF is")
    expect(waiting.nth(1)).to_contain_text("at most 10 MB")
    for name in ("a.exe", "big.jpg"):
        dialog.get_by_role("button", name=f"Remove {name}").click()
    choose(dialog, file("odd.jpg", b"no photo", "image/jpeg"))
    box = dialog.get_by_role("textbox")
    box.fill("here it is")
    box.press("Enter")  # words and files go together
    expect(waiting.first).to_contain_text("kind of file cannot be sent here")
    expect(dialog.locator("[data-role=customer] .words")).to_have_text("here it is")
    dialog.get_by_role("button", name="Remove odd.jpg").click()

    held: list[Route] = []
    page.route("**/webhooks/website/files", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    choose(dialog, file("slow.jpg", picture(), "image/jpeg"))
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(waiting.locator("progress")).to_be_visible()
    dialog.get_by_role("button", name="Cancel slow.jpg").click()
    expect(waiting).to_have_count(0)

    page.unroute("**/webhooks/website/files")
    context.set_offline(True)
    choose(dialog, file("kept.jpg", picture(), "image/jpeg"))
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(waiting).to_contain_text("Not sent.")
    context.set_offline(False)
    dialog.get_by_role("button", name="Send kept.jpg again").click()
    expect(sent).to_have_count(1)
    time.sleep(0.5)
    expect(waiting).to_have_count(0)
    expect(sent).to_have_count(1)


def test_on_a_phone_the_camera_is_one_touch_away(browser: Browser, product: Product) -> None:
    context = browser.new_context(locale="fr-FR", viewport={**PHONE, "width": 375}, has_touch=True, is_mobile=True)
    page = context.new_page()
    dialog = open_widget(page, product, "?lang=fr")
    camera = dialog.get_by_role("button", name="Prendre une photo")
    expect(camera).to_be_visible()
    with page.expect_file_chooser() as choosing:
        camera.tap()
    choosing.value.set_files([file("IMG_1.jpg", picture(), "image/jpeg")])
    expect(dialog.locator(".tray li")).to_have_count(1)
    assert dialog.locator("input[capture=environment]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    context.close()


def test_beside_a_repair_the_open_question_stays_open(page: Page, product: Product) -> None:
    dialog = open_widget(page, product)
    ask(dialog, "my bag needs a repair")
    choose(dialog, file("strap.jpg", picture(), "image/jpeg"))
    dialog.get_by_role("button", name="Send", exact=True).click()
    last = dialog.locator("[data-role=assistant]").last
    expect(last).to_contain_text("my question is still open")
