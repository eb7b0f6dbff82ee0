/** For a shop's developers: the widget's themes, and all that a page may ask of it and hears of it, to be tried. */

import "./shop.css";
import { html, type TemplateResult } from "lit";
import type { Concierge, Events, Options } from "../widget/public.js";
import { HOUSE, show } from "./page.js";

const THEMES = { paper: "Paper", ink: "Ink", auto: "As the system is set" } as const;
const ACCENTS = { "#7a1620": "Oxblood", "#1d3a5f": "Navy", "#24513b": "Bottle green" };
const TONGUES = ["en", "fr", "it", "de", "es", "pt", "nl", "ja", "zh", "ko", "ar", "ru"];
const EVENTS = ["open", "close", "unread", "owner", "message"] as const satisfies readonly (keyof Events)[];
const AT_MOST = 12;

const concierge = (): Concierge => window.Concierge!;
const update = (options: Options): void => concierge().update(options);
const heard: string[] = [];

function told(name: string, detail: unknown): void {
  heard.unshift(`${name}${detail == null ? "" : ` ${JSON.stringify(detail)}`}`);
  const list = document.getElementById("heard");
  list?.replaceChildren(
    ...heard.slice(0, AT_MOST).map((line) => Object.assign(document.createElement("li"), { textContent: line })),
  );
}

function button(label: string, deed: () => void): TemplateResult {
  return html`<button class="try" type="button" @click=${deed}>${label}</button>`;
}

const group = (title: string, code: string, options: TemplateResult[]): TemplateResult =>
  html`<fieldset class="tried"><legend>${title} <code>${code}</code></legend>${options}</fieldset>`;

show(() => {
  document.title = `The widget – ${HOUSE}`;
  return html`<section class="opening">
      <h1>The widget</h1>
      <p>Its themes, and what a page may ask of it. What it does not know yet it says in the console.</p>
    </section>
    <div class="tour">
      ${group("Theme", "update({ theme })", Object.entries(THEMES).map(([theme, name]) => button(name, () => update({ theme: theme as Options["theme"] }))))}
      ${group("Accent", "--concierge-accent", Object.entries(ACCENTS).map(([colour, name]) =>
        button(name, () => document.querySelector("concierge-widget")!.style.setProperty("--concierge-accent", colour))))}
      ${group("Where it stands", "update({ docked })", [button("Beside the page", () => update({ docked: true })), button("Above its corner", () => update({ docked: false }))])}
      ${group("Language", "update({ language })", TONGUES.map((code) =>
        button(new Intl.DisplayNames(code, { type: "language" }).of(code)!, () => update({ language: code }))))}
      ${group("Panel", "show(), hide()", [button("Show", () => concierge().show()), button("Hide", () => concierge().hide())])}
      ${group("The product of the page", "update({ product })", [button("Hourglass Small", () => update({ product: "Hourglass Small" })), button("None", () => update({ product: "" }))])}
      ${group("Say for the customer", "ask(text)", ["Where is my order?", "How do I care for leather?"].map((words) => button(words, () => concierge().ask(words))))}
      ${group("Speak first", "update({ greeting })", [button("After a second", () => update({ greeting: { text: "Shall we help you choose a size?", after: 1 } }))])}
      <section class="tried"><h2>What the page hears <code>on(event)</code></h2><ul id="heard" aria-live="off"></ul></section>
    </div>`;
});

type Hear = { push(...commands: unknown[]): unknown };
const host = window as unknown as { Concierge?: Hear };
(host.Concierge ??= [] as unknown as Hear).push(...EVENTS.map((name) => ["on", name, (detail: unknown) => told(name, detail)]));
