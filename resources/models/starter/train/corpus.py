"""Makes documents. Everything comes from the random generator passed in.
`Held` says what a test draws from the part training never sees; questions are in chats.py, tokens in batches.py."""
from dataclasses import dataclass, field, replace

import sentences
import world
from documents import Document, Fact, Section, capital, render
from names import attribute, draw
from vocabulary import FRAGMENTS, PLAIN


@dataclass
class Held:
    """Which parts come from the held-out lists: names and words, wordings of facts, wordings of questions."""

    names: bool = False
    facts: bool = False
    questions: bool = False


def pick(r, pair, held):
    return r.choice(pair[1] if held else pair[0])


def loosen(r, core, exchange=False):
    """A trained core with a word put in or a small word exchanged, with `exchange` also another, so that unseen wordings are no surprise."""
    words = core.split(" ")
    for _ in range(r.choice([1, 1, 2])):
        small = [i for i, word in enumerate(words) if word in world.SMALL_WORDS]
        others = [i for i, word in enumerate(words) if word.isalpha() and i not in small] if exchange else []
        chance = r.random()
        if others and chance < 0.4:
            words[r.choice(others)] = r.choice(FRAGMENTS if r.random() < 0.2 else PLAIN)
        elif small and chance < 0.6:
            words[r.choice(small)] = r.choice(world.SMALL_WORDS)
        else:
            loose = r.choice(world.LOOSE) if r.random() < 0.5 else r.choice(FRAGMENTS if r.random() < 0.4 else PLAIN)
            if r.random() < 0.4:
                loose = aside(r)
            before = [i for i, word in enumerate(words) if "{" not in word]  # what stands right before a key would belong to it
            if before:
                words.insert(r.choice(before), loose)
    return " ".join(words)


def aside(r):
    """A phrase with a word that is neither key nor value."""
    return f"{r.choice(world.ASIDE)} {r.choice(['', '', 'the ', 'a ', 'our '])}{r.choice(FRAGMENTS if r.random() < 0.3 else PLAIN)}"


def wording(r, cores, held, loose=0.25, exchange=False):
    core = world.expand(r, pick(r, cores, held))
    return loosen(r, core, exchange) if not held and r.random() < loose else core


def statement(r, kind, held):
    """A wording of a fact; in training more often one with the value before the key, which is the harder one."""
    for _ in range(3):
        core = wording(r, kind.facts, held, exchange=len(kind.slots) == 1)  # words tell two slots apart
        if held or world.value_first(core) or r.random() < 0.5:
            break
    return core


def similar(r, name):
    """A name that differs in one or two letters: the hardest distractor."""
    at = r.randrange(1, len(name))
    return name[:at] + r.choice("aeiou" if name[at] in "aeiou" else "bdklmnrst") + name[at + 1 :]


@dataclass
class Cast:
    """Who and what a document is about: facts share people, things and dishes."""

    people: list
    things: list
    dishes: list
    foods: list
    nouns: list  # of attributes, with the sort of their values
    taken: set = field(default_factory=set)
    seen: dict = field(default_factory=dict)  # values by slot


def new_cast(r, held):
    people = []
    while len(people) < r.randint(3, 8):
        name = draw(r, "person", held.names)
        if not any(p.split()[0] == name.split()[0] for p in people):
            people.append(name)
    some = lambda low, high, kind: [draw(r, kind, held.names) for _ in range(r.randint(low, high))]
    nouns = [attribute(r, held.names) for _ in range(r.randint(2, 5))]
    return Cast(people, some(2, 6, "thing"), some(1, 3, "dish"), some(3, 7, "foodstuff"), nouns)


def new_key(r, kind, cast, held):
    """(key, noun, sort of the value): people, things and dishes mostly from the cast."""
    known = sorted(key for name, key, _ in cast.taken if name == kind.name and len(key) > 1 and not key.startswith("the "))
    if kind.name == "attribute":
        return (r.choice(cast.things), *r.choice(cast.nouns)) if r.random() < 0.85 else (draw(r, "thing", held.names), *attribute(r, held.names))
    if kind.key == "dish":
        key = r.choice(cast.dishes) if r.random() < 0.8 else draw(r, "dish", held.names)
        return key, r.choice(cast.foods) if kind.noun else "", ""
    if kind.name == "single":
        sort = attribute(r, held.names)
        return (f"{draw(r, 'thing', held.names)} {sort[0]}" if r.random() < 0.7 else sort[0]), "", sort[1]
    if kind.name == "phone" and r.random() < 0.15:
        return f"the {draw(r, 'role', held.names)}", "", ""
    if kind.name == "room" and r.random() < 0.12:
        return f"the {draw(r, 'department', held.names)}", "", ""
    if kind.key == "person" and r.random() < 0.7:
        return r.choice(cast.people), "", ""
    if kind.key in ("medicine", "doctor", "person") and known and r.random() < 0.08:
        return similar(r, r.choice(known)), "", ""
    return draw(r, kind.key, held.names), "", ""


def namesake(key, identities):
    """Whether somebody else has the same first name."""
    return not key.startswith("the ") and any(k.split()[0] == key.split()[0] and k != key for _, k, _ in identities)


DIGITS = ("dose", "room", "extension", "price", "code", "phone", "amount", "digits")


def new_value(r, slot, cast, held):
    """A value; at times one that differs from another of the document in few digits, so that copying has to keep its place."""
    if slot == "person" and r.random() < 0.5:
        return r.choice(cast.people)
    seen = cast.seen.setdefault(slot, [])
    rivals = [value for value in seen if any(c.isdigit() for c in value)] if slot in DIGITS and r.random() < 0.2 else []
    value = few_digits_off(r, r.choice(rivals)) if rivals else draw(r, "doctor" if slot == "person" and r.random() < 0.15 else slot, held.names)
    seen.append(value)
    return value


def few_digits_off(r, value):
    """The same up to a digit that is drawn."""
    at = r.choice([i for i, c in enumerate(value) if c.isdigit()])
    tail = "".join(r.choice("123456789") if c.isdigit() and r.random() < 0.6 else c for c in value[at + 1 :])
    return value[:at] + r.choice("123456789") + tail


def new_fact(r, kind, cast, held):
    """A fact whose key is new in the document, or None when keys ran out."""
    for _ in range(12):
        key, noun, sort = new_key(r, kind, cast, held)
        clash = kind.key == "person" and namesake(key, cast.taken)
        if (kind.name, key, noun) not in cast.taken and not clash:
            break
    else:
        return None
    cast.taken.add((kind.name, key, noun))
    fact = Fact(kind, key, {slot: new_value(r, sort if slot == "value" else slot, cast, held) for slot in kind.slots}, statement(r, kind, held.facts), noun=noun)
    if kind.name == "hours" and r.random() < 0.12:
        fact.closed, fact.core = True, world.expand(r, pick(r, world.CLOSED, held.facts))
    else:
        fact.opener, fact.closer = pick(r, world.OPENERS, held.facts), pick(r, world.CLOSERS, held.facts)
    return fact


def changed(r, fact, slot, held=Held()):
    """Another value for a slot: often one digit more, less or different, else a fresh one."""
    old = fact.values[slot]
    spots = [i for i, c in enumerate(old) if c.isdigit()]
    fresh = slot if slot != "value" else "token" if not spots else "digits" if len(spots) == len(old) else ""
    for _ in range(50):
        new = draw(r, fresh, held.names) if fresh else old
        if slot in ("dose", "room", "extension", "price", "code", "phone", "amount", "value") and spots and (not fresh or r.random() < 0.5):
            at = r.choice(spots)
            new = old[:at] + r.choice("123456789") + old[at + 1 :]
            if slot in ("dose", "price", "extension") and r.random() < 0.4:
                new = old[: spots[0] + 1] + r.choice("0123456789") + old[spots[0] + 1 :]
        if new != old:
            return new
    raise AssertionError(f"no other value for {fact.kind.name}.{slot}: {old}")


def deny(r, fact, slot, old, held):
    """Names the value `old` that was true before, behind or ahead of the one that is."""
    brace, form, fact.denied = "{" + slot + "}", r.random(), True
    changes = [[core for core in cores if brace in core] for cores in fact.kind.changes]
    if changes[0] and r.random() < 0.5:
        fact.core = wording(r, changes, held.facts, loose=0).replace("{w}", old)
    elif form < 0.2 and len(fact.values) == 1:
        fact.closer = pick(r, world.INSTEAD, held.facts).format(w=old)
    elif form < 0.35 or brace not in fact.core:
        fact.opener = pick(r, world.NO_MORE, held.facts).format(w=old)
    elif form < 0.6 or len(fact.values) > 1:
        fact.core = fact.core.replace(brace, pick(r, world.TURNED, held.facts).format(w=old, v=brace), 1)
    else:
        noun, _, value = world.NOUNS.get(fact.kind.name, ("", "", ""))
        renewed = pick(r, world.RENAMED, held.facts).replace("N", noun) if noun and value == brace and r.random() < 0.4 else pick(r, world.RENEWED, held.facts)
        fact.core = fact.core.replace(brace, old, 1) + renewed.format(v=brace)
        if r.random() < 0.4:
            fact.opener = pick(r, world.PAST, held.facts)


def make_section(r, kinds, facts, held):
    style = r.choice(["list", "list", "prose", "prose", "table"])
    if style == "table" and (len(kinds) > 1 or held.facts or kinds[0].noun or any(f.closed for f in facts)):
        style = "list"
    section = Section(r.choice(kinds[0].headings) if len(kinds) == 1 else r.choice(world.TITLES), style, facts,
                      lead=r.choice(["- ", "- ", "- ", "* ", "", "1. "]), full_stop=r.random() < 0.6, capital=r.random() < 0.75, bold=r.random() < 0.1)
    if len(kinds) == 1 and r.random() < 0.35:
        core = statement(r, kinds[0], held.facts)
        for fact in facts:
            fact.core = fact.core if fact.closed else core
    plain = r.random() < 0.4
    for fact in facts:
        starts_with_key = fact.core.startswith("{k}")
        keep = style == "prose" and (starts_with_key or r.random() < 0.3) or style == "list" and r.random() < 0.08
        if not keep or plain and not (style == "prose" and starts_with_key):
            fact.opener = ""
        if plain or r.random() < 0.75:
            fact.closer = ""
        if not fact.closed and not fact.closer and r.random() < 0.25:
            slot = r.choice(fact.kind.slots)
            deny(r, fact, slot, changed(r, fact, slot, held), held)
    if r.random() < 0.35:
        section.fillers = {i: filler(r, held) for i in range(len(facts)) if r.random() < 0.3}
    if r.random() < 0.25:
        section.intro = filler(r, held)
    return section


def filler(r, held):
    return " ".join(sentences.sentence(r, held.facts) for _ in range(r.choice([1, 1, 1, 2])))


def entity_sections(r, facts, held):
    """One section per key, which its heading names: a recipe, or a thing with its attributes."""
    full_stop, lead, bold = r.random() < 0.5, r.choice(["- ", "- ", "* ", ""]), r.random() < 0.1
    by_key = {}
    for fact in facts:
        fact.core, fact.opener, fact.closer = world.expand(r, pick(r, fact.kind.bodies, held.facts)), "", ""
        by_key.setdefault(fact.key, []).append(fact)
    sections = []
    for key, some in by_key.items():
        section = Section(key, "entity", sorted(some, key=lambda f: f.kind.noun), lead, full_stop, r.random() < 0.8, bold)
        section.intro = filler(r, held) if r.random() < 0.3 else ""
        if sum(fact.kind.noun for fact in some) > 1 and r.random() < 0.2:
            section.table = r.choice(["Ingredient", "What", "Name", "Item"])
        foods = [fact.noun for fact in some if fact.kind.key == "dish" and fact.noun]
        if foods and r.random() < 0.4:
            section.steps = sentences.steps(r, foods)
        sections.append(section)
    return sections


def correct(r, document, held):
    """Puts a correction of one fact at the end of the document or of its section."""
    found = [(s, f) for s in document.sections if s.style in ("list", "prose") for f in s.facts if not f.closed and len(f.values) == 1]
    if not found:
        return
    section, old = r.choice(found)
    slot = old.kind.slots[0]
    new = replace(old, values={slot: changed(r, old, slot, held)}, core=wording(r, old.kind.facts, held.facts), opener=pick(r, world.CORRECTED, held.facts), closer="")
    old.stale = True
    if r.random() < 0.5:
        section.facts.append(new)
    else:
        document.sections.append(Section(r.choice(["Corrections", "Changes", "News", "Update", ""]), r.choice(["list", "prose"]), [new]))


def steps_section(r, held):
    return Section(r.choice(["How to ", "How to ", "To "]) + sentences.task(r), "steps", [], lead=r.choice(["1. ", "1. ", "- "]), steps=sentences.steps(r))


def choose_kinds(r, count):
    wanted, pool = max(1, min(len(world.KINDS), round(count / r.choice([2, 3, 4, 6])))), list(world.KINDS)
    kinds = []
    while len(kinds) < wanted:
        kind = r.choices(pool, [world.SHARES.get(kind.name, 1) for kind in pool])[0]
        pool.remove(kind)
        kinds.append(kind)
    return kinds


def make_document(r, count, held=Held()):
    """A document of about `count` facts; kinds repeat, so that most facts have rivals of their own kind."""
    kinds, cast = choose_kinds(r, count), new_cast(r, held)
    by_kind = {kind.name: [] for kind in kinds}
    for i in range(count):
        kind = kinds[i % len(kinds)] if i < 2 * len(kinds) else r.choice(kinds)
        fact = new_fact(r, kind, cast, held)
        if fact:
            by_kind[kind.name].append(fact)
    apart = [[kind for kind in kinds if kind.key == key and kind.bodies[0]] for key in ("dish", "thing", "medicine")]
    apart = [group for group in apart if group and r.random() < (0.3 if group[0].key == "medicine" else 0.75)]
    groups = [([kind], by_kind[kind.name]) for kind in kinds if by_kind[kind.name] and not any(kind in group for group in apart)]
    if len(groups) > 1 and r.random() < 0.25:
        mixed = [fact for _, facts in groups for fact in facts]
        r.shuffle(mixed)
        groups = [([kind for kinds, _ in groups for kind in kinds], mixed)]
    sections = [make_section(r, kinds, facts, held) for kinds, facts in groups]
    for group in apart:
        sections += entity_sections(r, [fact for kind in group for fact in by_kind[kind.name]], held)
    if r.random() < 0.12:
        sections.insert(r.randint(0, len(sections)), steps_section(r, held))
    document = Document(capital(r.choice(world.TITLES)) if r.random() < 0.6 else "", r.choice(["## ", "## ", "# ", "", ""]), r.choice(["\n", "\n", "\n\n"]), sections)
    if r.random() < 0.2:
        document.intro = filler(r, held)
    if r.random() < 0.08:
        correct(r, document, held)
    if r.random() < 0.06:
        as_letter(r, document, held)
    return document


def as_letter(r, document, held):
    """What stands in the document, written to somebody: mostly prose without headings."""
    name = lambda: draw(r, "person", held.names)
    document.title, document.intro = "", f"{r.choice(world.SALUTATIONS)} {name()},\n{filler(r, held)}"
    document.closing = f"{r.choice(world.CLOSINGS)}\n{name()}"
    for section in document.sections:
        if section.style in ("list", "prose"):
            section.heading, section.style = "", r.choice(["prose", "prose", "list"])


def system_prompt(r):
    """Mostly one of the known prompts; at times several sentences, so that the document stands at many positions."""
    if r.random() < 0.12:
        return " ".join(s for s in r.sample(world.SYSTEMS[3:], r.randint(2, 4)) if s)
    return r.choice(world.SYSTEMS)


def join(system, documents):
    """The system message: prompt and documents, separated by blank lines."""
    return "\n\n".join(part for part in [system, *[render(document) for document in documents]] if part)
