"""The demonstration orders: what a fresh installation has to talk about. Nothing else imports them."""
