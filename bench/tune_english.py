"""Learns the English encoder's adapter anew from the examples: ``python -m bench.tune_english``, some twenty minutes.

It is worth it after topics were added by the dozen; the assistant needs none of it to train. What is written is
``concierge/nlu/english_adapter.npz``. Afterwards `concierge evaluate` says what it is worth: an adapter that was learnt
from an example finds it again too easily, so only questions that are no examples tell.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT

from bench.environments import environment
from concierge.nlu import english_encoder
from concierge.nlu.offline import load_training_data
from concierge.settings import ROOT


def main() -> None:
    data = load_training_data(ROOT / "data")
    examples = [
        [message.get(TEXT).lower(), message.get(INTENT), message.get(INTENT_RESPONSE_KEY) or message.get(INTENT)]
        for message in data.intent_examples
        if message.get(TEXT) and english_encoder.reads_like_english(message.get(TEXT))
    ]
    task = {"model": str(english_encoder.model_folder()), "examples": examples}
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "task.json").write_text(json.dumps(task), encoding="utf-8")
        learner = Path(__file__).with_name("tuning.py")
        subprocess.run([str(environment("tuning")), str(learner), str(folder)], check=True)
        shutil.copy(folder / "adapter.npz", english_encoder.ADAPTER)
    print(f"{len(examples)} examples: {english_encoder.ADAPTER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
