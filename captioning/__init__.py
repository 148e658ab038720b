"""A run: the three stages in order over one data set.

run                     all of it; run_summary says what came of it
models                  choosing models, and one stage with its bar, its line in the log and its cost
project, knowledge      what one set of settings stands for: the data set and its results; forms and meanings
templates               which prompts are used, and whether pictures are sent along
sampling                what is looked at of shards before a run, and how long prompts get
eventlog                what --log writes
trainer_files           what the trainer of the settings reads beside the captions
"""
