"""What an answer copies, where that stands, and which line says it: targets for the attention of two heads during training.
Answers come with marks around what they copy (`chats.copied`); positions are those of the row."""
import bisect
import itertools
import re

import numpy as np

from tokenizer import END, NEWLINE, SIZE, SPACE

MANY = 8  # a part that stands in more places is not looked for
LINES = 3  # a value that stands in more lines does not tell which one was read
TOKENS = 2  # of a copied part: the later ones follow from these
NOWHERE = [0]  # where to look for what the documents do not say: the first token of the row


class Guides:
    """Finds, for one tokenizer, the tokens that an answer copies."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        bare = [tokenizer.texts[i].lstrip(SPACE).lower() or tokenizer.texts[i] for i in range(SIZE)]
        numbers = {}
        self.folded = np.array([numbers.setdefault(text, i) for i, text in enumerate(bare)])  # without a space before and capitals
        self.breaks = np.array([NEWLINE in tokenizer.texts[i] for i in range(SIZE)])
        self.stops = np.array([tokenizer.texts[i] == "." for i in range(SIZE)])
        self.spaced = np.array([tokenizer.texts[i][0] == SPACE for i in range(SIZE)])

    def parts(self, said):
        """A marked answer -> (its tokens, [first, end) of each copied part among them)."""
        text, marks = "", []
        for piece in re.split("([\x02\x03])", said):
            if piece in ("\x02", "\x03"):
                marks.append(len(text.encode()))
            else:
                text += piece
        tokens = self.tokenizer.encode(text)
        ends = list(itertools.accumulate(len(self.tokenizer.texts[i]) for i in tokens))  # one letter stands for one byte
        return tokens, [(bisect.bisect_right(ends, first), bisect.bisect_left(ends, end) + 1) for first, end in zip(marks[::2], marks[1::2])]

    def places(self, tokens, part):
        """Where `part` stands in `tokens`."""
        earlier, wanted = self.folded[tokens], self.folded[part]
        count = len(earlier) - len(wanted) + 1
        if count < 1 or not part:
            return []
        return np.logical_and.reduce([earlier[i : count + i] == token for i, token in enumerate(wanted)]).nonzero()[0].tolist()

    def copies(self, before, answer, fields):
        """[(position that is predicted, positions of the same token in `before`)] for the first tokens of each copied part."""
        found = []
        for first, end in fields:
            starts = self.places(before, answer[first:end])
            if 0 < len(starts) <= MANY:
                found += [(len(before) + first + i, [start + i for start in starts]) for i in range(min(TOKENS, end - first))]
        return found

    def template(self, before, answer, fields):
        """[(position that is predicted, nowhere)] for some tokens of the answer that are not copied."""
        copied = {at for first, end in fields for at in range(first, end)}
        some = {0, 1, *[end for _, end in fields]} - copied
        return [(len(before) + at, NOWHERE) for at in sorted(some) if at < len(answer)]

    def line(self, tokens, first, end):
        """[first, end) widened to its line, or its sentence."""
        while first > 1 and not self.breaks[tokens[first - 1]] and not (self.stops[tokens[first - 1]] and self.spaced[tokens[first]]):
            first -= 1
        while end < len(tokens) and not self.breaks[tokens[end]]:
            end += 1
            if self.stops[tokens[end - 1]] and (end == len(tokens) or self.spaced[tokens[end]]):
                break
        return first, end

    def answered(self, row, answer, fields, kind):
        """Adds to the row where the answer to a question of some kind is found."""
        if kind == "unanswerable":
            row.lines.append((len(row.tokens), NOWHERE))
        if kind == "two" and len(fields) == 4:
            self.fact(row, answer, fields[:2], 1, 0)
            self.fact(row, answer, fields[2:], 1, fields[2][0])
        if "." in kind and len(fields) > 1:
            self.fact(row, answer, fields, 1 if kind.endswith(("duty.person", "hours.open", "hours.close")) else len(fields) - 1, 0)

    def fact(self, row, answer, fields, at, asked):
        """Adds to the row where one fact is found whose value is field `at` and whose answer begins at token `asked`: `lines`, from there
        and from the start of each key; `values`, from the start of the value, the line, or the end of a key behind the value, which
        knows both; `bound`, in the document, from the later one of value and key, the earlier one. The second token of a value
        has guides of its own."""
        start, system = len(row.tokens), row.tokens[: row.tokens.index(END)]
        keys = [answer[first:end] for first, end in fields]
        value = keys.pop(at)
        lines = [self.line(system, place, place + len(value)) for place in self.places(system, value)]
        named = [(first, end) for first, end in lines if all(self.places(system[first:end], key) for key in keys)]
        lines = named or lines  # under a heading that is the key the line does not name it
        if not 0 < len(lines) <= LINES:
            return
        line, read = [place for first, end in lines for place in range(first, end)], []
        for first, end in lines if named or len(lines) == 1 else []:
            read += self.bind(row, system, first, end, keys, value)
        starts = {asked, *[first for first, _ in fields]} - {fields[at][0]}
        row.lines.extend((start + first, line) for first in sorted(starts))
        row.values.append((start + fields[at][0], read or line))
        if len(value) > 1:
            row.values_next.append((start + fields[at][0] + 1, read or line))

    def bind(self, row, system, first, end, keys, value):
        """Adds what ties the value in a line to its keys; returns the places that know both."""
        place, knows, before = first + self.places(system[first:end], value)[0], None, []
        rest = place + len(value)
        for key in keys:
            behind, ahead = self.places(system[rest:end], key), self.places(system[:place], key)
            if behind:
                knows = rest + behind[0] + len(key) - 1
                once(row.bound, (knows + 1, [place]))
                if len(value) > 1:
                    once(row.bound_next, (knows + 1, [place + 1]))
            elif ahead:
                before += range(ahead[-1], ahead[-1] + len(key))
        if before:
            once(row.bound, (place + 1, before))
        return range(first, end) if knows is None else [knows]


def once(found, guide):
    """Appends what is not there yet."""
    if guide not in found:
        found.append(guide)
