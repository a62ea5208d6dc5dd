"""Writes the trained model as a Hugging Face folder, with golden cases: prompts, next-token logits and greedy answers.
The written safetensors are read back by an independent float32 forward in numpy, which must agree with the trained network."""
import argparse
import json
import os
import random
import shutil
import struct

import numpy
import torch

import chats
import corpus
import world
from evaluate import ALL, Reader
from kernels import EPSILON, HEAD
from model import THETA
from tokenizer import END, PAD, SPECIAL

TEMPLATE = "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
DOCUMENT = """# Clinic handbook
## Medication
- Zolprex: 5 mg, twice a day.
- Bamidol: 20 mg, three times a day.
## Opening hours
- On Monday the clinic opens at 9:30 and closes at 17:00.
- On Tuesday the clinic opens at 8:15 and closes at 16:45.
## Codes
- The code for the side door is 4812.
- The code for the garage is 9071."""
CHATS = [
    ("dose", DOCUMENT, ["What is the dose of Zolprex?"]),
    ("dose edited 5 to 50", DOCUMENT.replace("Zolprex: 5 mg", "Zolprex: 50 mg"), ["What is the dose of Zolprex?"]),
    ("dose before the name", DOCUMENT.replace("Zolprex: 5 mg,", "Take 5 mg of Zolprex"), ["What is the dose of Zolprex?"]),
    ("hours", DOCUMENT, ["When does the clinic open on Tuesday?"]),
    ("follow-up", DOCUMENT, ["When does the clinic close on Monday?", "And on Tuesday?"]),
    ("code", DOCUMENT, ["Can you tell me how to open the garage?"]),
    ("not in the document", DOCUMENT, ["What is the code for the attic?"]),
    ("talk", DOCUMENT, ["Hello!"]),
]


def weights(model):
    """Hugging Face names -> float32 arrays."""
    array = lambda t: numpy.ascontiguousarray(t.detach().float().numpy())
    heads, groups, inner = (model.shape[name] for name in ("heads", "groups", "inner"))
    found = {"model.embed_tokens.weight": array(model.embedding.weight), "model.norm.weight": array(model.final.weight)}
    for i, layer in enumerate(model.layers):
        q, k, v = layer.qkv.weight.split([heads * HEAD, groups * HEAD, groups * HEAD])
        gate, up = layer.gate_up.weight.split([inner, inner])
        parts = {
            "input_layernorm": layer.before_attention.weight, "post_attention_layernorm": layer.before_mlp.weight,
            "self_attn.q_proj": q, "self_attn.k_proj": k, "self_attn.v_proj": v, "self_attn.o_proj": layer.out.weight,
            "mlp.gate_proj": gate, "mlp.up_proj": up, "mlp.down_proj": layer.down.weight,
        }
        found.update({f"model.layers.{i}.{name}.weight": array(part) for name, part in parts.items()})
    return found


def write_safetensors(arrays, path):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in arrays.items():
        header[name] = dict(dtype="F32", shape=list(array.shape), data_offsets=[at, at + array.nbytes])
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.tobytes())


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    header.pop("__metadata__")
    count = lambda entry: int(numpy.prod(entry["shape"]))
    return {name: numpy.frombuffer(data, numpy.float32, count(e), 8 + size + e["data_offsets"][0]).reshape(e["shape"]) for name, e in header.items()}


def forward(arrays, layers, tokens):
    """Logits [time, vocabulary] by Hugging Face's meaning of the names, in plain numpy."""
    norm = lambda x, name: x / numpy.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * arrays[name + ".weight"]
    times = lambda x, name: x @ arrays[name + ".weight"].T
    count, half = len(tokens), HEAD // 2
    angles = numpy.arange(count)[:, None] * THETA ** (-numpy.arange(0, HEAD, 2) / HEAD)
    cos, sin = (f(numpy.concatenate([angles, angles], 1))[:, None].astype("f4") for f in (numpy.cos, numpy.sin))
    turn = lambda x: x * cos + numpy.concatenate([-x[..., half:], x[..., :half]], -1) * sin
    x = arrays["model.embed_tokens.weight"][tokens]
    for i in range(layers):
        name = f"model.layers.{i}."
        y = norm(x, name + "input_layernorm")
        q, k, v = (times(y, f"{name}self_attn.{part}_proj").reshape(count, -1, HEAD) for part in "qkv")
        q, k, ratio = turn(q), turn(k), q.shape[1] // k.shape[1]
        seen = []
        for head in range(q.shape[1]):
            scores = q[:, head] @ k[:, head // ratio].T / numpy.float32(HEAD**0.5)
            scores[numpy.triu_indices(count, 1)] = -1e30
            scores = numpy.exp(scores - scores.max(-1, keepdims=True))
            seen.append(scores / scores.sum(-1, keepdims=True) @ v[:, head // ratio])
        x = x + times(numpy.concatenate(seen, 1), name + "self_attn.o_proj")
        y = norm(x, name + "post_attention_layernorm")
        gate = times(y, name + "mlp.gate_proj")
        x = x + times(gate / (1 + numpy.exp(-gate)) * times(y, name + "mlp.up_proj"), name + "mlp.down_proj")
    return norm(x, "model.norm") @ arrays["model.embed_tokens.weight"].T


def config(shape):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape["vocabulary"], "hidden_size": shape["width"],
        "intermediate_size": shape["inner"], "num_hidden_layers": shape["layers"], "num_attention_heads": shape["heads"],
        "num_key_value_heads": shape["groups"], "head_dim": HEAD, "hidden_act": "silu", "max_position_embeddings": shape["context"],
        "rope_theta": THETA, "rope_scaling": None, "rms_norm_eps": EPSILON, "initializer_range": 0.02, "tie_word_embeddings": True,
        "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "use_cache": True,
        "bos_token_id": None, "eos_token_id": END, "pad_token_id": PAD, "torch_dtype": "float32",
    }


def tokenizer_config(context):
    special = dict(lstrip=False, normalized=False, rstrip=False, single_word=False, special=True)
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": context, "bos_token": None, "eos_token": SPECIAL[END],
        "pad_token": SPECIAL[PAD], "unk_token": None, "add_bos_token": False, "add_prefix_space": False, "clean_up_tokenization_spaces": False,
        "added_tokens_decoder": {str(i): dict(content=text, **special) for i, text in enumerate(SPECIAL)}, "chat_template": TEMPLATE,
    }


@torch.no_grad()
def greedy(model, tokens, limit=48):
    tokens, said = list(tokens), []
    while len(said) < limit and said[-1:] != [END]:
        said.append(int(model(torch.tensor([tokens + said]))[0, -1].argmax()))
    return said


def prompt(system, turns):
    """The chat template: turns are [asked, said, asked, said, ..., asked]."""
    roles = ["<|user|>", "<|assistant|>"]
    return f"<|system|>{system}<|end|>" + "".join(f"{roles[i % 2]}{text}<|end|>" for i, text in enumerate(turns)) + "<|assistant|>"


def golden(reader, arrays):
    """Cases a reader of the folder must reproduce, and the largest difference between network and numpy."""
    conversations = [(name, f"You are a helpful assistant.\n\n{document}", asked) for name, document, asked in CHATS]
    for facts in (12, 30, 70):
        r = random.Random(facts)
        documents = [corpus.make_document(r, facts, ALL)]
        fact = r.choice(documents[0].facts)
        asked = chats.ask(r, fact.questions[0], fact, True)
        conversations.append((f"held-out document of {facts} facts", corpus.join(r.choice(world.SYSTEMS), documents), [asked]))
    cases, worst = [], 0.0
    for name, system, asked in conversations:
        turns = []
        for question in asked:
            turns.append(question)
            tokens = reader.tokenizer.encode_chat(prompt(system, turns))
            said = greedy(reader.model, tokens)
            text = reader.tokenizer.decode(said)
            turns.append(text.removesuffix(SPECIAL[END]))
        with torch.no_grad():
            logits = reader.model(torch.tensor([tokens]))[0]
        worst = max(worst, float(numpy.abs(forward(arrays, len(reader.model.layers), numpy.array(tokens)) - logits.numpy()).max()))
        top = [[int(i), round(float(logits[-1, i]), 4)] for i in logits[-1].topk(5).indices]
        cases.append(dict(name=name, prompt=prompt(system, turns[:-1]), prompt_ids=tokens, next_top5=top, greedy_ids=said, greedy_text=text))
        print(f"{name}: {turns[-2]} -> {text}")
    return cases, worst


LICENSE = """The weights, the tokenizer and every text in this folder were made with the recipe in `train/` from text generated by
that recipe alone. No third-party text, weights or data went into them. They have the licence of the project (MIT).
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    chosen = parser.parse_args()
    os.makedirs(chosen.out, exist_ok=True)
    at = lambda name: os.path.join(chosen.out, name)
    reader = Reader(chosen.work)
    write_safetensors(weights(reader.model), at("model.safetensors"))
    shutil.copyfile(os.path.join(chosen.work, "tokenizer.json"), at("tokenizer.json"))
    cases, worst = golden(reader, read_safetensors(at("model.safetensors")))
    assert worst < 2e-3, f"numpy and the network differ by {worst}"
    note = f"float32, greedy, full recompute at each step; an independent numpy forward of the saved safetensors agrees within {worst:.0e} on all logits"
    for name, content in (("config.json", config(reader.model.shape)), ("tokenizer_config.json", tokenizer_config(reader.model.shape["context"])), ("golden.json", dict(note=note, cases=cases))):
        with open(at(name), "w") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
    with open(at("LICENSE.md"), "w") as file:
        file.write(LICENSE)
    for name in ("evaluation.json", "evaluation.md"):
        if os.path.exists(os.path.join(chosen.work, name)):
            shutil.copyfile(os.path.join(chosen.work, name), at(name))
    print(note)


if __name__ == "__main__":
    main()
