"""Autograd wrappers: the C kernels on a CPU, plain PyTorch on any other device. Same mathematics, same layouts.
The shared library is compiled on first use into the work folder; nothing here knows the model."""
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn.functional as F

HEAD = 32
EPSILON = 1e-5


def _library():
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernels.c")
    folder = os.environ.get("STARTER_WORK", os.path.join(tempfile.gettempdir(), "starter-train"))
    os.makedirs(folder, exist_ok=True)
    target = os.path.join(folder, "libstarter.so")
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        fresh = f"{target}.{os.getpid()}"
        flags = "-O3 -march=native -ffast-math -fopenmp -shared -fPIC".split()
        subprocess.run(["gcc", *flags, source, "-o", fresh, "-lm"], check=True)
        os.replace(fresh, target)
    return ctypes.CDLL(target)


_loaded = None


def _call(name, *arguments):
    global _loaded
    _loaded = _loaded or _library()
    convert = lambda a: ctypes.c_void_p(a.data_ptr()) if torch.is_tensor(a) else ctypes.c_float(a) if isinstance(a, float) else a
    getattr(_loaded, name)(*[convert(a) for a in arguments])


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, qkv, cos, sin, heads, groups):
        qkv, (batch, time, _) = qkv.contiguous(), qkv.shape
        out, sums = qkv.new_empty(batch, time, heads * HEAD), qkv.new_empty(batch, heads, time)
        _call("attention_forward", qkv, cos, sin, out, sums, batch, time, heads, groups)
        ctx.save_for_backward(qkv, cos, sin, out, sums)
        ctx.sizes = (batch, time, heads, groups)
        return out

    @staticmethod
    def backward(ctx, grad_out):
        qkv, cos, sin, out, sums = ctx.saved_tensors
        grad = torch.empty_like(qkv)
        _call("attention_backward", qkv, cos, sin, out, sums, grad_out.contiguous(), grad, *ctx.sizes)
        return grad, None, None, None, None


class _Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gain):
        x = x.contiguous()
        width, rows = x.shape[-1], x.numel() // x.shape[-1]
        y, inverse = torch.empty_like(x), x.new_empty(rows)
        _call("norm_forward", x, gain, y, inverse, rows, width, EPSILON)
        ctx.save_for_backward(x, gain, inverse)
        return y

    @staticmethod
    def backward(ctx, grad_y):
        x, gain, inverse = ctx.saved_tensors
        grad_x, grad_gain = torch.empty_like(x), torch.empty_like(gain)
        _call("norm_backward", x, gain, inverse, grad_y.contiguous(), grad_x, grad_gain, inverse.numel(), x.shape[-1])
        return grad_x, grad_gain


class _SwiGlu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, gate_up):
        gate_up = gate_up.contiguous()
        width, rows = gate_up.shape[-1] // 2, gate_up.numel() // gate_up.shape[-1]
        y = gate_up.new_empty(*gate_up.shape[:-1], width)
        _call("swiglu_forward", gate_up, y, rows, width)
        ctx.save_for_backward(gate_up)
        return y

    @staticmethod
    def backward(ctx, grad_y):
        (gate_up,) = ctx.saved_tensors
        width, rows = gate_up.shape[-1] // 2, gate_up.numel() // gate_up.shape[-1]
        grad = torch.empty_like(gate_up)
        _call("swiglu_backward", gate_up, grad_y.contiguous(), grad, rows, width)
        return grad


def _rotate(x, cos, sin):
    a, b = x[..., : HEAD // 2], x[..., HEAD // 2 :]
    cos, sin = cos[:, None], sin[:, None]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def attention_reference(qkv, cos, sin, heads, groups):
    """Plain PyTorch attention; qkv [batch, time, (heads + 2 groups) * 32] -> [batch, time, heads * 32]."""
    batch, time, _ = qkv.shape
    x = qkv.view(batch, time, heads + 2 * groups, HEAD)
    q = _rotate(x[:, :, :heads], cos, sin).transpose(1, 2)
    k = _rotate(x[:, :, heads : heads + groups], cos, sin).transpose(1, 2).repeat_interleave(heads // groups, 1)
    v = x[:, :, heads + groups :].transpose(1, 2).repeat_interleave(heads // groups, 1)
    if hasattr(F, "scaled_dot_product_attention"):
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    else:
        hidden = torch.ones(time, time, dtype=torch.bool, device=q.device).triu(1)
        out = (q @ k.transpose(-1, -2) * HEAD**-0.5).masked_fill(hidden, -1e30).softmax(-1) @ v
    return out.transpose(1, 2).reshape(batch, time, heads * HEAD)


def norm_reference(x, gain):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * gain


def swiglu_reference(gate_up):
    gate, up = gate_up.chunk(2, -1)
    return F.silu(gate) * up


def attention(qkv, cos, sin, heads, groups):
    if qkv.device.type == "cpu":
        return _Attention.apply(qkv, cos, sin, heads, groups)
    return attention_reference(qkv, cos, sin, heads, groups)


def norm(x, gain):
    return _Norm.apply(x, gain) if x.device.type == "cpu" else norm_reference(x, gain)


def swiglu(gate_up):
    return _SwiGlu.apply(gate_up) if gate_up.device.type == "cpu" else swiglu_reference(gate_up)


def _compare(name, fast, slow, tensors):
    """Largest difference of the result and of every gradient between two versions of one function."""
    results = []
    for function in (fast, slow):
        inputs = [t.clone().requires_grad_() for t in tensors]
        y = function(*inputs)
        (y * torch.linspace(-1, 1, y.numel()).view(y.shape)).sum().backward()
        results.append([y.detach(), *[t.grad for t in inputs]])
    worst = max((a - b).abs().max().item() for a, b in zip(*results))
    print(f"{name}: largest difference {worst:.1e}")
    assert worst < 1e-4, name


def main():
    torch.manual_seed(0)
    heads, groups, time = 8, 4, 43
    angles = torch.arange(time)[:, None] * 10000.0 ** (-torch.arange(0, HEAD, 2) / HEAD)
    cos, sin = angles.cos().contiguous(), angles.sin().contiguous()
    qkv = torch.randn(2, time, (heads + 2 * groups) * HEAD)
    _compare("attention", lambda x: _Attention.apply(x, cos, sin, heads, groups), lambda x: attention_reference(x, cos, sin, heads, groups), [qkv])
    _compare("norm", _Norm.apply, norm_reference, [torch.randn(7, 64), torch.randn(64)])
    _compare("swiglu", _SwiGlu.apply, swiglu_reference, [torch.randn(7, 64)])


if __name__ == "__main__":
    main()
