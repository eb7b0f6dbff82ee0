/** By what customers prove who they are, as advisors read it. */

import { words } from "./format.js";
import { t } from "./tongue.js";

const PROOFS: Record<string, string> = {
  name_postcode: t("Name and postcode of the order match; no e-mail"),
  number_phone: t("Number of the order, from the telephone given at it"),
  number_email: t("Number and e-mail of the order match"),
  code: t("Code from the order’s e-mail"),
  link: t("Link in an e-mail of the house"),
  shop: t("Signed in to the shop"),
};

/** By what the customer has proved who they are; packages of before say only whether. */
export function identity(verified?: boolean, proof?: string | null): string {
  if (proof) return PROOFS[proof] ?? words(proof);
  return verified === undefined ? "" : verified ? PROOFS["number_email"]! : t("Not verified");
}
