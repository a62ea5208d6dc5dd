"""Token rows and batches: chats about documents, and copying drills for the first minutes."""
from typing import NamedTuple

import chats
import corpus
import names
from tokenizer import ASSISTANT, END, PAD, SIZE, SPECIAL, SYSTEM, USER


class Row(NamedTuple):
    """`spans`: (type, start, end) of tokens the model must produce; the loss sees nothing else.
    The others: (position of a token, positions that a head must look at to find it), see guides.py."""

    tokens: list
    spans: list
    copies: list = []
    template: list = []
    lines: list = []
    values: list = []
    values_next: list = []
    bound: list = []
    bound_next: list = []


def chat_row(guides, system, chat):
    tokenizer = guides.tokenizer
    row = Row([SYSTEM, *tokenizer.encode(system), END], *([] for _ in Row._fields[1:]))
    for kind, asked, said in chat:
        row.tokens.extend([USER, *tokenizer.encode(asked), END, ASSISTANT])
        answer, fields = guides.parts(said)
        row.copies.extend(guides.copies(row.tokens, answer, fields))
        row.template.extend(guides.template(row.tokens, answer, fields))
        guides.answered(row, answer, fields, kind)
        row.spans.append((kind, len(row.tokens), len(row.tokens) + len(answer) + 1))
        row.tokens.extend([*answer, END])
    return row


def document_row(r, guides, facts, held=corpus.Held(), questions=None):
    """One to three documents with about `facts` facts together, and a chat about them."""
    parts = 1 if facts < 8 else r.choice([1, 1, 1, 2, 3])
    documents = [corpus.make_document(r, max(1, facts // parts), held) for _ in range(parts)]
    count = questions or min(4 + round(1.5 * facts), r.randint(12, 24 if facts < 60 else 30))
    return chat_row(guides, corpus.join(corpus.system_prompt(r), documents), chats.turns(r, documents, count, held=held))


def any_tokens(r, count):
    return tuple(r.randrange(len(SPECIAL), SIZE) for _ in range(count))


def pairs_row(r, tokenizer, count):
    """Drill: a list of keys with values, then the keys again; the value is a look-up from the token before it.
    Half of the keys and values are tokens of any kind, so that every piece of the vocabulary is found and copied."""
    slots = ["room", "extension", "code", "open", "price", "day", "phone", "location", "person", "token"]
    between = tokenizer.encode(r.choice([":", " is", " -", " has", " in room", " at", " is in the", " costs", ""]))
    after = tokenizer.encode(r.choice([".", "\n-", ",", ";", "\n"]))
    slot, tokens, pairs = r.choice(slots), [SYSTEM], {}
    for _ in range(count):
        word = names.invented(r) if r.random() < 0.6 else names.word(r, r.choice(["department", "item", "service", "chore"]))
        key = any_tokens(r, r.randint(1, 3)) if r.random() < 0.5 else tuple(tokenizer.encode(" " + word))
        if key not in pairs:
            value = names.draw(r, slot)
            pairs[key] = list(any_tokens(r, r.randint(1, 4))) if r.random() < 0.5 else tokenizer.encode(value if value[0] == "$" else " " + value)
            tokens += [*key, *between, *pairs[key], *after]
    tokens, spans = [*tokens, END], []
    order = list(pairs.items())
    r.shuffle(order)
    for key, value in order[:12]:
        tokens += [USER, *key, END, ASSISTANT]
        spans.append(("drill", len(tokens), len(tokens) + len(key) + len(between) + len(value) + 1))
        tokens += [*key, *between, *value, END]
    return Row(tokens, spans)


def copy_row(r, length):
    """Drill: random tokens, then pieces of them again from their first token on."""
    text = [r.randrange(len(SPECIAL), SIZE) for _ in range(length)]
    tokens, spans = [SYSTEM, *text, END], []
    for _ in range(5):
        start = r.randrange(max(1, length - 8))
        part = text[start : start + r.randint(4, max(5, length // 2))]
        tokens += [USER, part[0], END, ASSISTANT, part[0]]
        spans.append(("drill", len(tokens), len(tokens) + len(part)))
        tokens += [*part[1:], END]
    return Row(tokens, spans)


def pool(r, guides, budget, count, facts, drills, limit, parts=1):
    """Steps of `parts` batches of about `budget` tokens each, about `count` batches in all, rows of one length together, in random order.

    `facts()` draws the size of a document, `drills` is the share of drill rows, rows longer than `limit` lose their last turns.
    """
    rows, size = [], 0
    while size < budget * count:
        amount = facts()
        if r.random() < drills:
            row = pairs_row(r, guides.tokenizer, max(3, amount)) if r.random() < 0.7 else copy_row(r, max(8, 8 * amount))
        else:
            row = document_row(r, guides, amount)
        row = fit(row, limit)
        if row.spans:
            rows.append(row)
            size += len(row.tokens)
    rows.sort(key=lambda row: len(row.tokens))
    steps, step, filled = [], [], 0
    for row in rows:
        if step and filled + len(row.tokens) > budget * parts:
            steps.append(shared(step, parts))
            step, filled = [], 0
        step.append(row)
        filled += len(row.tokens)
    if len(step) >= parts:
        steps.append(shared(step, parts))
    r.shuffle(steps)
    return steps


def shared(rows, parts):
    """The rows as `parts` lists that take about the same time, so that no process waits long for another."""
    found, times = [[] for _ in range(parts)], [0.0] * parts
    for row in reversed(rows):  # the longest first
        least = times.index(min(times))
        found[least].append(row)
        times[least] += len(row.tokens) * (1 + len(row.tokens) / 950)  # at 950 tokens attention takes as long as the rest
    return [part for part in found if part]


def fit(row, limit):
    """The row cut after the last turn that ends within `limit` tokens; no spans are left if none does."""
    spans = [span for span in row.spans if span[2] <= limit]
    end = spans[-1][2] if spans else 0
    return Row(row.tokens[:end], spans, *[[(at, where) for at, where in guides if at < end] for guides in row[2:]])


def tensors(rows, torch, device="cpu"):
    """Rows as (tokens [batch, time], flat positions that predict, the tokens they must predict)."""
    time = max(len(row.tokens) for row in rows)
    grid = torch.full((len(rows), time), PAD, dtype=torch.long)
    chosen = []
    for i, row in enumerate(rows):
        grid[i, : len(row.tokens)] = torch.tensor(row.tokens)
        chosen += [i * time + at - 1 for _, start, end in row.spans for at in range(start, end)]
    chosen = torch.tensor(chosen)
    return grid.to(device), chosen.to(device), grid.flatten()[chosen + 1].to(device)


def exact(rows, right):
    """[(type, whole answer right)] from the flat list of right and wrong tokens, in the order of `tensors`."""
    found, at = [], 0
    for row in rows:
        for kind, start, end in row.spans:
            found.append((kind, all(right[at : at + end - start])))
            at += end - start
    return found
