"""What Twilio delivers: messages, opting out, and what became of ours.

twilio.com/docs/messaging/guides: webhook-request, outbound-message-status-in-status-callbacks; for opting out
twilio.com/docs/messaging/tutorials/advanced-opt-out and help.twilio.com, “SMS STOP filtering”.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from concierge.channels.intake import visible
from concierge.channels.messaging.adapter import moment, place_at, words_of
from concierge.channels.messaging.adapters.twilio_forms import kind_of
from concierge.channels.messaging.model import Attachment, Delivery, Event, Incoming, Receipt, Standing
from concierge.conversations.provider_phone import PHONE

WHATSAPP = "whatsapp:"
REFERENCE = "ref"  # in the address that Twilio calls with what became of a message
# Of texts alone, one word each: without Advanced Opt-Out Twilio has stopped or begun on them, but does not say so. It
# stops on CANCEL, END and QUIT, too, which may be an answer to a question: then it refuses ours, and so tells. YES is
# heard as the answer that it may be, besides.
_STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "REVOKE", "OPTOUT", "ARRET", "ARRÊT"}
_START, _ALSO_START = {"START", "UNSTOP"}, {"YES"}
_TAKEN = ("accepted", "queued", "sending", "sent")  # what stands in Twilio's queue has been taken, too
_STATES = {
    **dict.fromkeys(_TAKEN, "sent"),
    **{"delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"},
}


def events_of(channel: str, account: str, prefix: str, delivery: Delivery) -> Iterator[Event]:
    """``prefix``: before the numbers of this channel, and of no other."""
    form = {name: visible(value) for name, value in delivery.form}
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    ours = sender.startswith(WHATSAPP) == bool(prefix) and form.get("AccountSid") == account
    if not ours or not sid:
        return
    if "MessageStatus" in form:
        state, error = _STATES.get(form["MessageStatus"]), form.get("ErrorCode", "")
        if state:
            reference = delivery.args.get(REFERENCE, "")
            yield Receipt(channel, state, sid, reference, error=f"twilio_{error}" if state == "failed" else "")
        return
    word = "" if prefix else form.get("Body", "").strip().strip(".!\"'").upper()
    told = form.get("OptOutType") or ("STOP" if word in _STOP else "START" if word in _START else "")
    if told or word in _ALSO_START:
        if told != "HELP":
            yield Standing(channel, sender, "unsubscribed" if told == "STOP" else "")
        if told:  # STOP, START and HELP, which Twilio answers as the law wants it
            return
    # Twilio tells no time; it delivers in order.
    about: dict[str, Any] = {
        **{"channel": channel, "address": sender, "at": moment(None)},
        "details": {PHONE: sender.removeprefix(WHATSAPP)},
    }
    chosen = form.get("ButtonPayload") or form.get("ListId") or ""
    for number in range(min(int(form.get("NumMedia") or 0), 10)):
        kind = form.get(f"MediaContentType{number}", "")
        attachment = Attachment(kind_of(kind), form.get(f"MediaUrl{number}", ""), kind)
        yield Incoming(**about, key=f"{sid}.{number}", attachment=attachment)
    if place := place_at(form.get("Latitude"), form.get("Longitude")):
        shown = words_of(form.get("Label", ""), form.get("Address", ""))
        yield Incoming(**about, key=f"{sid}.0", attachment=Attachment("location", about=shown, place=place))
    elif form.get("Body", "").strip() or not int(form.get("NumMedia") or 0):
        yield Incoming(**about, key=sid, text=form.get("Body", ""), order=1, choice=chosen)
