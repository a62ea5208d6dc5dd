"""Byte-level BPE of our own: training, encoding, and the Hugging Face tokenizer.json that encodes the same way.
Digits stand alone. Special tokens are never produced from plain text by `encode`, only by `encode_chat`."""
import collections
import json
import random
import re
import sys
import unicodedata

SPECIAL = ["<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
PAD, SYSTEM, USER, ASSISTANT, END = range(5)
SIZE = 2048


def _class(categories):
    """The characters of some Unicode categories as the inside of a regular expression's class."""
    points = [p for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p))[0] in categories]
    spans, start = [], points[0]
    for before, after in zip(points, points[1:] + [None]):
        if after != before + 1:
            spans.append(f"\\U{start:08x}-\\U{before:08x}")
            start = after
    return "".join(spans)


_LETTERS, _NUMBERS = _class("L"), _class("N")
_SPACES = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"  # what JavaScript calls \s
_DIGIT = re.compile("([0-9])")
_PIECE = re.compile(
    f"'s|'t|'re|'ve|'m|'ll|'d| ?[{_LETTERS}]+| ?[{_NUMBERS}]+| ?[^{_SPACES}{_LETTERS}{_NUMBERS}]+|[{_SPACES}]+(?![^{_SPACES}])|[{_SPACES}]+")


def pieces(text):
    """The words inside which merges happen; the same cuts as Digits + ByteLevel of the Hugging Face file."""
    found = []
    for part in _DIGIT.split(text):
        if part:
            found += [part] if part in "0123456789" else _PIECE.findall(part)
    return found


def byte_letters():
    """The printable letter that stands for each byte in the vocabulary file."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(hidden)}}


_LETTER = byte_letters()
SPACE, NEWLINE = _LETTER[32], _LETTER[10]
_BYTE = {letter: byte for byte, letter in _LETTER.items()}


def learn(counts, merges_wanted):
    """Merges, most frequent pair first, from words with their counts."""
    words = [[[_LETTER[b] for b in word.encode()], count] for word, count in sorted(counts.items())]
    pairs, places = collections.Counter(), collections.defaultdict(set)
    for i, (symbols, count) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += count
            places[pair].add(i)
    merges = []
    while len(merges) < merges_wanted:
        pair = max(pairs, key=lambda p: (pairs[p], p))
        merges.append(pair)
        for i in sorted(places.pop(pair)):
            symbols, count = words[i]
            for old in zip(symbols, symbols[1:]):
                pairs[old] -= count
            words[i][0] = symbols = _merge(symbols, pair)
            for new in zip(symbols, symbols[1:]):
                pairs[new] += count
                places[new].add(i)
        pairs.pop(pair)
    return merges


def _merge(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        both = tuple(symbols[i : i + 2]) == pair
        merged.append("".join(pair) if both else symbols[i])
        i += 2 if both else 1
    return merged


class Tokenizer:
    def __init__(self, path):
        with open(path) as file:
            model = json.load(file)["model"]
        self.ids = model["vocab"]
        self.texts = {i: text for text, i in self.ids.items()}
        self.ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(model["merges"])}
        self.words = {}
        self.special = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")

    def _word(self, word):
        known = self.words.get(word)
        if known is None:
            symbols = [_LETTER[b] for b in word.encode()]
            while len(symbols) > 1:
                pair = min(zip(symbols, symbols[1:]), key=lambda p: self.ranks.get(p, SIZE))
                if pair not in self.ranks:
                    break
                symbols = _merge(symbols, pair)
            known = [self.ids[s] for s in symbols]
            if len(self.words) < 200_000:
                self.words[word] = known
        return known

    def encode(self, text):
        return [i for piece in pieces(text) for i in self._word(piece)]

    def encode_chat(self, text):
        """Like `encode`, with the special tokens recognised."""
        found = []
        for part in self.special.split(text):
            found += [SPECIAL.index(part)] if part in SPECIAL else self.encode(part)
        return found

    def decode(self, ids):
        data = b"".join(self.texts[i].encode() if i < len(SPECIAL) else bytes(_BYTE[c] for c in self.texts[i]) for i in ids)
        return data.decode("utf8", "replace")


def corpus_counts(seed=7, documents=5000):
    """Word counts of the generated world; every listed word also counts in the form after a space and at a line's start."""
    import chats
    import corpus
    import names
    import sentences
    import world

    r, counts = random.Random(seed), collections.Counter()
    names.open_share = 0
    for _ in range(documents):
        document = corpus.make_document(r, r.randint(4, 16))
        for text in [corpus.render(document), *[chats.plain(t) for _, *two in chats.turns(r, [document], 8, refusals=0.14) for t in two]]:
            counts.update(pieces(text))
    listed = [w for pair in names.WORDS.values() for w in pair[0].split("," if "," in pair[0] else " ")]
    listed += [*names.DAYS, *names.MONTHS, *names.SIZES, *names.UNITS]
    listed += [*world.SYSTEMS, *world.TITLES, *sentences.PLAINLY, world.REFUSAL, *[said for _, said in world.TALK]]
    for text in listed:
        for form in (" " + text, text, corpus.capital(text)):
            counts.update({piece: 60 for piece in pieces(form)})
    return counts


def save(merges, path):
    vocabulary = SPECIAL + [_LETTER[b] for b in range(256)] + ["".join(m) for m in merges]
    assert len(set(vocabulary)) == len(vocabulary) == SIZE
    special = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    byte_level = dict(type="ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True)
    content = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": text, **special} for i, text in enumerate(SPECIAL)],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
        "post_processor": None,
        "decoder": {**byte_level, "add_prefix_space": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {text: i for i, text in enumerate(vocabulary)}, "merges": [" ".join(m) for m in merges],
        },
    }
    with open(path, "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=0)


def main():
    path = sys.argv[1]
    save(learn(corpus_counts(), SIZE - 256 - len(SPECIAL)), path)
    tokenizer = Tokenizer(path)
    for text in ["- Zolprex: 5 mg, twice a day.", "Grüße, 日本 – naïve 🙂\n\n  x_1 12:30 ²½", "a  b\tc\n"]:
        assert tokenizer.decode(tokenizer.encode(text)) == text
        print([tokenizer.decode([i]) for i in tokenizer.encode(text)])


if __name__ == "__main__":
    main()
