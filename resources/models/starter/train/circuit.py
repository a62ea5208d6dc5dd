"""First weights that can already copy: an induction circuit in layers 0 and 1. Everything is trained afterwards.
Without it an ordinary start shows falling loss and no retrieval for a long time."""
import torch

from kernels import HEAD
from model import THETA

FAST = 6  # rotary pairs used to look a fixed number of tokens back; the slower ones match content


def build(model, seed=3):
    """Layer 0 heads look 1, 2, 3 ... tokens back and write what they see into the stream. In layer 1 the first head of each
    group matches "the token before me" with "the token I am" and copies through the tied embedding."""
    generator = torch.Generator().manual_seed(seed)
    random = lambda *sizes: torch.randn(*sizes, generator=generator)
    width, heads, groups = (model.shape[name] for name in ("width", "heads", "groups"))
    ratio, half = heads // groups, HEAD // 2
    query = lambda head: slice(head * HEAD, (head + 1) * HEAD)
    key = lambda group: query(heads + group)
    value = lambda group: query(heads + groups + group)
    frequency = THETA ** (-torch.arange(0, HEAD, 2).float() / HEAD)
    fast = torch.zeros(HEAD)
    fast[:FAST] = 2.0
    slow = torch.ones(HEAD)
    slow[:FAST] = slow[half : half + FAST] = 0
    constant = width - 1  # one embedding dimension is the same for every token
    with torch.no_grad():
        for layer in model.layers:
            layer.down.weight *= 0.15
        for layer in model.layers[1:]:
            layer.out.weight *= 0.2
        model.embedding.weight[:, constant] = 0.24
        first, second = model.layers[0], model.layers[1]
        reads, writes = [], []
        for group in range(groups):
            first.qkv.weight[key(group)] *= 0.3
            first.qkv.weight[key(group), constant] = fast * 0.8
            read = random(HEAD, width) * width**-0.5
            read[:, constant] = 0
            first.qkv.weight[value(group)] = read
            reads.append(read)
        for head in range(heads):
            leads = head % ratio == 0
            back = 1 if leads else 1 + (head - head // ratio)  # 2, 3, 4 ... for the heads that do not lead a group
            angle = -back * frequency
            turned = torch.cat([fast[:half] * angle.cos() - fast[half:] * angle.sin(), fast[half:] * angle.cos() + fast[:half] * angle.sin()])
            first.qkv.weight[query(head)] *= 0.3
            first.qkv.weight[query(head), constant] = turned * 0.8
            write = random(width, HEAD) * (0.012 if leads else 0.006)
            write[constant] = 0
            first.out.weight[:, query(head)] = write
            if leads:
                writes.append(write)
        for group in range(groups):
            head = group * ratio
            second.qkv.weight[key(group)] = writes[group].T / 0.277 * 3 * slow[:, None] + 0.2 * second.qkv.weight[key(group)]
            second.qkv.weight[query(head)] = reads[group] * 3 * slow[:, None]
            read = random(HEAD, width) * width**-0.5
            read[:, constant] = 0
            second.qkv.weight[value(group)] = read
            second.out.weight[:, query(head)] = read.T
