/** A set of words that is fetched once it is needed, in the language of the page. */

import type { ReactiveControllerHost } from "lit";
import { translator, type Tongue } from "./strings.js";

export class SetOfWords<Key extends string> {
  /** Those of the language before stay until the others are there. */
  texts?: (key: Key, values?: Record<string, string | number>) => string;
  /** Of what was asked for last. */
  tongue?: Tongue;

  constructor(
    private readonly load: Record<Tongue, () => Promise<{ default: Record<Key, string> }>>,
    private readonly host: ReactiveControllerHost,
  ) {}

  async speak(tongue: Tongue): Promise<void> {
    if (tongue === this.tongue) return;
    this.tongue = tongue;
    const found = await this.load[tongue]().catch(() => null);
    if (this.tongue !== tongue) return;
    if (found) this.texts = translator(found.default, tongue);
    else this.tongue = undefined; // asked for again with the next drawing
    this.host.requestUpdate();
  }
}
