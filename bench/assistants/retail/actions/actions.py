"""Custom actions in the manner of the public retail demo: SQLite asked anew for every message."""

import sqlite3
import tempfile
from pathlib import Path

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet

DATABASE = Path(tempfile.mkdtemp()) / "shop.db"
with sqlite3.connect(DATABASE) as _connection:
    _connection.execute("CREATE TABLE orders (email TEXT, status TEXT)")
    _connection.execute("CREATE TABLE inventory (size TEXT, color TEXT)")
    _connection.executemany(
        "INSERT INTO orders VALUES (?, ?)", [("john@example.com", "shipped"), ("jane@example.com", "received")]
    )
    _connection.execute("INSERT INTO inventory VALUES ('8', 'black')")


def ask(query, *values):
    connection = sqlite3.connect(DATABASE)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


class ValidateOrderStatusForm(FormValidationAction):
    def name(self):
        return "validate_order_status_form"

    def validate_email(self, value, dispatcher, tracker, domain):
        return {"email": value if value and "@" in value else None}


class OrderStatus(Action):
    def name(self):
        return "action_order_status"

    def run(self, dispatcher, tracker, domain):
        rows = ask("SELECT status FROM orders WHERE email = ?", tracker.get_slot("email"))
        return [SlotSet("order_status", rows[0][0] if rows else "not known"), SlotSet("email", None)]


class CancelOrder(Action):
    def name(self):
        return "action_cancel_order"

    def run(self, dispatcher, tracker, domain):
        found = ask("SELECT status FROM orders WHERE email = ?", tracker.get_slot("email"))
        dispatcher.utter_message(text="It has been cancelled." if found else "There is no such order.")
        return [SlotSet("email", None)]


class Stock(Action):
    def name(self):
        return "action_stock"

    def run(self, dispatcher, tracker, domain):
        found = ask(
            "SELECT 1 FROM inventory WHERE size = ? AND color = ?", tracker.get_slot("size"), tracker.get_slot("color")
        )
        dispatcher.utter_message(text="It is in stock." if found else "It is not in stock.")
        return [SlotSet("size", None), SlotSet("color", None)]


class Subscribe(Action):
    def name(self):
        return "action_subscribe"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="You are on the list.")
        return []
