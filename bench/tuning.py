"""Learns an adapter of low rank (Hu et al., 2021, LoRA) for all-MiniLM-L6-v2, in an environment with PyTorch alone.

``python tuning.py FOLDER`` reads FOLDER/task.json, ``{"model": folder, "examples": [[text, intent, answer]]}``, and
writes FOLDER/adapter.npz: of each dense layer ``NAME.up`` and ``NAME.down``, whose product is added to its weights. The
encoder's weights stand still; two linear classifiers, of intents and of answers, are learnt beside it and thrown away.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

RANK, EPOCHS, TOGETHER, LONGEST = 16, 3, 48, 64
RATE, RATE_OF_CLASSIFIERS, DROPPED, SMOOTHED, SCALE = 1e-3, 5e-3, 0.1, 0.1, 16.0
WARM_UP = 100  # steps
# Of what was learnt, as much is added. On the 157 questions of tests/nlu/first_questions.yml, which it was chosen on,
# 112 were right without it, 114, 118, 117 and 117 with three, five, seven tenths and all of it; of the 265 English ones
# of tests/nlu/cells.yml 174, 197, 204, 209 and 211. With all of it the examples are known too well to calibrate on.
ADDED = 0.5
LAYERS, HEADS, WIDTH = 6, 12, 384
DENSE = [
    *(f"attention.self.{name}" for name in ("query", "key", "value")),
    *("attention.output.dense", "intermediate.dense", "output.dense"),
]


class Adapted(nn.Module):
    """A dense layer that stands still, with what is learnt beside it."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias = weight, bias
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) * 0.02)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.linear(x, self.weight, self.bias) + 2 * functional.linear(
            functional.linear(x, self.down), self.up
        )


class Encoder(nn.Module):
    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self.still = weights
        self.layers = nn.ModuleList(
            nn.ModuleDict(
                {
                    name.replace(".", "_"): Adapted(
                        weights[f"encoder.layer.{number}.{name}.weight"], weights[f"encoder.layer.{number}.{name}.bias"]
                    )
                    for name in DENSE
                }
            )
            for number in range(LAYERS)
        )

    def normalised(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), self.still[f"{name}.weight"], self.still[f"{name}.bias"], 1e-12)

    def forward(self, pieces: torch.Tensor, there: torch.Tensor) -> torch.Tensor:
        """Unit vectors of texts, a row each; ``there`` marks the pieces that are no padding."""
        number, length = pieces.shape
        embedded = {
            name: self.still[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        }
        x = embedded["word"][pieces] + embedded["position"][:length] + embedded["token_type"][0]
        x = functional.dropout(self.normalised(x, "embeddings.LayerNorm"), DROPPED, self.training)
        hidden = torch.zeros(there.shape).masked_fill(~there, -1e9)[:, None, None, :]
        for at, layer in enumerate(self.layers):
            asked = (layer[f"attention_self_{name}"](x) for name in ("query", "key", "value"))
            heads = (each.view(number, length, HEADS, WIDTH // HEADS).transpose(1, 2) for each in asked)
            attended = functional.scaled_dot_product_attention(*heads, attn_mask=hidden).transpose(1, 2)
            added = layer["attention_output_dense"](attended.reshape(number, length, WIDTH))
            name = f"encoder.layer.{at}"
            x = self.normalised(
                x + functional.dropout(added, DROPPED, self.training), f"{name}.attention.output.LayerNorm"
            )
            added = layer["output_dense"](functional.gelu(layer["intermediate_dense"](x)))
            x = self.normalised(x + functional.dropout(added, DROPPED, self.training), f"{name}.output.LayerNorm")
        weights = there[..., None].float()
        return functional.normalize((x * weights).sum(1) / weights.sum(1), dim=1)

    def adapter(self) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        for number, layer in enumerate(self.layers):
            for name in DENSE:
                learnt, key = layer[name.replace(".", "_")], f"encoder.layer.{number}.{name}.weight"
                found[f"{key}.up"] = (2 * ADDED * learnt.up).detach().numpy().astype(np.float16)
                found[f"{key}.down"] = learnt.down.detach().numpy().astype(np.float16)
        return found


def batches(texts: list[list[int]], random: np.random.Generator) -> list[list[int]]:
    """Rows, those of like length together, in an order of chance."""
    order, chunk = random.permutation(len(texts)), TOGETHER * 20
    found = []
    for start in range(0, len(order), chunk):
        rows = sorted(order[start : start + chunk].tolist(), key=lambda row: len(texts[row]))
        found += [rows[at : at + TOGETHER] for at in range(0, len(rows), TOGETHER)]
    random.shuffle(found)
    return found


def padded(texts: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    pieces = torch.zeros(len(texts), max(map(len, texts)), dtype=torch.long)
    there = torch.zeros_like(pieces, dtype=torch.bool)
    for row, text in enumerate(texts):
        pieces[row, : len(text)], there[row, : len(text)] = torch.tensor(text), True
    return pieces, there


def learn(texts: list[list[int]], kinds: list[np.ndarray], encoder: Encoder) -> None:
    """``kinds`` are numbers of classes, a row of the texts each."""
    random = np.random.default_rng(0)
    heads = nn.ModuleList(nn.Linear(WIDTH, int(each.max()) + 1) for each in kinds)
    groups: list[dict[str, Any]] = [
        {"params": encoder.parameters(), "lr": RATE, "weight_decay": 0.01},
        {"params": heads.parameters(), "lr": RATE_OF_CLASSIFIERS},
    ]
    optimizer = torch.optim.AdamW(groups)
    steps = EPOCHS * -(-len(texts) // TOGETHER)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: max(0.01, min(1.0, step / WARM_UP) * (1 - step / steps))
    )
    encoder.train()
    for epoch in range(EPOCHS):
        lost = []
        for rows in batches(texts, random):
            vectors = encoder(*padded([texts[row] for row in rows])) * SCALE
            meant = [torch.tensor(each[rows]) for each in kinds]
            intents, answers = (
                functional.cross_entropy(head(vectors), each, label_smoothing=SMOOTHED)
                for head, each in zip(heads, meant, strict=True)
            )
            loss = intents + answers / 2
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            lost.append(loss.item())
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(lost):.3f}", flush=True)


def main(folder: Path) -> None:
    torch.manual_seed(0)
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    model = Path(task["model"])
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    texts = [tokenizer.encode(text).ids for text, _, _ in task["examples"]]
    kinds = [np.unique([each[at] for each in task["examples"]], return_inverse=True)[1] for at in (1, 2)]
    encoder = Encoder(load_file(str(model / "model.safetensors")))
    learn(texts, kinds, encoder)
    np.savez_compressed(folder / "adapter.npz", **encoder.adapter())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
