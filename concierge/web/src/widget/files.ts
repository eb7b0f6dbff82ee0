/** Photos and papers that the customer is about to send, and how those that were sent are fetched. */

import type { LitElement, ReactiveController, TemplateResult } from "lit";
import { newKey } from "../shared/key.js";
import { draw, saveAs } from "../shared/pictures.js";
import { filesIn, LARGEST, sizeLabel, taken, upload } from "../shared/upload.js";
import { type Api, Refusal } from "./api.js";
import type { Conversation } from "./conversation.js";
import { FILE_TEXTS, type FileKey } from "./file-texts.js";
import { attachView, sentView, trayView } from "./files-views.js";
import type { SentFile } from "./model.js";
import { SetOfWords } from "./set-of-words.js";
import { files as styles } from "./styles/files.js";
import type { Template } from "./views.js";

export interface Waiting {
  key: string;
  file: File;
  state: "ready" | "sending" | "sent" | "failed";
  /** How much of it is there, from nought to one. */
  part: number;
  /** Why it cannot be sent, in words. */
  problem: string;
  /** Whether trying again may help. */
  again: boolean;
}

const MOST = 10; // at once

export class Files implements ReactiveController {
  items: readonly Waiting[] = [];
  /** Whether something that could be sent is held over the panel. */
  over = false;

  readonly words: SetOfWords<FileKey>;

  readonly #calls = new Map<string, AbortController>();
  readonly #pictures = new Map<number, Promise<Blob>>();
  #of = "";
  #busy = false;
  #problem = 0;

  constructor(
    private readonly host: LitElement,
    private readonly talk: () => Conversation | undefined,
    private readonly sent: () => void,
  ) {
    host.shadowRoot!.adoptedStyleSheets.push(styles.styleSheet!);
    host.addController(this);
    this.words = new SetOfWords(FILE_TEXTS, host);
  }

  hostConnected(): void {}

  /** Whether something waits for the customer to press "send". */
  get ready(): boolean {
    return this.items.some(({ state }) => state === "ready");
  }

  get locale(): string {
    return this.words.tongue ?? "en";
  }

  hostUpdated(): void {
    const messages = this.talk()?.messages ?? [];
    const there = new Set(messages.map(({ clientKey }) => clientKey));
    if (this.items.some(({ key }) => there.has(key))) this.#set(this.items.filter(({ key }) => !there.has(key)));
    const conversation = this.talk()?.id ?? "";
    if (conversation !== this.#of) {
      if (this.#of) this.#forget();
      this.#of = conversation;
    }
    for (const canvas of this.host.renderRoot.querySelectorAll<HTMLCanvasElement>("canvas:not([data-drawn])")) {
      canvas.dataset["drawn"] = "";
      void this.#draw(canvas);
    }
  }

  add(files: readonly File[]): void {
    const texts = this.words.texts;
    if (!texts || !files.length) return;
    const room = MOST - this.items.length;
    const added = files.slice(0, Math.max(0, room)).map((file): Waiting => {
      const size = sizeLabel(LARGEST, this.locale);
      const problem = file.size > LARGEST ? texts("tooLarge", { size }) : taken(file) ? "" : texts("unknownKind");
      return { key: newKey(), file, state: problem ? "failed" : "ready", part: 0, problem, again: false };
    });
    this.#set([...this.items, ...added]);
  }

  /** Sends all that are ready, one after the other. */
  async send(): Promise<void> {
    this.#set(this.items.map((item) => (item.state === "ready" ? { ...item, state: "sending", part: 0 } : item)));
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (;;) {
        const next = this.items.find(({ state }) => state === "sending");
        if (!next) return;
        await this.#deliver(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  retry(key: string): void {
    this.#edit(key, { state: "ready", problem: "", again: false });
    void this.send();
  }

  /** Calls off what is on its way, too. */
  remove(key: string): void {
    this.#calls.get(key)?.abort();
    this.#set(this.items.filter((item) => item.key !== key));
  }

  // --- what the panel shows

  attach(): Template {
    return attachView(this, this.words.texts);
  }

  tray(): Template {
    return trayView(this, this.words.texts);
  }

  readonly shown = (seq: number, file: SentFile): TemplateResult | null =>
    this.words.texts ? sentView(seq, file, this.locale, this.words.texts, seq === this.#problem, () => void this.#save(seq, file)) : null;

  /** The name of a kind of file. */
  called(kind: string): string {
    return this.words.texts?.(kind === "photo" ? "photo" : "file") ?? kind;
  }

  readonly paste = (event: ClipboardEvent): void => {
    const files = filesIn(event.clipboardData);
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  };

  readonly drag = (event: DragEvent): void => {
    const holds = event.type === "dragover" && (event.dataTransfer?.types.includes("Files") ?? false);
    if (holds) event.preventDefault();
    if (holds === this.over) return;
    this.over = holds;
    this.host.requestUpdate();
  };

  readonly drop = (event: DragEvent): void => {
    const files = filesIn(event.dataTransfer);
    this.over = false;
    this.host.requestUpdate();
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  };

  // --- the network

  async #deliver(item: Waiting): Promise<void> {
    const called = new AbortController();
    this.#calls.set(item.key, called);
    try {
      await this.talk()!.using(async (api: Api, token: string) => {
        const headers = { ...api.headers(token), "X-Client-Key": item.key };
        const told = (part: number): void => this.#edit(item.key, { part });
        const { status, message } = await upload(`${api.endpoint}/files`, item.file, headers, told, called.signal);
        if (status !== 202) throw new Refusal(status, message, null);
      });
      this.#edit(item.key, { state: "sent", part: 1 });
      this.sent();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : null;
      const problem = refusal?.message || this.words.texts?.("notReached") || "";
      this.#edit(item.key, { state: "failed", problem, again: !refusal || refusal.passing });
    } finally {
      this.#calls.delete(item.key);
    }
  }

  #fetch(seq: number, query = ""): Promise<Blob> {
    return this.talk()!.using(async (api: Api, token: string) => {
      const answer = await fetch(`${api.endpoint}/files/${seq}${query}`, { headers: api.headers(token), credentials: "omit" });
      if (!answer.ok) throw new Refusal(answer.status, "", null);
      return answer.blob();
    });
  }

  async #save(seq: number, file: SentFile): Promise<void> {
    this.#problem = 0;
    try {
      saveAs(file.title || `${file.kind}-${seq}`, await this.#fetch(seq));
    } catch {
      this.#problem = seq;
    }
    this.host.requestUpdate();
  }

  async #draw(canvas: HTMLCanvasElement): Promise<void> {
    const { key, seq } = canvas.dataset;
    let source: Blob | undefined = this.items.find((item) => item.key === key)?.file;
    if (seq) {
      const number = Number(seq);
      if (!this.#pictures.has(number)) this.#pictures.set(number, this.#fetch(number, "?small=1"));
      source = await this.#pictures.get(number)!.catch(() => undefined);
      if (!source) this.#pictures.delete(number);
    }
    // The name beside it says what it is, where the browser cannot show it.
    if (!source || !(await draw(canvas, source))) canvas.hidden = true;
  }

  // --- the rest

  /** Another conversation: nothing of this one is kept. */
  #forget(): void {
    for (const call of this.#calls.values()) call.abort();
    this.#pictures.clear();
    this.#set([]);
  }

  #edit(key: string, change: Partial<Waiting>): void {
    this.#set(this.items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  #set(items: readonly Waiting[]): void {
    this.items = items;
    this.host.requestUpdate();
  }
}
