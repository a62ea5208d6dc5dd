"""Questions about documents, follow-ups, questions without an answer, and whole chats, as text.
An answer repeats the key before the value, so that the value is a look-up from what stands just before it."""
import sentences
import world
from corpus import Held, join, make_document, namesake, new_cast, new_key, pick, system_prompt, wording
from documents import Fact
from names import draw


def ask(r, question, fact, held=False, key=None):
    """One wording of a question about a fact: a core in a frame. `key` names the fact in other words."""
    form = r.random()
    cores, frames = (
        (question.direct, world.DIRECT) if form < 0.6 else (question.clause, world.CLAUSE) if form < 0.8 else (question.topic, world.TOPIC)
    )
    loose = (0.25, True) if fact.kind.name in world.ALONE else (0.08,)
    core = wording(r, cores, held, *loose)
    while key and "{k}'s" in core:
        core = wording(r, cores, held, *loose)
    asked = core.format(k=key or fact.key, n=fact.noun)
    if frames is not world.DIRECT or r.random() < 0.5:
        asked = pick(r, frames, held and r.random() < 0.5).format(q=asked)
    if not held and r.random() < 0.1:
        asked = asked.rstrip("?.")
        return asked if asked.startswith(fact.key) else asked[0].lower() + asked[1:]
    return asked if r.random() < 0.3 else asked[0].upper() + asked[1:]


def copied(text):
    """Marks what an answer copies from the documents or the question; the marks are no part of it."""
    return f"\x02{text}\x03"


def plain(said):
    return said.replace("\x02", "").replace("\x03", "")


def answer(question, fact, mark=str):
    said = world.CLOSED_ANSWER if fact.closed else question.answer
    return said.format(**{name: mark(word) for name, word in fact.words.items()})


def follow_up(r, question, fact, held=False, noun=False):
    """The short form after a question of the same kind: "And for the attic?"; with `noun`, of the same thing: "And the weight?"."""
    if fact.kind.key == "day":
        return pick(r, world.FOLLOW_DAY, held).format(q=fact.key)
    form = "the {n}" if noun else "the {k} bin" if fact.kind.name == "bin" else "{k}" if fact.kind.key in ("person", "doctor", "medicine") else "the {k}"
    asked = pick(r, world.FOLLOW_UPS, held).format(q=form).format(k=fact.key, n=fact.noun)
    return asked[0].upper() + asked[1:] if not asked.startswith(fact.key) else asked


PRONOUNS = [("on {k}", ["then", "that day", "on that day"]), ("the {k}'s", ["its"]), ("the {k}", ["it"])]


def pronoun(r, question, fact, held=False):
    """A question whose key was named before: "How long does it take?", or None where the wording does not allow it."""
    core = wording(r, question.direct, held, 0)
    for name, words in PRONOUNS:
        core = core.replace(name, r.choice(words))
    if fact.kind.key == "medicine":
        core = core.replace("{k}'s", "its").replace("{k}", "it")
    if "{k}" in core or "bin" in core:
        return None
    asked = core.format(n=fact.noun)
    return f"And {asked[0].lower() + asked[1:]}" if r.random() < 0.3 else asked[0].upper() + asked[1:]


def unanswerable(r, documents, held=Held()):
    """A question that the documents do not answer: an unknown key, mostly of a kind that is there; a known key with another attribute."""
    facts = [fact for document in documents for fact in document.facts]
    if not facts:
        return None
    present, cast = {fact.identity for fact in facts}, new_cast(r, held)
    for _ in range(20):
        like = r.choice(facts)
        kind = like.kind if r.random() < 0.75 else r.choice(world.KINDS)
        key, noun, _ = new_key(r, kind, cast, held)
        if kind.noun and kind is like.kind and r.random() < 0.6:
            key, noun = (like.key, noun) if r.random() < 0.5 else (key, like.noun)
        if kind.key == "person" and r.random() < 0.5:
            key = r.choice([f.key for f in facts if f.kind.key == "person"] or [key])
        if (kind.name, key, noun) in present or kind.key == "person" and namesake(key, present):
            continue
        question = r.choice(kind.questions)
        return "unanswerable", ask(r, question, like_fact(kind, key, noun), held.questions), world.REFUSAL
    return None


def like_fact(kind, key, noun):
    """A fact without values, to ask for what is not there."""
    return Fact(kind, key, {}, "", noun=noun)


HOW = world.split(
    "How do I {t}?|How to {t}?|List the steps to {t}.|What are the steps to {t}?|Please list how to {t}.|Tell me how to {t}.|How can I {t}?|What must I do to {t}?|Give me the steps to {t}.|I want to {t}. What are the steps?|"
    "How do we {t}?|How do you {t}?|How do people {t} here?|How do I go about it if I want to {t}?|How does it work to {t}?|How should I {t}?|How should we {t}?|How must I {t}?|How can we {t}?|How could I {t}?|How would I {t}?|"
    "How would you {t}?|How is it done, to {t}?|How am I supposed to {t}?|How do I start to {t}?|How exactly do I {t}?|How to {t}|What do I do to {t}?|What do I have to do to {t}?|What do I need to do to {t}?|"
    "What do we do to {t}?|What has to be done to {t}?|What should I do to {t}?|What should I do if I want to {t}?|What do I do first, and what then, to {t}?|What are the instructions to {t}?|What are all the steps to {t}?|"
    "What are the single steps to {t}?|What is the way to {t}?|What is the procedure to {t}?|What is the right way to {t}?|What does the document say about how to {t}?|What is written about how to {t}?|"
    "In which order do I {t}, step by step?|By which steps do I {t}?|List the steps if I want to {t}.|List all steps to {t}.|List how to {t}.|List what I do to {t}.|Give me all the steps to {t}.|Give me the instructions to {t}.|"
    "Give me the list of steps to {t}.|Show me how to {t}.|Show me the steps to {t}.|Show the instructions to {t}.|Read me the steps to {t}.|Read out how to {t}.|Write down how to {t}.|Write the steps to {t}.|"
    "Tell me step by step how to {t}.|Tell me the steps to {t}.|Tell me what to do to {t}.|Tell me again how to {t}.|Tell us how to {t}.|Remind me how to {t}.|Help me to {t}.|Please tell me how to {t}.|"
    "Please tell me the steps to {t}.|Please give me the steps to {t}.|Please show me how to {t}.|Please read me the instructions to {t}.|Please help me to {t}.|Please write down how to {t}.|Steps to {t}?|Steps to {t}, please.|"
    "Instructions to {t}?|The steps to {t}?|The steps to {t}, please.|Step by step, how do I {t}?|Can you tell me how to {t}?|Can you list the steps to {t}?|Can you show me how to {t}?|Can you help me to {t}?|"
    "Can you walk me through how to {t}?|Could you tell me how to {t}?|Could you list how to {t}?|Could you give me the steps to {t}?|Could you read me how to {t}?|Would you tell me how to {t}?|Would you list the steps to {t}?|"
    "Do you know how to {t}?|Do you have the steps to {t}?|Does the document say how to {t}?|Does it say how to {t}?|Is there a list of steps to {t}?|Is it written down how to {t}?|Is there a description of how to {t}?|"
    "I have to {t}. How?|I have to {t}. How do I do that?|I have to {t}. What are the steps?|I have never had to {t}. How does it go?|I need to {t}. What do I do?|I need to {t}. What are the steps?|I need the steps to {t}.|"
    "I need instructions to {t}.|I am going to {t}. What do I do?|I am supposed to {t}. How do I do it?|I am trying to {t}. What do I do first, and then?|I am new and have to {t}. What are the steps?|I do not know how to {t}.|"
    "I forgot how to {t}.|I cannot remember how to {t}.|I want to know how to {t}.|I would like to know how to {t}.|I would like to {t}. How does that work?|I would like to {t}. What do I have to do?|I want to {t}. How?|"
    "I want to {t}. Please list the steps.|I want to {t}. What must I do?|I wonder how to {t}.|We want to {t}. How do we do it?|We have to {t}. What are the steps?|We would like to {t}. What do we do?|"
    "Someone has to {t}. What are the steps?|A visitor asks how to {t}.|Somebody asks how to {t}.|My colleague wants to {t}. What must be done?|My son wants to {t}. What are the steps?|If I want to {t}, what do I do?|"
    "If I have to {t}, what are the steps?|When I {t}, what are the steps?|When I {t}, what do I do first and then?|To {t}, what do I do?|To {t}, what are the steps?|To {t}, which steps do I follow?|Hi, how do I {t}?|"
    "Hello, how can I {t}?|Excuse me, how do I {t}?|Sorry, how do I {t}?|Quick question: how do I {t}?|And how do I {t}?|--|Explain how to {t}.|Which steps are needed to {t}?|How does one {t}?")

HOW_DISH = world.split(
    "What are the steps of the {d}?|What are the steps for the {d}?|Steps of the {d}?|Steps for the {d}, please.|How is the {d} made?|How is the {d} cooked?|How does one prepare the {d}?|How do you cook the {d}?|"
    "Read me the recipe of the {d}.|Read out the steps of the {d}.|List the steps of the {d}.|List the steps for the {d}.|Give me the steps of the {d}.|Give me the recipe for the {d}.|Show me the steps for the {d}.|"
    "Tell me the steps of the {d}.|Tell me how the {d} is made.|What do I do for the {d}, step by step?|What is the recipe of the {d}?|What is to be done for the {d}?|The {d}, step by step, please.|The steps of the {d}, please.|"
    "I want the {d}. What are the steps?|I need the steps of the {d}.|Can you list the steps of the {d}?|Could you read me the steps for the {d}?|Please list the steps of the {d}.|How does the recipe of the {d} go?|"
    "In which order is the {d} made?|--|Walk me through the {d}.|Which steps does the {d} have?|How is the {d} put together?")


def steps_turn(r, documents, held):
    """Instructions read out, or asked for in vain."""
    found = [section for document in documents for section in document.instructions]
    if not found or r.random() < 0.15:
        if r.random() < 0.2:
            return "unanswerable", pick(r, HOW_DISH, held.questions).format(d=draw(r, "dish", held.names)), world.REFUSAL
        return "unanswerable", pick(r, HOW, held.questions).format(t=sentences.task(r) if r.random() < 0.6 else f"make the {draw(r, 'dish', held.names)}"), world.REFUSAL
    section = r.choice(found)
    said = " ".join(f"{i}. {copied(step)}" for i, step in enumerate(section.steps, 1))
    if section.style == "entity" and r.random() < 0.5:
        return "steps", pick(r, HOW_DISH, held.questions).format(d=section.heading), said
    task = section.heading.removeprefix("How to ").removeprefix("To ")
    if section.style == "entity":
        task = f"{r.choice(['make', 'cook', 'prepare', 'make'])} the {task}"
    return "steps", pick(r, HOW, held.questions).format(t=task), said


def two_hops(r, facts, held=Held()):
    """A question that needs two facts, answered with both: "The laundry is done by Ana. The phone number of Ana is 555-0147."."""
    seconds = {}
    for fact in facts:
        if fact.kind.key in ("person", "day"):
            seconds.setdefault(fact.key, []).append(fact)
    pairs = [(a, b) for a in facts if a.kind.name in world.THROUGH for b in seconds.get(a.values[a.kind.slots[0]], []) if not b.closed]
    if not pairs:
        return None
    first, second = r.choice(pairs)
    through = pick(r, world.THROUGH[first.kind.name], held.questions).format(k=first.key)
    question = r.choice(second.questions)
    said = answer(first.kind.questions[0], first, copied) + " " + answer(question, second, copied)
    return "two", ask(r, question, second, held.questions, key=through), said


def follow_turn(r, waiting, last, held):
    """A follow-up to the last question if a fact for it is waiting, or None."""
    fact, question = last
    same = [f for f in waiting if f.kind is fact.kind and question in f.questions and (f.noun == fact.noun or f.key == fact.key)]
    if not same:
        return None
    other = r.choice(same)
    waiting.remove(other)
    return other, question, follow_up(r, question, other, held.questions, noun=other.noun != fact.noun)


def same_turn(r, facts, last, held):
    """Another question about what the last one was about, or None."""
    fact, question = last
    others = [(f, q) for f in facts if f.key == fact.key and f.kind.key == fact.kind.key and not f.closed for q in f.questions if (f, q) != last]
    if not others:
        return None
    other, another = r.choice(others)
    asked = pronoun(r, another, other, held.questions)
    return asked and (other, another, asked)


def turns(r, documents, count, refusals=0.2, talk=0.04, held=Held()):
    """A chat about the documents: [(type, question, answer with marks)]; types are "kind.slot", "follow.kind.slot", "two", "steps", "unanswerable", "talk"."""
    facts = [fact for document in documents for fact in document.facts]
    instructions = any(document.instructions for document in documents)
    chat, last, waiting = [], None, []
    while len(chat) < count:
        chance = r.random()
        made = None
        if chance < refusals or not facts:
            made = unanswerable(r, documents, held)
        elif chance < refusals + talk:
            asked, said = r.choice(world.TALK)
            chat.append(("talk", r.choice(asked), said))
            continue
        elif chance < refusals + talk + 0.06:
            made = two_hops(r, facts, held)
        elif chance < refusals + talk + (0.16 if instructions else 0.065):
            made = steps_turn(r, documents, held)
        if made:
            chat.append(made)
            last = None
            continue
        if not waiting:
            waiting = sorted(r.sample(facts, len(facts)), key=lambda fact: fact.denied and r.random() < 0.85)  # the last is asked for first
        form = r.random() if last else 1
        follow = follow_turn(r, waiting, last, held) if form < 0.3 else same_turn(r, facts, last, held) if form < 0.5 else None
        if follow:
            fact, question, asked = follow
            chat.append((f"follow.{fact.kind.name}.{question.slot}", asked, answer(question, fact, copied)))
        else:
            fact = waiting.pop()
            question = r.choice(fact.questions)
            chat.append((f"{fact.kind.name}.{question.slot}", ask(r, question, fact, held.questions), answer(question, fact, copied)))
        last = (fact, question)
    return chat


def main():
    import random

    r = random.Random(1)
    for held in (Held(), Held(), Held(), Held(), Held(True, True, True)):
        documents = [make_document(r, 16, held)]
        print(join(system_prompt(r), documents))
        for turn in turns(r, documents, 14, held=held):
            print(turn)
        print("=" * 40)


if __name__ == "__main__":
    main()
