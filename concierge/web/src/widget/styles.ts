import { frame } from "./styles/frame.js";
import { messages } from "./styles/messages.js";
import { modes } from "./styles/modes.js";

/** A host page may set --concierge-accent, --concierge-font, --concierge-ink, --concierge-paper and --concierge-layer. */
export const styles = [frame, messages, modes];
