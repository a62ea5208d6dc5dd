"""Trains the starter model on one CPU or GPU; stops at any time and goes on from its checkpoint.
All state is in the work folder. The batch of a step depends on seed and step alone, so a resumed run repeats nothing."""
import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import random
import signal
import time

import torch

import batches
import circuit
import vocabulary
from corpus import Held
from gradients import GUIDED, Gradients
from guides import Guides
from model import Starter
from tokenizer import Tokenizer

POOL = 64  # batches made at a time, so that rows of one length come together and few steps lack a part
SIZES = (4, 10, 18, 26)  # facts per document in the small test during training


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True, help="folder with tokenizer.json; checkpoints and the log go here")
    parser.add_argument("--tokens", type=float, default=12.6e6, help="tokens to train on, padding included")
    parser.add_argument("--batch", type=int, default=4096, help="tokens of one step and process")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--decay-from", type=float, default=0.6, help="share of the run after which the rate falls to zero")
    parser.add_argument("--facts", type=int, default=24, help="largest documents before the long part, in facts of about 24 tokens")
    parser.add_argument("--grow", type=float, default=7.5e6, help="tokens until documents have their full size")
    parser.add_argument("--long-from", type=float, default=0.82, help="share of the run after which a tenth of the pools is long")
    parser.add_argument("--shape", type=json.loads, default={}, help='changes to the shape of the model, as JSON, such as {"layers": 8}')
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=1, help="on a CPU: processes of one thread that share a step, each with a batch of --batch tokens")
    parser.add_argument("--threads", type=int, default=2, help="threads of the only process")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches ahead; a GPU needs about one per 300,000 tokens a second")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--save-seconds", type=float, default=120)
    parser.add_argument("--stop-after", type=float, default=1e9, help="seconds after which to save and stop, for trials")
    return parser.parse_args()


def plan(done, chosen, r):
    """What a pool holds at a share `done` of the run: (draw of facts, share of drills, limit of tokens per row)."""
    if done > chosen.long_from and r.random() < 0.1:
        return (lambda: r.randint(30, 80)), 0.0, 2048
    tokens = done * chosen.tokens
    largest = round(4 + (chosen.facts - 4) * min(1, tokens / chosen.grow))
    drills = max(0.08, 0.5 - 0.48 * tokens / 1.5e6)
    return (lambda: r.randint(2, largest) if r.random() < 0.5 else r.randint(max(2, largest // 2), largest)), drills, 1024


def rate_at(done, step, chosen):
    """Warm-up in two parts (a high rate in the first minutes breaks the copying circuit), a long level part, a straight fall."""
    warm = min(1.0, 0.6 * (step + 1) / 60, 0.6 + 0.4 * step / 600)
    falling = min(1.0, (1 - min(1.0, done)) / (1 - chosen.decay_from))
    return chosen.rate * warm * max(0.02, falling)


def make_optimizer(model, rate):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() < 2]
    groups = [dict(params=matrices, weight_decay=0.05), dict(params=gains, weight_decay=0.0)]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), eps=1e-8)


def make_pool(guides, index, done, chosen):
    r = random.Random(chosen.seed * 1_000_003 + index)
    facts, drills, limit = plan(done, chosen, r)
    return batches.pool(r, guides, chosen.batch, POOL, facts, drills, limit, chosen.processes)


def pools(guides, run, chosen):
    """Pools of batches without end, made here or some steps ahead by worker processes."""
    if chosen.workers == 0:
        for index in itertools.count(run.pool):
            yield make_pool(guides, index, run.tokens / chosen.tokens, chosen)
    with concurrent.futures.ProcessPoolExecutor(chosen.workers) as workers:
        ahead = collections.deque()
        for index in itertools.count(run.pool):
            ahead.append(workers.submit(make_pool, guides, index, run.tokens / chosen.tokens, chosen))
            if len(ahead) > 2 * chosen.workers:
                yield ahead.popleft().result()


def small_test(model, guides, device):
    """Exact match by size of document, on first questions and all unseen: {"6": .., "refusals": ..}."""
    result, by_kind = {}, collections.defaultdict(list)
    with torch.no_grad():
        for facts in SIZES:
            r = random.Random(90_000 + facts)
            rows = [batches.document_row(r, guides, facts, Held(True, True, True), 4) for _ in range(24)]
            for at in range(0, len(rows), 8):
                tokens, positions, wanted = batches.tensors(rows[at : at + 8], torch, device)
                right = (model(tokens, positions).argmax(-1) == wanted).tolist()
                for kind, ok in batches.exact(rows[at : at + 8], right):
                    by_kind[kind if "." not in kind else facts].append(ok)
    for kind, found in by_kind.items():
        result[str(kind)] = round(sum(found) / len(found), 3)
    return result


class Run:
    """Model, optimizer and counters: what a checkpoint holds."""

    def __init__(self, chosen):
        self.path = os.path.join(chosen.work, "checkpoint.pt")
        saved = torch.load(self.path, map_location="cpu") if os.path.exists(self.path) else None
        self.model = Starter(**(saved["shape"] if saved else chosen.shape))
        if not saved:
            circuit.build(self.model)
        self.model.to(chosen.device)
        self.optimizer = make_optimizer(self.model, chosen.rate)
        self.pool, self.step, self.tokens, self.seconds = 0, 0, 0, 0.0
        if saved:
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.pool, self.step, self.tokens, self.seconds = saved["counters"]
        self.gradients = Gradients(self.model, chosen.processes, chosen.device)

    def save(self):
        state = dict(shape=self.model.shape, model=self.model.state_dict(), optimizer=self.optimizer.state_dict(),
                     counters=(self.pool, self.step, self.tokens, self.seconds))
        torch.save(state, self.path + ".new")
        os.replace(self.path + ".new", self.path)

    def learn(self, parts, rate):
        """One step on one list of rows per process. Returns (loss, tokens right, answers right as [(type, right)], what the guided heads missed)."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss, right, misses = self.gradients.compute(parts)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.tokens += sum(len(rows) * max(len(row.tokens) for row in rows) for rows in parts)
        return loss, sum(right) / len(right), batches.exact([row for rows in parts for row in rows], right), misses


class Window:
    """Averages since the last line of the log."""

    def __init__(self):
        self.started, self.tokens, self.losses = time.time(), 0, []
        self.kinds = collections.defaultdict(list)

    def line(self, run, done, rate):
        mean = lambda name: round(sum(self.kinds[name]) / max(1, len(self.kinds[name])), 3)
        speed = self.tokens / (time.time() - self.started)
        return dict(step=run.step, tokens=run.tokens, done=round(done, 4), seconds=round(run.seconds), speed=round(speed), rate=round(rate, 6),
                    loss=round(sum(self.losses) / len(self.losses), 3), tokens_right=mean("tokens"), drill=mean("drill"), fact=mean("fact"), follow=mean("follow"),
                    refusal=mean("unanswerable"), two=mean("two"), steps=mean("steps"), talk=mean("talk"),
                    **{name: [mean(name), mean(name + " said")] for name, *_ in GUIDED})


def learn_pool(run, pool, window, chosen):
    """All steps of one pool; fills the window's averages."""
    for parts in pool:
        before, started = run.tokens, time.time()
        rate = rate_at(before / chosen.tokens, run.step, chosen)
        loss, copied, answers, misses = run.learn(parts, rate)
        run.seconds += min(10.0, time.time() - started)
        window.tokens += run.tokens - before
        window.losses.append(loss)
        window.kinds["tokens"].append(copied)
        for (name, *_), miss in zip(GUIDED, misses):
            window.kinds[name].append(miss[0])
            window.kinds[name + " said"].append(miss[1])
        for kind, right in answers:
            alone = kind in ("drill", "talk", "unanswerable", "two", "steps")
            window.kinds[kind if alone else "follow" if kind.startswith("follow") else "fact"].append(right)
    run.pool += 1
    return rate


def main():
    chosen = options()
    torch.set_num_threads(chosen.threads if chosen.processes == 1 else 1)
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    torch.backends.cuda.matmul.allow_tf32 = True
    tokenizer, run = Tokenizer(os.path.join(chosen.work, "tokenizer.json")), Run(chosen)
    vocabulary.use_pieces(tokenizer)
    log = open(os.path.join(chosen.work, "log.jsonl"), "a", buffering=1)
    print(sum(p.numel() for p in run.model.parameters()), "parameters", run.model.shape, flush=True)
    window, saved, began, asked_to_stop = Window(), time.time(), time.time(), []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked_to_stop.append(True))
    guides = Guides(tokenizer)
    for pool in pools(guides, run, chosen):
        rate = learn_pool(run, pool, window, chosen)
        line = window.line(run, run.tokens / chosen.tokens, rate)
        if run.pool % 16 == 0:
            line["test"] = small_test(run.model, guides, chosen.device)
        print(json.dumps(line), flush=True)
        log.write(json.dumps(line) + "\n")
        window = Window()
        if time.time() - saved > chosen.save_seconds:
            run.save()
            saved = time.time()
        if run.tokens >= chosen.tokens or time.time() - began > chosen.stop_after or asked_to_stop:
            break
    run.save()
    print("saved at step", run.step, "tokens", run.tokens, flush=True)


if __name__ == "__main__":
    main()
