"""The typed language: kinds, constants, signatures, programs, their text form, and the grammar of next actions."""
