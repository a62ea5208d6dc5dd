"""Measures the model on held-out documents: whole answers, greedy, by document length, question kind and number of rivals.
Names, wordings of facts and wordings of questions all come from the held-out lists, unless a column says otherwise."""
import argparse
import collections
import json
import os
import random

import torch

import batches
import chats
import corpus
import twins
import world
from corpus import Held
from guides import Guides
from model import Starter
from tokenizer import Tokenizer

LENGTHS = ((1, 64, 2), (64, 128, 4), (128, 256, 8), (256, 384, 13), (384, 512, 19), (512, 1024, 32), (1024, 1900, 62))  # tokens from, to; about how many facts
ALL = Held(True, True, True)


def percent(found):
    return round(100 * sum(found) / len(found), 1) if found else None


class Reader:
    """Answers by greedy choice; `check` compares whole answers without generating them one token at a time."""

    def __init__(self, folder):
        saved = torch.load(os.path.join(folder, "checkpoint.pt"), map_location="cpu")
        self.guides = Guides(Tokenizer(os.path.join(folder, "tokenizer.json")))
        self.tokenizer = self.guides.tokenizer
        self.model = Starter(**saved["shape"]).eval()
        self.model.load_state_dict(saved["model"])

    @torch.no_grad()
    def check(self, items):
        """items [(system message, earlier turns [(asked, said)], question, answer)] -> [(whole answer right, text chosen)]."""
        rows = [batches.chat_row(self.guides, system, [("", *turn) for turn in earlier] + [("", asked, said)]) for system, earlier, asked, said in items]
        rows = [batches.Row(row.tokens, row.spans[-1:]) for row in rows]
        order, results = sorted(range(len(rows)), key=lambda i: len(rows[i].tokens)), [None] * len(rows)
        while order:
            size = max(1, 6000 // len(rows[order[0]].tokens))
            part, order = order[:size], order[size:]
            tokens, positions, wanted = batches.tensors([rows[i] for i in part], torch)
            chosen, at = self.model(tokens, positions).argmax(-1), 0
            for i in part:
                _, start, end = rows[i].spans[0]
                mine, right = chosen[at : at + end - start], wanted[at : at + end - start]
                results[i] = (bool((mine == right).all()), self.tokenizer.decode(mine.tolist()))
                at += end - start
        return results

    def exact(self, items):
        return [right for right, _ in self.check(items)]


def questions_about(r, document, held, count):
    rows, text = [], corpus.render(document)
    open_facts = [fact for fact in document.facts if not fact.closed]
    for fact in r.sample(open_facts, min(count, len(open_facts))):
        question = r.choice(fact.questions)
        twin, twin_answer = twins.number_changed(r, document, fact, question, held)
        other = corpus.render(corpus.make_document(r, 4, held))
        rows.append(dict(
            type=f"{fact.kind.name}.{question.slot}", system=r.choice([s for s in world.SYSTEMS if s]), document=text,
            question=chats.ask(r, question, fact, held.questions),
            trained_wording=chats.ask(r, question, fact), answer=chats.answer(question, fact), value=fact.values[question.slot],
            edited_document=twin, edited_answer=twin_answer, other_document=other,
            rivals=sum(f.kind is fact.kind for f in document.facts) - 1))
    return rows


def collect(tokenizer, length, count, held, seed):
    """`count` questions about documents whose length in tokens lies in the range."""
    low, high, facts = length
    rows, r = [], random.Random(seed + facts)
    while len(rows) < count:
        document = corpus.make_document(r, max(1, round(facts * r.uniform(0.75, 1.3))), held)
        size = len(tokenizer.encode(corpus.render(document)))
        if low <= size < high:
            rows += [dict(row, tokens=size) for row in questions_about(r, document, held, 4)]
    return rows[:count]


def refusals(tokenizer, length, count, held, seed):
    r, items = random.Random(seed + 7 + length[2]), []
    while len(items) < count:
        document = corpus.make_document(r, max(2, length[2]), held)
        made = chats.unanswerable(r, [document], held)
        if made:
            items.append((corpus.join(r.choice(world.SYSTEMS), [document]), [], made[1], made[2]))
    return items


def talk(length, count, held, seed):
    r, items = random.Random(seed + 8 + length[2]), []
    for _ in range(count):
        asked, said = r.choice(world.TALK)
        items.append((corpus.join(r.choice(world.SYSTEMS), [corpus.make_document(r, length[2], held)]), [], r.choice(asked), said))
    return items


def follow_ups(length, count, held, seed):
    """Third turns that only name the new key ("And for the attic?")."""
    r, items = random.Random(seed + 9 + length[2]), []
    while len(items) < count:
        document = corpus.make_document(r, max(4, length[2]), held)
        by_kind = collections.defaultdict(list)
        for fact in document.facts:
            by_kind[fact.kind.name, fact.noun].append(fact)
        rich = [facts for facts in by_kind.values() if len(facts) > 2]
        if rich:
            first, second, third = r.sample(r.choice(rich), 3)
            question = r.choice(first.questions)
            earlier = [(chats.ask(r, question, first, held.questions), chats.answer(question, first)),
                       (chats.follow_up(r, question, second, held.questions), chats.answer(question, second))]
            items.append((corpus.join(r.choice(world.SYSTEMS), [document]), earlier, chats.follow_up(r, question, third, held.questions), chats.answer(question, third)))
    return items


def wider(count, held, seed):
    """Documents of 3 to 16 facts: questions that need two facts, corrected facts, closed days, instructions read out."""
    r, found = random.Random(seed + 11), {"two hops": [], "corrected": [], "closed day": [], "steps": []}
    while any(len(items) < count for items in found.values()):
        document = corpus.make_document(r, r.randint(3, 16), held)
        message = lambda: corpus.join(r.choice(world.SYSTEMS), [document])
        made = chats.two_hops(r, document.facts, held)
        if made:
            found["two hops"].append((message(), [], made[1], made[2]))
        if document.instructions:
            name, asked, said = chats.steps_turn(r, [document], held)
            if name == "steps":
                found["steps"].append((message(), [], asked, said))
        stale = {fact.identity for section in document.sections for fact in section.facts if fact.stale}
        for fact in document.facts:
            name = "corrected" if fact.identity in stale else "closed day" if fact.closed else ""
            if name:
                question = r.choice(fact.questions)
                found[name].append((message(), [], chats.ask(r, question, fact, held.questions), chats.answer(question, fact)))
    return {name: items[:count] for name, items in found.items()}


def measure_wider(reader, count, seed):
    """Exact match of the wider questions, and of twins: {"name": {"exact": .., ..}}."""
    result = {name: {"n": len(items), "exact": percent(reader.exact(items))} for name, items in wider(count, ALL, seed).items()}
    for name in twins.TWINS:
        rows = twins.collect(random.Random(seed + 13), name, count, 18, ALL)
        system = world.SYSTEMS[0] + "\n\n"
        plain = reader.exact([(system + text, [], asked, said) for text, _, asked, said, _ in rows])
        twin = reader.exact([(system + text, [], asked, said) for _, text, asked, _, said in rows])
        stale = reader.exact([(system + text, [], asked, said) for _, text, asked, said, _ in rows])
        was_right = [i for i, right in enumerate(plain) if right]
        kept = name == "sentence inserted"  # the answer stays as it was
        result["twin: " + name] = {"n": len(rows), "before": percent(plain), "exact": percent(twin), "followed": percent([twin[i] for i in was_right]),
                                   "stale": None if kept else percent([stale[i] for i in was_right])}
    return result


def measure(reader, length, count, seed):
    """One line of the table and the rows behind it."""
    rows = collect(reader.tokenizer, length, count, ALL, seed)
    message = lambda row, document="document": "\n\n".join([row["system"], row[document]])
    items = lambda wording: [(message(row), [], row[wording], row["answer"]) for row in rows]
    base = reader.check(items("question"))
    for row, (right, text) in zip(rows, base):
        row["right"] = right
    after = reader.exact([(message(row, "edited_document"), [], row["question"], row["edited_answer"]) for row in rows])
    stale = reader.exact([(message(row, "edited_document"), [], row["question"], row["answer"]) for row in rows])
    was_right = [i for i, row in enumerate(rows) if row["right"]]
    long_system = " ".join(sorted(world.SYSTEMS, key=len)[-6:])
    plain = lambda some: percent(reader.exact([(message(row), [], row["question"], row["answer"]) for row in some]))
    line = {
        "n": len(rows), "mean tokens": round(sum(row["tokens"] for row in rows) / len(rows)),
        "exact": percent([right for right, _ in base]),
        "value right": percent([row["value"] in text for row, (_, text) in zip(rows, base)]),
        "trained question wording": percent(reader.exact(items("trained_wording"))),
        "unseen names only": plain(collect(reader.tokenizer, length, count, Held(names=True), seed + 600)),
        "all trained wordings and words": plain(collect(reader.tokenizer, length, count, Held(), seed + 500)),
        "long system prompt": percent(reader.exact([(long_system + "\n\n" + row["document"], [], row["question"], row["answer"]) for row in rows])),
        "another document before": percent(reader.exact([("\n\n".join([row["system"], row["other_document"], row["document"]]), [], row["question"], row["answer"]) for row in rows])),
        "edited": percent(after), "edit followed": percent([after[i] for i in was_right]), "stale": percent([stale[i] for i in was_right]),
        "follow-up": percent(reader.exact(follow_ups(length, count // 2, ALL, seed))),
        "refused": percent(reader.exact(refusals(reader.tokenizer, length, count // 2, ALL, seed))),
        "wrong refusal": percent([text.startswith(world.REFUSAL[:12]) for _, text in base]),
        "talk": percent(reader.exact(talk(length, max(1, count // 4), ALL, seed))),
        "without document": percent(reader.exact([(row["system"], [], row["question"], row["answer"]) for row in rows[: count // 2]])),
    }
    return line, rows


def group(rows, key):
    found = collections.defaultdict(list)
    for row in rows:
        found[key(row)].append(row["right"])
    return {name: {"exact": percent(values), "n": len(values)} for name, values in sorted(found.items())}


def markdown(result):
    columns = list(next(iter(result["by length"].values())))
    lines = ["| document tokens | " + " | ".join(columns) + " |", "|" + "---|" * (len(columns) + 1)]
    for name, line in result["by length"].items():
        lines.append(f"| {name} | " + " | ".join(str(line[c]) for c in columns) + " |")
    lines += ["", "| wider | n | before | exact | followed | stale |", "|---|---|---|---|---|---|"]
    for name, line in result["wider"].items():
        lines.append(f"| {name} | " + " | ".join(str(line.get(c, "")) for c in ("n", "before", "exact", "followed", "stale")) + " |")
    for title in ("by question", "by rivals"):
        lines += ["", f"| {title} | exact | n |", "|---|---|---|"]
        lines += [f"| {name} | {line['exact']} | {line['n']} |" for name, line in result[title].items()]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--count", type=int, default=200, help="questions per length")
    parser.add_argument("--seed", type=int, default=5_000_000)
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    reader, result, rows = Reader(chosen.work), {"by length": {}}, []
    for length in LENGTHS:
        line, some = measure(reader, length, chosen.count if length[1] <= 512 else chosen.count // 2, chosen.seed)
        result["by length"][f"{length[0]}-{length[1]}"] = line
        rows += some
        print(length, line, flush=True)
    upto = list(result["by length"].values())[:5]
    result["by length"]["mean to 512"] = {c: round(sum(line[c] or 0 for line in upto) / len(upto), 1) for c in upto[0]}
    short = [row for row in rows if row["tokens"] < 512]
    result["by question"] = group(short, lambda row: row["type"])
    result["by rivals"] = group(short, lambda row: "0 1 2 3-4 3-4".split()[row["rivals"]] if row["rivals"] < 5 else "5 or more")
    result["wider"] = measure_wider(reader, chosen.count, chosen.seed)
    with open(os.path.join(chosen.work, "evaluation.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(chosen.work, "evaluation.md"), "w") as file:
        file.write(markdown(result))
    with open(os.path.join(chosen.work, "evaluation-rows.jsonl"), "w") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(markdown(result))


if __name__ == "__main__":
    main()
