/** How it was: one question at the end of a case, from 1 to 5, with a comment for who wishes. It is gone once it is answered. */

import { html, nothing } from "lit";
import { isAnswered, isOver, type Message } from "./model.js";
import type { MoreTexts } from "./more-texts.js";
import type { Scene, Template } from "./views.js";

const SCORES = [1, 2, 3, 4, 5];
const LONGEST = 1000; // as the server has it, which decides

export function ratingView(message: Message, scene: Scene, t: MoreTexts): Template {
  // Whoever writes on has another matter at heart.
  if (isAnswered(message, scene.messages) || isOver(message, scene.messages)) return nothing;
  return html`<form class="fields rating" @submit=${(event: Event) => void submit(event, scene)}>
    <fieldset class="field">
      <legend>${t("rateQuestion")}</legend>
      <div class="scale">
        ${SCORES.map((score) => html`<label><input type="radio" name="score" value=${score} /><span>${score}</span></label>`)}
      </div>
      <p class="ends"><span>${t("rateLow")}</span><span>${t("rateHigh")}</span></p>
    </fieldset>
    <p class="field">
      <label for="rate-${message.seq}">${t("rateComment")}</label>
      <textarea id="rate-${message.seq}" name="comment" rows="2" dir="auto" maxlength=${LONGEST}></textarea>
    </p>
    <button class="sendform" type="submit">${scene.t("send")}</button>
    <p class="wrong" role="alert"></p>
  </form>`;
}

async function submit(event: Event, scene: Scene): Promise<void> {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const given = new FormData(form);
  const button = form.querySelector("button")!;
  const wrong = form.querySelector(".wrong")!;
  wrong.textContent = "";
  if (!given.has("score")) {
    // Not by the browser: it calls each of them wrong from the first, before anybody has answered.
    wrong.textContent = scene.t("fieldMissing");
    return form.querySelector("input")!.focus();
  }
  if (button.ariaDisabled) return;
  button.ariaDisabled = "true"; // not out of use: the focus would fall off it
  try {
    await scene.onRate(Number(given.get("score")), String(given.get("comment") ?? "").trim());
  } catch {
    wrong.textContent = scene.t("refused");
    button.ariaDisabled = null;
  }
}
