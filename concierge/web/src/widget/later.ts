/** What is not needed before the customer has spoken, in one file that is fetched then. */

import { cards } from "./styles/cards.js";
import { forms } from "./styles/forms.js";
import { people } from "./styles/people.js";

export { cardsView } from "./cards.js";
export { formView } from "./forms.js";
export { tellPage } from "./looks.js";
export { portraitView, queueView, readMark } from "./people.js";
export { ratingView } from "./rating.js";
export { Menu } from "./menu.js";
export const styles = [cards, forms, people];
