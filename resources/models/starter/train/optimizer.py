"""The optimizer: Muon for the matrices inside the layers, AdamW for the embedding and the gains.
Muon makes every step of a matrix orthogonal, so that rare directions (a new fact kind, a new circuit) learn as fast as common ones."""
import torch

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # a quintic whose repeated use drives all singular values towards one


def orthogonal(matrix, steps=5):
    """The nearest orthogonal matrix, roughly: singular values end between about 0.7 and 1.2."""
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """`parts` of a group cuts its matrices along the rows: queries, keys and values are separate maps."""

    def __init__(self, groups, lr):
        super().__init__(groups, dict(lr=lr, weight_decay=0.0, parts=None))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weight in group["params"]:
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].mul_(MOMENTUM).add_(weight.grad)
                ahead = weight.grad + MOMENTUM * momentum
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                for part, move in zip(weight.split(group["parts"] or len(weight)), ahead.split(group["parts"] or len(weight))):
                    scale = max(1.0, part.shape[0] / part.shape[1]) ** 0.5
                    part.add_(orthogonal(move), alpha=-group["lr"] * scale)


def make(model, rate, matrix_rate):
    """[AdamW, Muon], each group with its own `top` rate for the schedule."""
    heads, groups = model.shape["heads"], model.shape["groups"]
    gains = [p for p in model.parameters() if p.dim() < 2]
    adam = [dict(params=[model.embedding.weight], weight_decay=0.01, top=rate), dict(params=gains, weight_decay=0.0, top=rate)]
    cuts = [("qkv", [heads * 32, groups * 32, groups * 32]), ("out", None), ("gate_up", [model.shape["inner"]] * 2), ("down", None)]
    muon = [dict(params=[getattr(layer, name).weight for layer in model.layers], weight_decay=0.05, parts=parts, top=matrix_rate) for name, parts in cuts]
    return [torch.optim.AdamW(adam, lr=rate, betas=(0.9, 0.95), eps=1e-8), Muon(muon, matrix_rate)]
