/** The shop's word for who the customer is: a token, or how to get one, which is asked again when the token has run out. */

import type { CustomerToken } from "./public.js";

export class Identity {
  #ask?: Exclude<CustomerToken, string | null>;

  constructor(private readonly told: (token: string) => void) {}

  set(token: CustomerToken): void {
    this.#ask = typeof token === "function" ? token : undefined;
    if (typeof token === "function") void this.refresh();
    else this.told(token ?? "");
  }

  async refresh(): Promise<void> {
    const asked = this.#ask;
    if (!asked) return;
    try {
      const token = await asked();
      if (this.#ask === asked) this.told(token ?? ""); // another may have been set meanwhile
    } catch (problem) {
      console.error("Concierge: the call-back given to identify has failed; the customer stays as they were.", problem);
    }
  }
}
