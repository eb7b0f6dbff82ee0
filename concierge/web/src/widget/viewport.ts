/**
 * What of the log is in view. While its end is, it stays so: when messages come, when a bar or the input takes room, when
 * a phone's keyboard comes up. Whoever reads further up is left alone, and a long answer is shown from its beginning.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Where the panel has the whole screen: a phone, on its side too. */
export const PHONE = "(max-width: 600px), (max-height: 480px) and (pointer: coarse)";
const NEAR = 48;
const ABOVE = 16;

export class Viewport implements ReactiveController {
  /** Whether the end of the log is in view. */
  atEnd = true;

  /** The last message that was there when the end was in view. */
  #read = 0;
  #observed: HTMLElement | null = null;
  readonly #resized = new ResizeObserver(() => this.atEnd && this.toEnd());

  constructor(
    private readonly host: ReactiveControllerHost & { renderRoot: ParentNode; open: boolean },
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    window.visualViewport?.addEventListener("resize", this.fit);
    window.visualViewport?.addEventListener("scroll", this.fit);
  }

  hostDisconnected(): void {
    window.visualViewport?.removeEventListener("resize", this.fit);
    window.visualViewport?.removeEventListener("scroll", this.fit);
    this.#resized.disconnect();
    this.#observed = null;
  }

  hostUpdated(): void {
    const log = this.#log;
    if (log === this.#observed) return;
    this.#resized.disconnect();
    if (log) this.#resized.observe(log);
    this.#observed = log;
  }

  /** A phone's keyboard shrinks what is visible, not the page. */
  readonly fit = (): void => {
    const view = window.visualViewport;
    if (!view || !this.host.open || !matchMedia(PHONE).matches) return;
    const panel = this.host.renderRoot.querySelector<HTMLElement>(".panel");
    panel?.style.setProperty("--visible-height", `${view.height}px`);
    panel?.style.setProperty("--visible-top", `${view.offsetTop}px`);
  };

  readonly onScroll = (): void => {
    const log = this.#log;
    if (!log) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    if (atEnd) this.#noteRead();
    if (atEnd === this.atEnd) return;
    this.atEnd = atEnd;
    this.host.requestUpdate();
  };

  toEnd(): void {
    const log = this.#log;
    if (!log) return;
    // A welcome that is longer than a small window is read from its top.
    log.scrollTop = log.querySelector(".welcome") ? 0 : log.scrollHeight;
    this.#noteRead();
    if (!this.atEnd) this.host.requestUpdate();
    this.atEnd = true;
  }

  /** New messages of the house have been drawn. */
  toNews(): void {
    const log = this.#log;
    if (!log || !this.atEnd) return;
    const news = this.#messages.find((each) => Number(each.dataset["seq"]) > this.#read && each.dataset["role"] !== "customer");
    const top = news ? news.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - ABOVE : Infinity;
    if (top >= log.scrollHeight - log.clientHeight) this.toEnd();
    else {
      log.scrollTop = top;
      this.onScroll();
    }
  }

  get #log(): HTMLElement | null {
    return this.host.renderRoot.querySelector<HTMLElement>(".log");
  }

  get #messages(): HTMLElement[] {
    return [...(this.#log?.querySelectorAll<HTMLElement>("[data-seq]") ?? [])];
  }

  #noteRead(): void {
    this.#read = Number(this.#messages.at(-1)?.dataset["seq"] ?? 0);
  }
}
