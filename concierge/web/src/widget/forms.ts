/**
 * What may be filled in instead of written: number and e-mail of an order, a month, an address. What is sent is what the
 * customer would have written, so that writing works as before; once anything was said, the form is gone.
 */

import { html, nothing } from "lit";
import { isAnswered, isOver, type Form, type Message } from "./model.js";
import type { Translate } from "./strings.js";
import type { Scene, Template } from "./views.js";

type Field = Form["fields"][number];

/** What a browser and its keyboard may know of a field. */
const KNOWN: Record<Field["kind"], { autocomplete: string; type?: string; spelling?: boolean }> = {
  order_number: { autocomplete: "off" },
  email: { autocomplete: "email", type: "email" },
  name: { autocomplete: "name" },
  postcode: { autocomplete: "postal-code" },
  street: { autocomplete: "street-address", spelling: true },
  town: { autocomplete: "address-level2", spelling: true },
  month: { autocomplete: "off" },
};
const YEARS = 15;

/** What was filled in and not sent, by message: a panel that is closed and opened again has it still, another conversation not. */
const filled = new WeakMap<Message, Map<string, string>>();

export function formView(message: Message, scene: Scene): Template {
  const { form } = message;
  const open = scene.answerable && !scene.sending && !isAnswered(message, scene.messages) && !isOver(message, scene.messages);
  if (!form || !open) return nothing;
  return fieldsView(message, form, message.lang || scene.locale, scene);
}

/** `asked`: the message by which what was filled in is kept. */
export function fieldsView(asked: Message, form: Form, language: string, scene: Scene): Template {
  return html`<form
    class="fields"
    novalidate
    lang=${language}
    @submit=${(event: Event) => submit(event, asked, form, language, scene)}
    @input=${(event: Event) => keep(event, asked)}
  >
    ${form.fields.map((field) => fieldView(field, asked, language))}
    <button class="sendform" type="submit" lang=${scene.locale}>${scene.t("send")}</button>
  </form>`;
}

function fieldView(field: Field, asked: Message, language: string): Template {
  const { kind, label, example } = field;
  const id = `f${asked.seq}-${kind}`;
  const value = (part: string = kind): string => filled.get(asked)?.get(part) ?? "";
  if (kind === "month") return monthView(field, id, language, value);
  const { autocomplete, type = "text", spelling = false } = KNOWN[kind] ?? { autocomplete: "off" };
  return html`<p class="field" data-field=${kind}>
    <label for=${id}>${label}</label>
    <input
      id=${id}
      name=${kind}
      type=${type}
      dir="auto"
      autocomplete=${autocomplete}
      autocapitalize=${kind === "order_number" ? "characters" : nothing}
      spellcheck=${spelling ? "true" : "false"}
      maxlength="200"
      placeholder=${example || nothing}
      .value=${value()}
      aria-describedby="${id}-wrong"
    />
    <span class="wrong" id="${id}-wrong"></span>
  </p>`;
}

/** Two lists, in words of the conversation's language: the day is not asked for, and no calendar has to be gone back in. */
function monthView({ label }: Field, id: string, language: string, value: (part: string) => string): Template {
  const name = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" });
  const months = Array.from({ length: 12 }, (_, month) => name.format(Date.UTC(2024, month, 1)));
  const now = new Date().getFullYear();
  const years = Array.from({ length: YEARS }, (_, back) => String(now - back));
  const names = new Intl.DisplayNames(language, { type: "dateTimeField" });
  const list = (part: "month" | "year", options: string[], values: string[]): Template =>
    html`<select name=${part} aria-label=${names.of(part) ?? part} aria-describedby="${id}-wrong">
      <option value="">${names.of(part)}</option>
      ${options.map((option, index) => html`<option value=${values[index]!} ?selected=${value(part) === values[index]}>${option}</option>`)}
    </select>`;
  return html`<fieldset class="field" data-field="month">
    <legend>${label}</legend>
    ${list("month", months, months.map((_, index) => String(index)))} ${list("year", years, years)}
    <span class="wrong" id="${id}-wrong"></span>
  </fieldset>`;
}

function keep(event: Event, asked: Message): void {
  const { name, value } = event.target as HTMLInputElement;
  const kept = filled.get(asked) ?? new Map<string, string>();
  filled.set(asked, kept.set(name, value));
  mark((event.target as HTMLElement).closest(".field")!, "");
}

/** Sends what was filled in, or says beside the first field that needs it what is missing, and goes there. */
function submit(event: Event, asked: Message, { fields, sends }: Form, language: string, scene: Scene): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const entered = new FormData(form);
  const told = Object.fromEntries(fields.map(({ kind }) => [kind, entry(kind, entered, language)]));
  const any = Object.values(told).some(Boolean);
  const wrong = fields.map((field) => {
    const problem = wrongWith(field, told[field.kind] ?? "", any, scene.t);
    const shown = form.querySelector(`[data-field=${field.kind}]`)!;
    mark(shown, problem);
    return problem ? shown : null;
  });
  const first = wrong.find((each) => each !== null);
  if (first) return first.querySelector<HTMLElement>("input, select:invalid, select")?.focus();
  filled.delete(asked);
  scene.onSay(sentence(sends, told));
}

function entry(kind: Field["kind"], entered: FormData, language: string): string {
  const said = (name: string): string => String(entered.get(name) ?? "").trim();
  if (kind !== "month") return said(kind);
  const [month, year] = [said("month"), said("year")];
  if (!month || !year) return "";
  const written = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
  return written.format(Date.UTC(Number(year), Number(month), 1));
}

/** “{street}, {postcode} {town}” filled in; what is empty leaves no comma behind. */
export function sentence(sends: string, told: Record<string, string>): string {
  return sends
    .replace(/\{(\w+)\}/g, (_, kind: string) => told[kind] ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .join(", ");
}

/** Only what no server could read is held back: what a number or an address really is, the house knows better. */
function wrongWith({ kind, required, example }: Field, said: string, any: boolean, t: Translate): string {
  if (!said) return required || !any ? t("fieldMissing") : "";
  if (kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(said)) return t("fieldDoubtful", { example: "name@example.com" });
  if (kind === "order_number" && !/\d{3}/.test(said.replace(/[\s.-]/g, ""))) return t("fieldDoubtful", { example });
  return "";
}

function mark(field: Element, problem: string): void {
  field.querySelector(".wrong")!.textContent = problem;
  for (const each of field.querySelectorAll("input, select")) {
    if (problem) each.setAttribute("aria-invalid", "true");
    else each.removeAttribute("aria-invalid");
  }
}
