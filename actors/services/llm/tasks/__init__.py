"""What the model is asked, one file a task: the shape of the answer, the prompt, and what is taken from it."""
