"""Sentences without facts that are asked for: what stands between the facts of a document, and the steps of instructions.
A small grammar over the plain words, so that no sentence comes often."""
from names import SIZES
from vocabulary import PLAIN, made_up

VERBS = "clean check wash bring take use move fold carry open hold turn watch cover dry fill pack shake store wipe empty mark sort lift count share feed water brush close".split()
QUALITIES = "clean dry warm cold heavy fresh quiet loud new old broken busy safe free ready soft sharp full open short long bright dark".split()
WHEN = "in the morning|in the evening|at night|before lunch|after dinner|in winter|in summer|when it rains|after use|every time|on holidays|if possible|during the week|before you leave|once a year".split("|")
PEOPLE = "visitors|guests|children|patients|the staff|neighbours|parents|everyone|new people|the team|friends|members|tenants|helpers".split("|")
PLAINLY = [
    "Please {v} the {n} {w}.", "Do not {v} the {n} {w}.", "The {n} is {q} {w}.", "The {n} and the {m} are {q}.", "{P} may {v} the {n} {w}.", "{P} should not {v} the {n}.",
    "If the {n} is {q}, {v} the {m}.", "Always {v} the {n} and {v} the {m}.", "We {v} the {n} {w}.", "There is a {q} {n} for {p}.", "Thank you for the {q} {n}.", "{P} like the {n} {w}.",
    "It is {q} {w}, so {v} the {n}.", "Ask {p} before you {v} the {n}.", "The {n} should be {q} {w}.", "Please be {q} {w}.", "We are happy if {p} {v} the {n}.", "Never {v} the {n} without the {m}.",
    "You can {v} the {n} {w}.", "A {q} {n} is better than a {m}.", "{P} {v} the {n} and the {m} {w}.", "Please do not {v} anything {w}.", "The {n} needs time to get {q}.", "{W} we {v} the {n}.",
    "When the {n} is {q}, please tell {p}.", "Leave the {n} for {p}.", "Only {p} {v} the {n}.", "It takes about {d} minutes to {v} the {n}.", "There are {d} {n}s for {p}.", "Please wait {d} minutes {w}.",
    "Most of {p} {v} the {n} after {d} days.", "Keep the {n} {q}.", "Bring your own {n} {w}.", "The {n} belongs to all of us.", "Have fun with the {n}.", "Call us if the {n} is {q}.",
    "Please write down when you {v} the {n}.", "This page was written for {p}.", "Read this page before you {v} the {n}.", "All of this is for {p}.",
]
HELD = [
    "We ask {p} to {v} the {n} {w}.", "Nobody has to {v} the {n} {w}.", "After {d} weeks the {n} gets {q}.", "It helps to {v} the {n} and the {m} {w}.", "For {p} the {n} is {q}.", "Should the {n} be {q}, let {p} know.",
]
TASKS = "clean fix reset start empty fold pack wash prepare check stop restart fill repair polish assemble".split()
STEPS = ["{v} the {n}", "{v} the {n} and the {m}", "{v} the {n} {w}", "wait {d} minutes", "wait until the {n} is {q}", "{v} it with the {n}", "tell {p}", "put the {n} back", "press the {q} button", "{v} the {q} {n} for {d} minutes"]

COOKING = ["{c} the {n} for {d} minutes", "{c} the {n} and the {m}", "{c} the {n} with the {m}", "add the {n}", "add the {n} and the {m}", "stir until it is {q}", "let it rest for {d} minutes", "put the {n} on top",
           "serve it {q}", "wait until the {n} is {q}", "put everything in a {q} pan", "{c} the {n} in {d} pieces", "taste for salt", "fold in the {n}"]
COOKS = "cut fry cook mix bake boil whisk peel wash heat stir beat chop grate melt roast".split()


def noun(r):
    return r.choice(PLAIN) if r.random() < 0.85 else made_up(r)


def fill(r, template, foods=()):
    """A template of the grammar with its letters replaced; nouns come from `foods` if there are any."""
    people, when = r.choice(PEOPLE), r.choice(WHEN)
    made = {"v": r.choice(VERBS), "c": r.choice(COOKS), "n": r.choice(foods) if foods else noun(r), "m": r.choice(foods) if foods else noun(r), "q": r.choice(QUALITIES), "w": when, "W": when.capitalize(), "p": people,
            "P": people[0].upper() + people[1:], "d": r.randint(2, 60)}
    if not foods and r.random() < 0.15:
        made["n"] = f"{r.choice(SIZES)} {made['n']}"
    return template.format(**made)


def sentence(r, held=False):
    return fill(r, r.choice(HELD if held else PLAINLY))


def task(r):
    """What instructions are about: "clean the milk jug"."""
    return f"{r.choice(TASKS)} the {noun(r)}" + (f" {noun(r)}" if r.random() < 0.4 else "")


def steps(r, foods=()):
    """Three to five steps, each with a capital and a full stop; with `foods`, those of a recipe."""
    made = [fill(r, r.choice(COOKING if foods else STEPS), foods) for _ in range(r.randint(3, 5))]
    return [text[0].upper() + text[1:] + "." for text in made]
