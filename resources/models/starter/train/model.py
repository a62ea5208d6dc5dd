"""The model: a Llama-shaped decoder (RMS norm, rotary positions, grouped-query attention, SwiGLU, tied embeddings).
Only the network; its special first weights are in circuit.py, the Hugging Face names in export.py."""
import torch
from torch import nn

import kernels
from kernels import HEAD

THETA = 1_000_000.0  # slow rotations: tokens a thousand apart still match by content
SHAPE = dict(vocabulary=2048, width=192, heads=6, groups=3, inner=576, layers=6, context=2048)


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return kernels.norm(x, self.weight)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width, self.heads, self.groups = shape["width"], shape["heads"], shape["groups"]
        self.before_attention, self.before_mlp = Norm(width), Norm(width)
        self.qkv = nn.Linear(width, (self.heads + 2 * self.groups) * HEAD, bias=False)
        self.out = nn.Linear(self.heads * HEAD, width, bias=False)
        self.gate_up = nn.Linear(width, 2 * shape["inner"], bias=False)
        self.down = nn.Linear(shape["inner"], width, bias=False)

    def forward(self, x, cos, sin, seen):
        qkv = self.qkv(self.before_attention(x))
        if seen is not None:
            seen.append(qkv)
        x = x + self.out(kernels.attention(qkv, cos, sin, self.heads, self.groups))
        return x + self.down(kernels.swiglu(self.gate_up(self.before_mlp(x))))


class Starter(nn.Module):
    def __init__(self, **changes):
        super().__init__()
        self.shape = {**SHAPE, **changes}
        width = self.shape["width"]
        self.embedding = nn.Embedding(self.shape["vocabulary"], width)
        self.layers = nn.ModuleList(Layer(self.shape) for _ in range(self.shape["layers"]))
        self.final = Norm(width)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                small = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.08 if "embedding" in name else 0.02 if small else width**-0.5)
        angles = torch.arange(self.shape["context"])[:, None] * THETA ** (-torch.arange(0, HEAD, 2) / HEAD)
        self.register_buffer("cos", angles.cos().contiguous(), persistent=False)
        self.register_buffer("sin", angles.sin().contiguous(), persistent=False)

    def hidden(self, tokens, seen=None):
        """tokens [batch, time] -> [batch, time, width], normalised, ready for the tied output.
        `seen` gets the queries, keys and values of every layer, [batch, time, (heads + 2 groups) * 32], before rotation."""
        time = tokens.shape[1]
        x = self.embedding(tokens)
        for layer in self.layers:
            x = layer(x, self.cos[:time], self.sin[:time], seen)
        return self.final(x)

    def forward(self, tokens, chosen=None, seen=None):
        """Logits [batch, time, vocabulary], or [count, vocabulary] at the flat positions `chosen`."""
        x = self.hidden(tokens, seen)
        if chosen is not None:
            x = x.flatten(0, 1)[chosen]
        return x @ self.embedding.weight.T
