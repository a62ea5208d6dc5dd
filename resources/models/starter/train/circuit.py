"""First weights that can already copy: an induction circuit in layers 0 and 1. Everything is trained afterwards.
Without it an ordinary start shows falling loss and no retrieval for a long time."""
import torch

from kernels import HEAD
from model import THETA

FAST = 6  # rotary pairs used to look a fixed number of tokens back
SLOW = 8  # pairs from here on turn so slowly that they match content at any distance
BACK = 3  # tokens remembered: one, two and three back
CONTENT = [*range(SLOW, HEAD // 2), *range(HEAD // 2 + SLOW, HEAD)]  # the 16 dimensions of a head that match content


def _layout(width):
    """The residual stream at the start: token content, one slot per remembered token, and one constant dimension."""
    slots = [slice(width - 1 - (BACK - i) * len(CONTENT), width - 1 - (BACK - 1 - i) * len(CONTENT)) for i in range(BACK)]
    return slice(0, slots[0].start), slots, width - 1


def _look_back(layer, steps, head, constant, heads, ratio):
    """Makes a head attend `steps` tokens back: key and query are constants, the rotation does the rest."""
    half = HEAD // 2
    frequency = THETA ** (-torch.arange(0, HEAD, 2).float() / HEAD)
    fast = torch.zeros(HEAD)
    fast[:FAST] = 2.0
    angle = -steps * frequency
    turned = torch.cat([fast[:half] * angle.cos() - fast[half:] * angle.sin(), fast[half:] * angle.cos() + fast[:half] * angle.sin()])
    key = heads + head // ratio
    for row, direction in ((head, turned), (key, fast)):
        rows = slice(row * HEAD, (row + 1) * HEAD)
        layer.qkv.weight[rows] *= 0.1
        layer.qkv.weight[rows, constant] = direction


def build(model, seed=3, match=3.0, copy=1.0):
    """Layer 0: the first head of group g writes a projection of the token g + 1 back into slot g. Layer 1: group g compares
    the g + 1 tokens before a position with the current token and those before it, and copies through the tied embedding."""
    generator = torch.Generator().manual_seed(seed)
    random = lambda *sizes: torch.randn(*sizes, generator=generator)
    width, heads, groups = (model.shape[name] for name in ("width", "heads", "groups"))
    ratio = heads // groups
    tokens, slots, constant = _layout(width)
    content = torch.tensor(CONTENT)
    project = random(len(CONTENT), tokens.stop) * tokens.stop**-0.5
    first, second = model.layers[0], model.layers[1]
    with torch.no_grad():
        for layer in model.layers:
            layer.down.weight *= 0.04
            layer.out.weight *= 0.05
        model.embedding.weight[:, tokens.stop :] = 0
        model.embedding.weight[:, constant] = 0.24
        for head in range(heads):
            leads = head % ratio == 0
            _look_back(first, head // ratio + 1 if leads else head + 1, head, constant, heads, ratio)
        for group in range(groups):
            steps, head = min(group, BACK - 1) + 1, group * ratio * HEAD
            key, value = (heads + group) * HEAD, (heads + groups + group) * HEAD
            first.qkv.weight[value : value + len(CONTENT)] = 0
            first.qkv.weight[value : value + len(CONTENT), tokens] = project
            first.out.weight[slots[steps - 1], head : head + len(CONTENT)] = 0.08 * torch.eye(len(CONTENT))
            for base in (head, key):
                second.qkv.weight[base : base + HEAD] = 0
            for i in range(len(CONTENT)):
                step = i * steps // len(CONTENT)  # which remembered token this dimension compares
                second.qkv.weight[key + content[i], slots[step].start + i] = match
                if step == 0:
                    second.qkv.weight[head + content[i], tokens] = match * project[i]
                else:
                    second.qkv.weight[head + content[i], slots[step - 1].start + i] = match
            read = random(HEAD, tokens.stop) * tokens.stop**-0.5
            second.qkv.weight[value : value + HEAD] = 0
            second.qkv.weight[value : value + HEAD, tokens] = read
            second.out.weight[:, head : head + HEAD] = 0
            second.out.weight[tokens, head : head + HEAD] = copy * read.T
