/** A named value in a list of them, where there is one. */

import { html, nothing, type TemplateResult } from "lit";

export type Template = TemplateResult | typeof nothing;

export const term = (label: string, value: unknown): Template =>
  value ? html`<div><dt>${label}</dt><dd>${value}</dd></div>` : nothing;
