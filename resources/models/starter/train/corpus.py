"""Documents, questions, chats and edited twins, as text. Everything comes from the random generator passed in.
`Held` says what a test draws from the part training never sees; tokens and batches are in batches.py."""
from dataclasses import dataclass, field

import world
from names import FRAGMENTS, draw


@dataclass
class Held:
    """Which parts come from the held-out lists: names and words, wordings of facts, wordings of questions."""

    names: bool = False
    facts: bool = False
    questions: bool = False


@dataclass
class Fact:
    kind: world.Kind
    key: str
    values: dict
    opener: str
    core: str
    closer: str


@dataclass
class Section:
    heading: str
    style: str  # "list", "prose" or "table"
    facts: list
    lead: str = "- "
    full_stop: bool = True
    capital: bool = True
    fillers: dict = field(default_factory=dict)  # index of a fact -> sentence behind it


@dataclass
class Document:
    title: str
    mark: str  # what stands before a heading
    sections: list

    @property
    def facts(self):
        return [fact for section in self.sections for fact in section.facts]


def capital(text):
    return text[:1].upper() + text[1:]


def pick(r, pair, held):
    return r.choice(pair[1] if held else pair[0])


def loosen(r, core):
    """A trained core with a word put in or a small word exchanged, so that unseen wordings are no surprise."""
    words = core.split(" ")
    for _ in range(r.choice([1, 1, 2])):
        small = [i for i, word in enumerate(words) if word in world.SMALL_WORDS]
        if small and r.random() < 0.5:
            words[r.choice(small)] = r.choice(world.SMALL_WORDS)
        else:
            loose = r.choice(world.LOOSE) if r.random() < 0.6 else r.choice(FRAGMENTS)
            words.insert(r.randrange(len(words)), loose)
    return " ".join(words)


def wording(r, cores, held):
    core = pick(r, cores, held)
    return loosen(r, core) if not held and r.random() < 0.35 else core


def similar(r, name):
    """A name that differs in one or two letters: the hardest distractor."""
    at = r.randrange(1, len(name))
    return name[:at] + r.choice("aeiou" if name[at] in "aeiou" else "bdklmnrst") + name[at + 1 :]


def new_fact(r, kind, people, taken, held):
    """A fact whose key is new in the document (people are shared between kinds), or None when keys ran out."""
    for _ in range(12):
        known = sorted(key for name, key in taken if name == kind.name)
        if kind.key == "person" and people and r.random() < 0.7:
            key = r.choice(people)
        elif kind.key in ("medicine", "doctor", "person") and known and r.random() < 0.08:
            key = similar(r, r.choice(known))
        else:
            key = draw(r, kind.key, held.names)
        clash = kind.key == "person" and any(k.split()[0] == key.split()[0] and k != key for _, k in taken)
        if (kind.name, key) not in taken and not clash:
            break
    else:
        return None
    taken.add((kind.name, key))
    values = {slot: r.choice(people) if slot == "person" and people and r.random() < 0.5 else draw(r, slot, held.names) for slot in kind.slots}
    return Fact(kind, key, values, pick(r, world.OPENERS, held.facts), wording(r, kind.cores, held.facts), pick(r, world.CLOSERS, held.facts))


def make_section(r, kinds, facts, held):
    style = r.choice(["list", "list", "prose", "prose", "table"])
    if style == "table" and (len(kinds) > 1 or held.facts):
        style = "list"
    section = Section(r.choice(kinds[0].headings) if len(kinds) == 1 else r.choice(world.TITLES), style, facts,
                      lead=r.choice(["- ", "- ", "* "]), full_stop=r.random() < 0.7, capital=r.random() < 0.7)
    if len(kinds) == 1 and r.random() < 0.35:
        core = wording(r, kinds[0].cores, held.facts)
        for fact in facts:
            fact.core = core
    plain = r.random() < 0.35
    for fact in facts:
        starts_with_key = fact.core.startswith("{k}")
        keep = style == "prose" and (starts_with_key or r.random() < 0.35) or style == "list" and r.random() < 0.08
        if not keep or plain and not (style == "prose" and starts_with_key):
            fact.opener = ""
        if plain or r.random() < 0.75:
            fact.closer = ""
    if r.random() < 0.3:
        section.fillers = {i: pick(r, world.FILLERS, held.facts) for i in range(len(facts)) if r.random() < 0.2}
    return section


def make_document(r, count, held=Held()):
    """A document of about `count` facts; kinds repeat, so that most facts have rivals of their own kind."""
    kinds = r.sample(world.KINDS, max(1, min(len(world.KINDS), round(count / r.choice([2, 3, 4, 6])))))
    people = []
    while len(people) < r.randint(3, 8):
        name = draw(r, "person", held.names)
        if not any(p.split()[0] == name.split()[0] for p in people):
            people.append(name)
    taken, by_kind = set(), {kind.name: [] for kind in kinds}
    for i in range(count):
        kind = kinds[i % len(kinds)] if i < 2 * len(kinds) else r.choice(kinds)
        fact = new_fact(r, kind, people, taken, held)
        if fact:
            by_kind[kind.name].append(fact)
    groups = [([kind], by_kind[kind.name]) for kind in kinds if by_kind[kind.name]]
    if len(groups) > 1 and r.random() < 0.25:
        mixed = [fact for _, facts in groups for fact in facts]
        r.shuffle(mixed)
        groups = [([kind for kinds, _ in groups for kind in kinds], mixed)]
    sections = [make_section(r, kinds, facts, held) for kinds, facts in groups]
    return Document(r.choice(world.TITLES) if r.random() < 0.6 else "", r.choice(["## ", "# ", "", ""]), sections)


def state(fact, section):
    """One fact as a line of a list or a sentence."""
    text = fact.core.format(k=fact.key, **fact.values)
    if fact.closer:
        text += " " + fact.closer
    if fact.opener:
        text = fact.opener + " " + text
    if section.style == "prose" or section.capital and (fact.opener or not fact.core.startswith("{k}")):
        text = capital(text)
    return text + "." if section.full_stop or section.style == "prose" else text


def render_section(section, mark):
    lines = [mark + section.heading] if section.heading else []
    if section.style == "table":
        columns = section.facts[0].kind.columns
        lines += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
        lines += ["| " + " | ".join([f.key, *f.values.values()]) + " |" for f in section.facts]
    elif section.style == "list":
        for i, fact in enumerate(section.facts):
            lines += [section.lead + state(fact, section)] + ([section.lead + section.fillers[i]] if i in section.fillers else [])
    else:
        said = [state(f, section) + (" " + section.fillers[i] if i in section.fillers else "") for i, f in enumerate(section.facts)]
        lines.append(" ".join(said))
    return "\n".join(lines)


def render(document):
    parts = [document.mark + document.title] if document.title else []
    return "\n".join(parts + [render_section(section, document.mark) for section in document.sections])


def ask(r, question, key, held=False):
    """One wording of a question: a core in a frame."""
    form = r.random()
    cores, frames = (
        (question.direct, world.DIRECT) if form < 0.55 else (question.clause, world.CLAUSE) if form < 0.8 else (question.topic, world.TOPIC)
    )
    core = wording(r, cores, held)
    frame = pick(r, frames, held and r.random() < 0.5)
    return frame.format(q=core.format(k=key))


def answer(question, fact):
    return question.answer.format(k=fact.key, **fact.values)


def follow_up(r, question, key, held=False):
    """The short form after a question of the same kind: "And for the attic?"."""
    if "On {k}" in question.answer:
        return pick(r, world.FOLLOW_DAY, held).format(q=key)
    name = "the {k} bin" if "{k} bin" in question.answer else "the {k}" if "he {k}" in question.answer else "{k}"
    return pick(r, world.FOLLOW_UPS, held).format(q=name.format(k=key))


def unanswerable(r, documents, held=Held()):
    """A question that the documents do not answer: an unknown key, mostly of a kind that is there."""
    facts = [fact for document in documents for fact in document.facts]
    present = {(fact.kind.name, fact.key) for fact in facts}
    for _ in range(20):
        kind = r.choice(facts).kind if r.random() < 0.75 else r.choice(world.KINDS)
        key = draw(r, kind.key, held.names)
        if kind.key == "person" and r.random() < 0.5:
            key = r.choice([f.key for f in facts if f.kind.key == "person"] or [key])
        known = [k for _, k in present]
        if (kind.name, key) in present or any(k.split()[0] == key.split()[0] != key for k in known if kind.key == "person"):
            continue
        question = r.choice(kind.questions)
        return "unanswerable", ask(r, question, key, held.questions), world.REFUSAL
    return None


def turns(r, documents, count, refusals=0.2, talk=0.04, held=Held()):
    """A chat about the documents: [(type, question, answer)]; types are "kind.slot", "follow.kind.slot", "unanswerable", "talk"."""
    facts = [fact for document in documents for fact in document.facts]
    chat, last, waiting = [], None, []
    while len(chat) < count:
        chance = r.random()
        if chance < refusals:
            made = unanswerable(r, documents, held)
            if made:
                chat.append(made)
                last = None
            continue
        if chance < refusals + talk:
            asked, said = r.choice(world.TALK)
            chat.append(("talk", r.choice(asked.split("|")), said))
            continue
        if not waiting:
            waiting = r.sample(facts, len(facts))
        same = [f for f in waiting if last and f.kind is last[0]]
        if same and r.random() < 0.15:
            fact, question = same[0], last[1]
            waiting.remove(fact)
            chat.append((f"follow.{fact.kind.name}.{question.slot}", follow_up(r, question, fact.key, held.questions), answer(question, fact)))
        else:
            fact = waiting.pop()
            question = r.choice(fact.kind.questions)
            chat.append((f"{fact.kind.name}.{question.slot}", ask(r, question, fact.key, held.questions), answer(question, fact)))
        last = (fact.kind, question)
    return chat


def system_prompt(r):
    """Mostly one of the known prompts; at times several sentences, so that the document stands at many positions."""
    if r.random() < 0.12:
        return " ".join(s for s in r.sample(world.SYSTEMS[3:], r.randint(2, 4)) if s)
    return r.choice(world.SYSTEMS)


def join(system, documents):
    """The system message: prompt and documents, separated by blank lines."""
    return "\n\n".join(part for part in [system, *[render(document) for document in documents]] if part)


def changed(r, kind, slot, old, held=Held()):
    """Another value for a slot: often one digit more, less or different, else a fresh one."""
    spots = [i for i, c in enumerate(old) if c.isdigit()]
    for _ in range(50):
        new = draw(r, slot, held.names)
        if slot in ("dose", "room", "extension", "price", "code", "phone") and spots and r.random() < 0.5:
            at = r.choice(spots)
            new = old[:at] + r.choice("123456789") + old[at + 1 :]
            if slot in ("dose", "price", "extension") and r.random() < 0.4:
                new = old[: spots[0] + 1] + r.choice("0123456789") + old[spots[0] + 1 :]
        if new != old:
            return new
    raise AssertionError(f"no other value for {kind.name}.{slot}")


def main():
    import random

    r = random.Random(1)
    for held in (Held(), Held(True, True, True)):
        documents = [make_document(r, 12, held)]
        print(join(system_prompt(r), documents))
        for turn in turns(r, documents, 8, held=held):
            print(turn)
        print("=" * 40)


if __name__ == "__main__":
    main()
