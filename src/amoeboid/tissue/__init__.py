"""The tissue scale: where cells are, what they push against, and what reaches them."""
