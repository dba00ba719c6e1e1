"""What a person reads of a result: the terminal, sentences, tables, figures and the result folder."""
