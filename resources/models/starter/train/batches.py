"""Token rows and batches: chats about documents, and copying drills for the first minutes.
A row is (tokens, spans): a span is (type, start, end) of tokens the model must produce; the loss sees nothing else."""
import chats
import corpus
import names
from tokenizer import ASSISTANT, END, PAD, SIZE, SPECIAL, SYSTEM, USER


def chat_row(tokenizer, system, chat):
    tokens, spans = [SYSTEM, *tokenizer.encode(system), END], []
    for kind, asked, said in chat:
        tokens += [USER, *tokenizer.encode(asked), END, ASSISTANT]
        answer = [*tokenizer.encode(said), END]
        spans.append((kind, len(tokens), len(tokens) + len(answer)))
        tokens += answer
    return tokens, spans


def document_row(r, tokenizer, facts, held=corpus.Held(), questions=None):
    """One to three documents with about `facts` facts together, and a chat about them."""
    parts = 1 if facts < 8 else r.choice([1, 1, 1, 2, 3])
    documents = [corpus.make_document(r, max(1, facts // parts), held) for _ in range(parts)]
    count = questions or min(4 + round(1.5 * facts), r.randint(12, 24 if facts < 60 else 30))
    return chat_row(tokenizer, corpus.join(corpus.system_prompt(r), documents), chats.turns(r, documents, count, held=held))


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
    return tokens, spans


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
    return tokens, spans


def pool(r, tokenizer, budget, count, facts, drills, limit, parts=1):
    """Steps of `parts` batches of at most `budget` padded tokens each, about `count` batches in all, rows of one length together, in random order.

    `facts()` draws the size of a document, `drills` is the share of drill rows, rows longer than `limit` lose their last turns.
    """
    rows, size = [], 0
    while size < budget * count:
        amount = facts()
        if r.random() < drills:
            row = pairs_row(r, tokenizer, max(3, amount)) if r.random() < 0.7 else copy_row(r, max(8, 8 * amount))
        else:
            row = document_row(r, tokenizer, amount)
        row = fit(row, limit)
        if row[1]:
            rows.append(row)
            size += len(row[0])
    rows.sort(key=lambda row: len(row[0]))
    batches, batch = [], []
    for row in rows:
        if batch and len(row[0]) * (len(batch) + 1) > budget:
            batches.append(batch)
            batch = []
        batch.append(row)
    batches.append(batch)
    steps = [batches[at : at + parts] for at in range(0, len(batches), parts)]
    r.shuffle(steps)
    return steps


def fit(row, limit):
    """The row cut after the last turn that ends within `limit` tokens; no spans are left if none does."""
    tokens, spans = row
    spans = [span for span in spans if span[2] <= limit]
    return tokens[: spans[-1][2]] if spans else tokens[:limit], spans


def tensors(rows, torch, device="cpu"):
    """Rows as (tokens [batch, time], flat positions that predict, the tokens they must predict)."""
    time = max(len(tokens) for tokens, _ in rows)
    grid = torch.full((len(rows), time), PAD, dtype=torch.long)
    chosen = []
    for i, (tokens, spans) in enumerate(rows):
        grid[i, : len(tokens)] = torch.tensor(tokens)
        chosen += [i * time + at - 1 for _, start, end in spans for at in range(start, end)]
    chosen = torch.tensor(chosen)
    return grid.to(device), chosen.to(device), grid.flatten()[chosen + 1].to(device)


def exact(rows, right):
    """[(type, whole answer right)] from the flat list of right and wrong tokens, in the order of `tensors`."""
    found, at = [], 0
    for _, spans in rows:
        for kind, start, end in spans:
            found.append((kind, all(right[at : at + end - start])))
            at += end - start
    return found
