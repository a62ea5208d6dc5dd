"""Names and values of every shape: people, medicines, places, numbers, times. Random, so nothing can be known by heart.
`held=True` draws from words, syllables and lengths that training never sees."""
import re

from vocabulary import DISHES, FOODS, HELD_DISHES, HELD_FOODS, PLAIN, VALUE_NOUNS, WHERE, WORDS, made_up, made_up_phrase

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SIZES = "small,big,old,new,second,large,little,third,main".split(",")
OFTEN = ["once a day", "twice a day", "three times a day", "four times a day", "every morning", "every evening", "every night",
         "once a week", "twice a week", "at noon", "after meals", "before bed"]
UNITS = "mg ml drops tablets puffs capsules grams spoons".split()
VOWELS, CONSONANTS = ("a e i o u a e i o ai ee ia oa".split(), "b c d f g h j k l m n p r s t v w z br dr gr st tr pl cl sh".split())
HELD_VOWELS, HELD_CONSONANTS = ("a e i o u y ou ei ae".split(), "b d f g k l m n p r s t v x q ch th fl sk sp gl kr sch".split())
ENDINGS, HELD_ENDINGS = ("n r l s x m ne ra lin tex ol".split() + [""] * 6, "nd rt ck ph zen vir um".split() + [""] * 4)


open_share = 0.5  # of the trained names and words; the tokenizer learns from the plain lists and sets it to 0


def word(r, group, held=False):
    """One word of a list, or a made-up one in training, so that no list is closed; held-out words come from the lists alone."""
    known, unseen = WORDS[group]
    cut = "," if "," in known else " "
    if not held and open_share and r.random() < open_share:
        return made_up(r).capitalize() if group in ("first", "last") else made_up_phrase(r)
    chosen = r.choice((unseen if held else known).split(cut))
    open_list = group in ("door", "item", "location")
    return f"{r.choice(SIZES)} {chosen}" if open_list and r.random() < 0.2 else chosen


def invented(r, held=False):
    """A name nobody has: two to four syllables, now and then with a hyphen or a capital inside."""
    if not held and open_share and r.random() < open_share:
        return made_up(r).capitalize()
    vowels, consonants, endings = (HELD_VOWELS, HELD_CONSONANTS, HELD_ENDINGS) if held else (VOWELS, CONSONANTS, ENDINGS)
    count = r.choice([1, 2, 2, 2, 3, 3, 4] if held else [1, 2, 2, 2, 3, 3])
    text = "".join(r.choice(consonants) + r.choice(vowels) for _ in range(count))
    if count == 1 or r.random() < 0.5:
        text += r.choice([e for e in endings if e])
    if r.random() < 0.15:
        text = r.choice("aeiou") + text
    name = text.capitalize()
    shape = r.random()
    if shape < 0.04:
        return name + "-" + r.choice(consonants).capitalize() + r.choice(vowels) + r.choice("nrls")
    return "Mc" + name if shape < 0.06 else name


def person(r, held=False):
    first = word(r, "first", held) if r.random() < 0.45 else invented(r, held)
    if r.random() < 0.3:
        return f"{first} {word(r, 'last', held) if r.random() < 0.5 else invented(r, held)}"
    return first


def doctor(r, held=False):
    last = word(r, "last", held) if r.random() < 0.4 else invented(r, held)
    return f"{r.choice(['Dr.', 'Dr.', 'Doctor', 'Mr.', 'Mrs.', 'Nurse', 'Prof.'])} {last}"


def digits(r, count):
    return str(r.randint(10 ** (count - 1), 10**count - 1))


def clock(r, first, last):
    hour, minute = r.randint(first, last), r.choice(["00", "05", "10", "15", "20", "30", "40", "45", "50"])
    form = r.random()
    if form < 0.72:
        return f"{hour}:{minute}"
    half, short = ("am" if hour < 12 else "pm"), (hour - 1) % 12 + 1
    return f"{short} {half}" if form < 0.8 else f"{short}:{minute} {half}" if form < 0.9 else f"{hour:02}:{minute}" if form < 0.96 else f"{hour}.{minute}"


def date(r):
    month, day = r.choice(MONTHS), r.randint(1, 31)
    return f"{month} {day}" if r.random() < 0.75 else f"{day} {month}" if r.random() < 0.6 else f"{day} {month} {r.randint(1940, 2029)}"


def phone(r):
    shape = r.choice(["3-4", "3-4", "3-4", "3-4", "3 4", "5 6", "4 3 3", "2 3 4", "3-3-4"])
    number = re.sub(r"\d", lambda m: digits(r, int(m[0])), shape)
    return "0" + number[1:] if r.random() < 0.25 else number


def price(r):
    amount = digits(r, r.choice([1, 2, 2, 3])) + (f".{r.randint(1, 9)}0" if r.random() < 0.15 else "")
    return r.choice(["${}"] * 7 + ["{} dollars", "{} euros", "€{}", "£{}", "{} pounds"]).format(amount)


def code(r):
    number = digits(r, r.choice([4, 4, 4, 5, 6]))
    form = r.random()
    return number if form < 0.86 else f"{number[:2]}-{number[2:]}" if form < 0.9 else r.choice("ABCDEFGHKLMNPRSTWX") + number if form < 0.96 else number + "#"


def token(r, held):
    """A password, brand or network name: a word with capitals, digits or a hyphen."""
    one = lambda: word(r, r.choice(["bin", "food", "door"]), held).split()[-1] if r.random() < 0.5 else made_up(r) if not held else invented(r, True)
    text = one() if r.random() < 0.6 else f"{one()}-{one()}"
    text = text.title() if r.random() < 0.5 else text
    return text + (digits(r, r.choice([1, 2, 2, 3])) if r.random() < 0.6 else "")


def located(r, held):
    return r.choice(WHERE.split(",")) + " " + word(r, "location", held)


def thing(r, held):
    if held:
        return word(r, r.choice(["item", "door"]), True)
    return word(r, r.choice(["item", "door", "location"]), False) if r.random() < 0.35 else made_up_phrase(r)


def dish(r, held):
    """ "lentil soup", "rice with carrots", "pancakes"."""
    kind = r.choice((HELD_DISHES if held else DISHES).split(","))
    food = lambda: r.choice(HELD_FOODS.split(",") if held else [*FOODS.split(","), made_up(r), r.choice(PLAIN), r.choice(PLAIN)])
    form = r.random()
    if form < 0.65:
        return f"{re.sub('(?<=o)es$|s$', '', food())} {kind}"
    return kind if form < 0.85 else f"{food()} with {food()}" if form < 0.95 else f"{kind} with {food()}"


def attribute(r, held=False):
    """(what it is called, the sort of its value)."""
    sort = r.choice(list(VALUE_NOUNS))
    if not held and r.random() < 0.2:
        return made_up_phrase(r), sort
    return r.choice(VALUE_NOUNS[sort][held].split(",")), sort


def amount(r):
    return r.choice([f"{r.randint(1, 20) * 25} g", f"{r.randint(1, 9)}00 g", f"{r.randint(1, 9)} {r.choice(['cups', 'spoons', 'handfuls', 'cans', 'slices', 'pounds', 'teaspoons', 'litres'])}",
                     f"{r.randint(1, 15)}0 ml", f"{digits(r, 2)} g", f"{r.randint(1, 9)}"])


def measure(r):
    return f"{digits(r, r.choice([1, 2, 2, 3]))} " + r.choice("kg,g,cm,m,km,litres,watts,degrees,km/h,bar,people,ml,inches".split(","))


def span(r):
    return f"{digits(r, r.choice([1, 1, 2]))} " + r.choice("minutes,hours,days,weeks,months,years".split(","))


VALUES = {
    "medicine": invented,
    "person": person,
    "doctor": doctor,
    "day": lambda r, held: r.choice(DAYS),
    "dose": lambda r, held: f"{digits(r, r.choice([1, 2, 2, 3]))} {r.choice(UNITS)}",
    "often": lambda r, held: f"every {r.randint(2, 24)} hours" if r.random() < 0.25 else r.choice(OFTEN),
    "open": lambda r, held: clock(r, 6, 11),
    "close": lambda r, held: clock(r, 12, 22),
    "clock": lambda r, held: clock(r, 5, 23),
    "room": lambda r, held: digits(r, r.choice([1, 2, 2, 3, 3])) + (r.choice("ABCD") if r.random() < 0.07 else ""),
    "extension": lambda r, held: digits(r, r.choice([2, 3, 3, 4])),
    "price": lambda r, held: price(r),
    "code": lambda r, held: code(r),
    "digits": lambda r, held: digits(r, r.choice([1, 2, 3, 4, 5, 6])),
    "date": lambda r, held: date(r),
    "phone": lambda r, held: phone(r),
    "location": located,
    "thing": thing,
    "dish": dish,
    "foodstuff": lambda r, held: made_up(r) if not held and r.random() < 0.3 else r.choice((HELD_FOODS if held else FOODS).split(",")),
    "token": token,
    "word": lambda r, held: made_up_phrase(r) if not held and r.random() < 0.5 else word(r, r.choice(["bin", "food"]), held),
    "measure": lambda r, held: measure(r),
    "span": lambda r, held: span(r),
    "amount": lambda r, held: amount(r),
    "minutes": lambda r, held: f"{r.randint(1, 24) * 5} minutes" if r.random() < 0.8 else f"{r.randint(2, 5)} hours",
    "degrees": lambda r, held: f"{r.randint(8, 25)}{r.choice('05')}" + r.choice([" degrees", " degrees", " °C", "°C"]),
    "servings": lambda r, held: f"{r.randint(1, 16)} " + r.choice(["people", "people", "people", "persons", "guests", "servings", "pieces"]),
}


def draw(r, kind, held=False):
    """A random value of a kind of slot, as the text that stands in the document."""
    return VALUES[kind](r, held) if kind in VALUES else word(r, kind, held)
