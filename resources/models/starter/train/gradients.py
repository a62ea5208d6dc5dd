"""Loss and gradients of a step, on one process or shared between several that each use one CPU thread.
Two processes with a thread each learn a fifth more tokens a second than one process with two threads."""
import torch
import torch.nn.functional as F
from torch import multiprocessing

import batches
from kernels import HEAD


def count_targets(rows):
    return sum(end - start for row in rows for _, start, end in row.spans)


# Heads that are told where to look: what in a row tells it, layer (counted from the last), head, weight of its loss,
# and the weight of another one: whether what it adds would alone predict the next token, or for those "bound", whether what it reads,
# turned in a fixed way, is the first token that it looks at.
GUIDED = (
    ("bound", -4, 4, 2.0, 0.5), ("bound_next", -4, 5, 2.0, 0.5),
    ("lines", -3, 1, 1.5, 0), ("values", -3, 0, 1.5, 0.5), ("values_next", -3, 2, 1.5, 0.5),
    ("copies", -2, 3, 1.0, 0.3),
    ("template", -3, 0, 0.5, 0), ("template", -3, 2, 0.5, 0), ("template", -2, 3, 0.5, 0),
)


def _turned(x, cos, sin):
    a, b = x[:, : HEAD // 2], x[:, HEAD // 2 :]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def _any_turn(width, device):
    return torch.randn(HEAD, width, generator=torch.Generator().manual_seed(9)).to(device)


def missed(model, row, qkv, name, layer, head, guides, says):
    """Sum of -log(attention of one head on the right positions), and, if `says`, of its own loss on the token it tells.
    qkv [time, (heads + 2 groups) * 32] of one row."""
    heads, groups = model.shape["heads"], model.shape["groups"]
    at = torch.tensor([position - 1 for position, _ in guides], device=qkv.device)  # where the token is predicted
    entry = torch.tensor([i for i, (_, where) in enumerate(guides) for _ in where], device=qkv.device)
    place = torch.tensor([place for _, where in guides for place in where], device=qkv.device)
    end, group = int(at.max()) + 1, head // (heads // groups)
    part = lambda rows, i: qkv[rows, i * HEAD : (i + 1) * HEAD]
    queries = _turned(part(at, head), model.cos[at], model.sin[at])
    keys = _turned(part(slice(end), heads + group), model.cos[:end], model.sin[:end])
    future = torch.arange(end, device=qkv.device)[None] > at[:, None]
    attention = (queries @ keys.T * HEAD**-0.5).masked_fill(future, -1e30).softmax(-1)
    found = torch.zeros(len(guides), device=qkv.device).index_add(0, entry, attention[entry, place])
    said = 0.0
    if says:
        binds = name.startswith("bound")
        turn = _any_turn(model.shape["width"], qkv.device) if binds else model.layers[layer].out.weight[:, head * HEAD : (head + 1) * HEAD].T
        wanted = torch.tensor([row.tokens[where[0] if binds else position] for position, where in guides], device=qkv.device)
        added = attention @ part(slice(end), heads + groups + group) @ turn
        said = F.cross_entropy(model.final(added) @ model.embedding.weight.T, wanted, reduction="sum")
    return -(found + 1e-6).log().sum(), said


def compute(model, rows, targets, device):
    """Adds the gradients of the mean loss over `targets` predictions, and of the guided heads.
    Returns (this part of the loss, right or wrong by token, [(sum of what a guided head missed, of its own loss, how often)])."""
    tokens, positions, wanted = batches.tensors(rows, torch, device)
    seen = []
    logits = model(tokens, positions, seen)
    loss = F.cross_entropy(logits, wanted, reduction="sum") / targets
    whole, misses = loss, []
    for name, layer, head, weight, says in GUIDED:
        total = [0.0, 0.0, 0]
        for i, row in enumerate(rows):
            guides = getattr(row, name)
            if guides:
                miss, said = missed(model, row, seen[layer][i], name, layer, head, guides, says)
                whole = whole + (weight * miss + says * said) / targets
                total = [total[0] + float(miss), total[1] + float(said), total[2] + len(guides)]
        misses.append(total)
    whole.backward()
    return loss.item(), (logits.detach().argmax(-1) == wanted).tolist(), misses


def _serve(model, flat, pipe):
    """A helper process: gradients of the shared weights, for the rows that come through the pipe."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        model.zero_grad(set_to_none=True)
        result = compute(model, *job, "cpu")
        flat.copy_(torch.cat([p.grad.flatten() for p in model.parameters()]))
        pipe.send(result)


class Gradients:
    """Computes a step's gradients with `processes` processes; the model's weights lie in shared memory if there are several."""

    def __init__(self, model, processes, device):
        self.model, self.device, self.helpers = model, device, []
        if processes > 1:
            model.share_memory()
        for _ in range(processes - 1):
            flat = torch.zeros(sum(p.numel() for p in model.parameters())).share_memory_()
            mine, theirs = multiprocessing.Pipe()
            process = multiprocessing.get_context("fork").Process(target=_serve, args=(model, flat, theirs), daemon=True)
            process.start()
            theirs.close()
            self.helpers.append((flat, mine, process))

    def compute(self, parts):
        """parts: one list of rows per process. Returns (loss, right or wrong by token in the order of the parts, means of what the guided heads missed)."""
        targets = sum(count_targets(rows) for rows in parts)
        self.model.zero_grad(set_to_none=True)
        for (_, pipe, _), rows in zip(self.helpers, parts[1:]):
            pipe.send((rows, targets))
        loss, right, misses = compute(self.model, parts[0], targets, self.device)
        for (flat, pipe, _), _ in zip(self.helpers, parts[1:]):
            more, others, missed_there = pipe.recv()
            loss, right = loss + more, right + others
            misses = [[a + b for a, b in zip(here, there)] for here, there in zip(misses, missed_there)]
            for p, grad in zip(self.model.parameters(), flat.split([p.numel() for p in self.model.parameters()])):
                p.grad += grad.view_as(p)
        return loss, right, [(missed / max(1, count), said / max(1, count)) for missed, said, count in misses]
