/** What customers wrote beside how it was, for leads. */

import { html, type TemplateResult } from "lit";
import type { Comments } from "../generated/desk.js";
import { language, moment } from "./format.js";
import { channel } from "./names.js";
import { t, told } from "./tongue.js";

const OUT_OF = 5;

function commentView(each: Comments[number]): TemplateResult {
  const about = [told(each.topic), each.advisor, channel(each.channel), language(each.language)];
  return html`<li data-score=${each.score}>
    <span class="score" role="img" aria-label=${t("{score} of 5", { score: each.score })}>
      <b aria-hidden="true">${each.score}</b><span aria-hidden="true">/${OUT_OF}</span>
    </span>
    <div>
      <p dir="auto" lang=${each.language}>${each.comment}</p>
      <small>
        <a href="#case/${each.case}">${about.filter(Boolean).join(" · ")}</a> <time datetime=${each.at}>${moment(each.at)}</time>
      </small>
    </div>
  </li>`;
}

export function commentsView(comments: Comments): TemplateResult {
  return html`<h2>${t("What customers wrote")}</h2>
    <p class="quiet">${t("The comments that came with an answer in these days, the latest first; contact details are hidden. Each leads to its case.")}</p>
    ${comments.length
      ? html`<ul class="comments">${comments.map(commentView)}</ul>`
      : html`<p class="quiet">${t("No comment in these days.")}</p>`}`;
}
