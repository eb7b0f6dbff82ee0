"""Stock Rasa, trained on given examples and asked given questions. Runs in the TensorFlow environment, on Rasa alone.

``python diet.py FOLDER`` reads FOLDER/task.json, ``{"examples": [[text, intent]], "questions": [text]}``, and writes
FOLDER/answers.json: the best intent and its confidence for each question, and what training and a message cost.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

PIPELINE = """\
recipe: default.v1
assistant_id: diet
language: en
pipeline:  # as `rasa init` writes it, up to the classifier
  - name: WhitespaceTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: 100
    constrain_similarities: true
"""
LEFT_OUT = 20  # first messages, which TensorFlow takes to warm up


def main(folder: Path) -> None:
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    (folder / "config.yml").write_text(PIPELINE, encoding="utf-8")
    data = {"rasa_nlu_data": {"common_examples": [{"text": t, "intent": i} for t, i in task["examples"]]}}
    (folder / "nlu.json").write_text(json.dumps(data), encoding="utf-8")
    started, busy = time.perf_counter(), time.process_time()
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.json"), str(folder), fixed_model_name="diet")
    trained = {"training s": time.process_time() - busy, "training wall clock s": time.perf_counter() - started}
    agent = Agent.load(model)
    loop = asyncio.new_event_loop()
    found, times = [], []
    for text in task["questions"]:
        busy = time.process_time()
        parsed = loop.run_until_complete(agent.parse_message(text))
        times.append((time.process_time() - busy) * 1000)
        found.append([parsed["intent"]["name"], parsed["intent"]["confidence"]])
    answers = {"answers": found, **trained, "ms a message": statistics.median(times[LEFT_OUT:])}
    (folder / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
