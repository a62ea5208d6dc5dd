"""Measures the model on held-out documents: whole answers, greedy, by document length, question kind and number of rivals.
Names, wordings of facts and wordings of questions all come from the held-out lists, unless a column says otherwise."""
import argparse
import collections
import json
import os
import random

import torch

import batches
import corpus
import world
from corpus import Held
from model import Starter
from tokenizer import Tokenizer

LENGTHS = ((1, 64, 3), (64, 128, 7), (128, 256, 13), (256, 384, 22), (384, 512, 31), (512, 1024, 48), (1024, 1900, 94))
ALL = Held(True, True, True)


def percent(found):
    return round(100 * sum(found) / len(found), 1) if found else None


class Reader:
    """Answers by greedy choice; `check` compares whole answers without generating them one token at a time."""

    def __init__(self, folder):
        saved = torch.load(os.path.join(folder, "checkpoint.pt"), map_location="cpu")
        self.tokenizer = Tokenizer(os.path.join(folder, "tokenizer.json"))
        self.model = Starter(**saved["shape"]).eval()
        self.model.load_state_dict(saved["model"])

    @torch.no_grad()
    def check(self, items):
        """items [(system message, earlier turns [(asked, said)], question, answer)] -> [(whole answer right, text chosen)]."""
        rows = [batches.chat_row(self.tokenizer, system, [("", *turn) for turn in earlier] + [("", asked, said)]) for system, earlier, asked, said in items]
        rows = [(tokens, spans[-1:]) for tokens, spans in rows]
        order, results = sorted(range(len(rows)), key=lambda i: len(rows[i][0])), [None] * len(rows)
        while order:
            size = max(1, 6000 // len(rows[order[0]][0]))
            part, order = order[:size], order[size:]
            tokens, positions, wanted = batches.tensors([rows[i] for i in part], torch)
            chosen, at = self.model(tokens, positions).argmax(-1), 0
            for i in part:
                _, start, end = rows[i][1][0]
                mine, right = chosen[at : at + end - start], wanted[at : at + end - start]
                results[i] = (bool((mine == right).all()), self.tokenizer.decode(mine.tolist()))
                at += end - start
        return results

    def exact(self, items):
        return [right for right, _ in self.check(items)]


def edited(r, document, fact, question, held):
    """The document with one value changed, and the answer it then gives: (text, answer)."""
    old = fact.values[question.slot]
    fact.values[question.slot] = corpus.changed(r, fact.kind, question.slot, old, held)
    twin = corpus.render(document), corpus.answer(question, fact)
    fact.values[question.slot] = old
    return twin


def questions_about(r, document, held, count):
    rows, text = [], corpus.render(document)
    for fact in r.sample(document.facts, min(count, len(document.facts))):
        question = r.choice(fact.kind.questions)
        twin, twin_answer = edited(r, document, fact, question, held)
        other = corpus.render(corpus.make_document(r, 4, held))
        rows.append(dict(
            type=f"{fact.kind.name}.{question.slot}", system=r.choice([s for s in world.SYSTEMS if s]), document=text,
            question=corpus.ask(r, question, fact.key, held.questions), paraphrase=corpus.ask(r, question, fact.key, held.questions),
            trained_wording=corpus.ask(r, question, fact.key), answer=corpus.answer(question, fact), value=fact.values[question.slot],
            edited_document=twin, edited_answer=twin_answer, other_document=other, moved_system=r.choice(world.SYSTEMS[3:-1]),
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
        made = corpus.unanswerable(r, [document], held)
        if made:
            items.append((corpus.join(r.choice(world.SYSTEMS), [document]), [], made[1], made[2]))
    return items


def talk(length, count, held, seed):
    r, items = random.Random(seed + 8 + length[2]), []
    for _ in range(count):
        asked, said = r.choice(world.TALK)
        items.append((corpus.join(r.choice(world.SYSTEMS), [corpus.make_document(r, length[2], held)]), [], r.choice(asked.split("|")), said))
    return items


def follow_ups(length, count, held, seed):
    """Third turns that only name the new key ("And for the attic?")."""
    r, items = random.Random(seed + 9 + length[2]), []
    while len(items) < count:
        document = corpus.make_document(r, max(4, length[2]), held)
        by_kind = collections.defaultdict(list)
        for fact in document.facts:
            by_kind[fact.kind.name].append(fact)
        rich = [facts for facts in by_kind.values() if len(facts) > 2]
        if rich:
            first, second, third = r.sample(r.choice(rich), 3)
            question = r.choice(first.kind.questions)
            earlier = [(corpus.ask(r, question, first.key, held.questions), corpus.answer(question, first)),
                       (corpus.follow_up(r, question, second.key, held.questions), corpus.answer(question, second))]
            items.append((corpus.join(r.choice(world.SYSTEMS), [document]), earlier, corpus.follow_up(r, question, third.key, held.questions), corpus.answer(question, third)))
    return items


def measure(reader, length, count, seed):
    """One line of the table and the rows behind it."""
    rows = collect(reader.tokenizer, length, count, ALL, seed)
    message = lambda row, system="system", document="document": "\n\n".join([row[system], row[document]])
    items = lambda wording: [(message(row), [], row[wording], row["answer"]) for row in rows]
    base = reader.check(items("question"))
    for row, (right, text) in zip(rows, base):
        row["right"] = right
    after = reader.exact([(message(row, document="edited_document"), [], row["question"], row["edited_answer"]) for row in rows])
    stale = reader.exact([(message(row, document="edited_document"), [], row["question"], row["answer"]) for row in rows])
    was_right = [i for i, row in enumerate(rows) if row["right"]]
    long_system = " ".join(sorted(world.SYSTEMS, key=len)[-6:])
    plain = lambda some: percent(reader.exact([(message(row), [], row["question"], row["answer"]) for row in some]))
    line = {
        "n": len(rows), "mean tokens": round(sum(row["tokens"] for row in rows) / len(rows)),
        "exact": percent([right for right, _ in base]),
        "value right": percent([row["value"] in text for row, (_, text) in zip(rows, base)]),
        "paraphrase": percent(reader.exact(items("paraphrase"))),
        "trained question wording": percent(reader.exact(items("trained_wording"))),
        "unseen names only": plain(collect(reader.tokenizer, length, count, Held(names=True), seed + 600)),
        "all trained wordings and words": plain(collect(reader.tokenizer, length, count, Held(), seed + 500)),
        "other system prompt": percent(reader.exact([(message(row, "moved_system"), [], row["question"], row["answer"]) for row in rows])),
        "long system prompt": percent(reader.exact([(long_system + "\n\n" + row["document"], [], row["question"], row["answer"]) for row in rows])),
        "another document before": percent(reader.exact([("\n\n".join([row["system"], row["other_document"], row["document"]]), [], row["question"], row["answer"]) for row in rows])),
        "edited": percent(after), "edit followed": percent([after[i] for i in was_right]), "stale": percent([stale[i] for i in was_right]),
        "follow-up": percent(reader.exact(follow_ups(length, count // 2, ALL, seed))),
        "refused": percent(reader.exact(refusals(reader.tokenizer, length, count // 2, ALL, seed))),
        "wrong refusal": percent([text.startswith(world.REFUSAL[:12]) for _, text in base]),
        "talk": percent(reader.exact(talk(length, count // 4, ALL, seed))),
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
        line, some = measure(reader, length, chosen.count, chosen.seed)
        result["by length"][f"{length[0]}-{length[1]}"] = line
        rows += some
        print(length, line, flush=True)
    upto = list(result["by length"].values())[:5]
    result["by length"]["mean to 512"] = {c: round(sum(line[c] or 0 for line in upto) / len(upto), 1) for c in upto[0]}
    short = [row for row in rows if row["tokens"] < 512]
    result["by question"] = group(short, lambda row: row["type"])
    result["by rivals"] = group(short, lambda row: "0 1 2 3-4 3-4".split()[row["rivals"]] if row["rivals"] < 5 else "5 or more")
    with open(os.path.join(chosen.work, "evaluation.json"), "w") as file:
        json.dump(result, file, indent=1)
    with open(os.path.join(chosen.work, "evaluation.md"), "w") as file:
        file.write(markdown(result))
    with open(os.path.join(chosen.work, "evaluation-rows.jsonl"), "w") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    print(markdown(result))


if __name__ == "__main__":
    main()
