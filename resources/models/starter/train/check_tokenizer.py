"""Writes texts with the trainer's token ids for check-tokenizer.mjs: chats of the world and arbitrary Unicode.
Usage: python3 check_tokenizer.py TOKENIZER_JSON CASES_JSONL"""
import json
import random
import sys

import chats
import corpus
from corpus import Held
from export import prompt
from tokenizer import Tokenizer

STRANGE = "aZé ßñ日本語한글ابج  \t\n\r\u00a0\u3000\u2028\ufeff\u200b0129²½Ⅷ٣,.;:!?'\"-_*#|$€🙂👩\u200d👧e\u0301'll 're's"


def texts(seed=11, count=1200):
    r = random.Random(seed)
    for i in range(count):
        if i % 2:
            yield "".join(r.choices(STRANGE, k=r.randint(1, 60)))
        else:
            document = corpus.make_document(r, r.randint(2, 12), Held(i % 4 == 0, i % 8 == 0, i % 8 == 0))
            yield prompt(corpus.join(corpus.system_prompt(r), [document]), [chats.turns(r, [document], 1)[0][1]])


def main():
    tokenizer = Tokenizer(sys.argv[1])
    with open(sys.argv[2], "w") as file:
        file.writelines(json.dumps(dict(text=text, ids=tokenizer.encode_chat(text))) + "\n" for text in texts())


if __name__ == "__main__":
    main()
