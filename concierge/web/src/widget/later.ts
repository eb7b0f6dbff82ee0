/** What is not needed before the customer has spoken, in one file that is fetched then. */

export { cardsView, styles } from "./cards.js";
export { menuView, questionView, save } from "./menu.js";
