"""Twin documents: one fact changed, denied or swapped with a rival, or a sentence put before it. What a reader must then say.
Each twin is rendered from the same document, which is left as it was."""
import contextlib

import corpus
import world
from chats import answer, ask


@contextlib.contextmanager
def changed_to(thing, **values):
    """A fact or section with other fields for the time of the block."""
    before = {name: getattr(thing, name) for name in values}
    for name, value in values.items():
        setattr(thing, name, value)
    yield
    for name, value in before.items():
        setattr(thing, name, value)


def number_changed(r, document, fact, question, held):
    new = {**fact.values, question.slot: corpus.changed(r, fact, question.slot, held)}
    with changed_to(fact, values=new):
        return corpus.render(document), answer(question, fact)


def entity_swapped(r, document, fact, question, held):
    """Two facts of a kind exchange their values."""
    rivals = [f for f in document.facts if f.kind is fact.kind and f.noun == fact.noun and f is not fact and not f.closed and f.values != fact.values]
    if not rivals:
        return None
    rival = r.choice(rivals)
    mine, theirs = fact.values, rival.values
    with changed_to(rival, values=mine), changed_to(fact, values=theirs):
        return corpus.render(document), answer(question, fact)


def negated(r, document, fact, question, held):
    """A day without hours; for other facts another value holds and the old one is denied beside it."""
    if fact.kind.name == "hours":
        with changed_to(fact, closed=True, core=world.expand(r, corpus.pick(r, world.CLOSED, held.facts)), closer="", opener=""):
            return corpus.render(document), answer(question, fact)
    if fact.denied:
        return None
    old, new = fact.values[question.slot], {**fact.values, question.slot: corpus.changed(r, fact, question.slot, held)}
    with changed_to(fact, values=new, core=fact.core, opener="", closer="", denied=True):
        corpus.deny(r, fact, question.slot, old, held)
        return corpus.render(document), answer(question, fact)


def sentence_inserted(r, document, fact, question, held):
    section = next(s for s in document.sections if any(f is fact for f in s.facts))
    at = next(i for i, f in enumerate(section.facts) if f is fact)
    said = corpus.filler(r, held)
    before = {"fillers": {**section.fillers, at - 1: said}} if at and section.style in ("list", "prose") else {"intro": said}
    with changed_to(section, **before):
        return corpus.render(document), answer(question, fact)


TWINS = {"number changed": number_changed, "entity swapped": entity_swapped, "negation added": negated, "sentence inserted": sentence_inserted}


def collect(r, name, count, facts, held):
    """[(document, twin, question, answer, answer to the twin)] for one kind of twin."""
    found = []
    while len(found) < count:
        document = corpus.make_document(r, r.randint(3, facts), held)
        for fact in r.sample(document.facts, min(3, len(document.facts))):
            question = r.choice(fact.questions)
            twin = None if fact.closed else TWINS[name](r, document, fact, question, held)
            if twin:
                found.append((corpus.render(document), twin[0], ask(r, question, fact, held.questions), answer(question, fact), twin[1]))
    return found[:count]
