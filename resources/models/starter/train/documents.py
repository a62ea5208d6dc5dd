"""A document of facts and how it is written down: lists, prose, tables, recipes, instructions.
What stands in a document is decided in corpus.py."""
import re
from dataclasses import dataclass, field, replace

import world


@dataclass
class Fact:
    kind: world.Kind
    key: str
    values: dict
    core: str
    opener: str = ""
    closer: str = ""
    noun: str = ""  # what the value is called, for kinds whose key alone does not tell
    closed: bool = False  # an opening day without hours
    stale: bool = False  # corrected further down: never asked for
    denied: bool = False  # says which value it was before, too: the hardest to read

    @property
    def identity(self):
        return self.kind.name, self.key, self.noun

    @property
    def questions(self):
        """The questions its wording answers: a recipe need not name the heat of the oven."""
        said = [q for q in self.kind.questions if "{" + q.slot + "}" in self.core]
        return said or self.kind.questions

    @property
    def words(self):
        """What the braces of a wording stand for."""
        bare = {"bare": re.sub("^in the ", "", self.values["location"])} if "location" in self.values else {}
        return {"k": self.key, "n": self.noun, **bare, **self.values}


@dataclass
class Section:
    heading: str
    style: str  # "list", "prose", "table", "entity" (the heading is the key) or "steps"
    facts: list
    lead: str = "- "
    full_stop: bool = True
    capital: bool = True
    bold: bool = False
    fillers: dict = field(default_factory=dict)  # index of a fact -> sentence behind it
    intro: str = ""
    steps: list = field(default_factory=list)
    table: str = ""  # heading of the first column, where a section named by its key has a table


@dataclass
class Document:
    title: str
    mark: str  # what stands before a heading
    gap: str  # what stands between title, headings and sections
    sections: list
    intro: str = ""
    closing: str = ""  # of a letter

    @property
    def facts(self):
        """The facts that hold."""
        return [fact for section in self.sections for fact in section.facts if not fact.stale]

    @property
    def instructions(self):
        return [section for section in self.sections if section.steps]


def capital(text):
    return text[:1].upper() + text[1:]


def state(fact, section):
    """One fact as a line of a list or a sentence."""
    core = fact.core
    if section.bold and section.style != "prose":
        core = re.sub(r"^(\{[kn]\})( bin)?:", r"**\1\2:**", core)
    text = core.format(**fact.words)
    if fact.closer:
        text += fact.closer if fact.closer[0] in ",;" else " " + fact.closer
    if fact.opener:
        text = fact.opener + " " + text
    if section.style == "prose" or section.capital:
        text = "**" + capital(text[2:]) if text.startswith("**") else capital(text)
    return text + "." if section.full_stop or section.style == "prose" else text


def lines_of(section, said):
    """Statements as the lines of a list, with the fillers behind their facts."""
    found = []
    for i, text in enumerate(said):
        found += [text] + ([section.fillers[i]] if i in section.fillers else [])
    counted = section.lead == "1. "
    return [(f"{i}. " if counted else section.lead) + text for i, text in enumerate(found, 1)]


def render_section(section, mark, gap):
    heading = section.heading
    if heading and section.style == "entity" and mark.strip():
        mark = "#" + mark
    lines = [mark + capital(heading)] if heading else []
    body = [section.intro] if section.intro else []
    said = [state(fact, section) for fact in section.facts]
    counted = [f for f in section.facts if f.kind.noun] if section.style == "entity" and section.table else []
    if counted:
        said = [state(fact, section) for fact in section.facts if not fact.kind.noun]
        body += lines_of(section, said) if section.lead else said
        body += ["", f"| {section.table} | {counted[0].kind.columns[1]} |", "| --- | --- |", *[f"| {f.noun} | {f.values[f.kind.slots[0]]} |" for f in counted]]
    elif section.style == "table":
        columns = section.facts[0].kind.columns
        body += ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
        body += ["| " + " | ".join([f.key, *f.values.values()]) + " |" for f in section.facts]
    elif section.style == "steps":
        body += lines_of(section, section.steps)
    elif section.style == "list" or section.style == "entity" and section.lead:
        body += lines_of(section, said)
    else:
        stop = "" if section.style == "prose" or section.full_stop else "."
        body.append(" ".join(text + stop + (" " + section.fillers[i] if i in section.fillers else "") for i, text in enumerate(said)))
    if section.style == "entity" and section.steps:
        body += ["", *lines_of(replace(section, lead="1. ", fillers={}), section.steps)]
    return (gap if gap == "\n\n" else "\n").join([*lines, "\n".join(body)])


def render(document):
    parts = [document.mark + document.title] if document.title else []
    parts += [document.intro] if document.intro else []
    parts += [render_section(section, document.mark, document.gap) for section in document.sections]
    return document.gap.join(parts + ([document.closing] if document.closing else []))
