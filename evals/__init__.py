"""How often the assistant is wrong: labelled cases through the production responder, scored, and held to gates."""
