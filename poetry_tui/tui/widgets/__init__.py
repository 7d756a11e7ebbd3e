"""What the screens are made of: one widget, or one family of small ones, a module."""
