"""How well questions are understood, measured on questions that the assistant never learnt from.

python -m assistant.evaluation           # the newest model, all batches
python -m assistant.evaluation --write   # and docs/understanding.md
"""
