def ask(question): return question
