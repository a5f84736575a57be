"""Neural Programmer: questions about a table, answered by a small typed program that is also SQL."""
